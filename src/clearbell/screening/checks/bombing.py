"""One callee is rung again and again by strangers (呼死你, regime 1.11)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import LINES_OF_MANY, MANY_LINES, RUNG, Glance
from clearbell.screening.windows import tally_count


def glance(outline: int, pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    if outline & MANY_LINES or pack.limit("bombing_5m") is None:
        return Glance.NOT_APPLICABLE
    return Glance.LOOK if outline & RUNG else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: the twelfth call within five minutes to a mobile number from numbers it never talked with.

    Service lines are made to be rung by many and are left out.
    """
    limit = case.pack.limit("bombing_5m")
    call = case.call
    if limit is None or case.callee_class in LINES_OF_MANY:
        return NOT_APPLICABLE
    calls = tally_count(case.tally, call.at)
    if calls < limit:
        return CLEAR
    return (Symbol("CALLEE_BOMBED_5M", {"calls": calls, "limit": limit}),)
