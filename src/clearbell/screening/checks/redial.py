"""Too many calls to one subscriber, across the numbers of a holder (regime 8.3)."""

from __future__ import annotations

from clearbell.calls import HOUR, MINUTE, Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import ACTIVE, HOLDER_ACTIVE, REPEATED, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    if not outline & (ACTIVE | HOLDER_ACTIVE):
        return Glance.NOT_APPLICABLE
    return Glance.LOOK if outline & REPEATED else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: the fourth call within five minutes; the limit is on the calls before this one."""
    if case.holder_activity is None and case.activity is None:
        return NOT_APPLICABLE
    for name, symbol, width in (("redial_5m", "REDIAL_5M", 5 * MINUTE), ("redial_24h", "REDIAL_24H", 24 * HOUR)):
        limit = case.pack.limit(name)
        if limit is None:
            continue
        calls = case.repeats(width)
        if calls >= limit:
            return (Symbol(symbol, {"calls": calls, "limit": limit}),)
    return CLEAR
