"""Numbers that are none."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, Case, Outcome
from clearbell.screening.outline import MALFORMED, Glance

_SHOWN = 32


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & MALFORMED else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: a caller that sends ``000000`` as its number. A withheld number is not malformed."""
    call = case.call
    if not call.callee:
        return (Symbol("CALLEE_MALFORMED", {"text": call.callee_text[:_SHOWN]}),)
    if not call.caller and not call.withheld and call.caller_text:
        return (Symbol("CALLER_MALFORMED", {"text": call.caller_text[:_SHOWN]}),)
    return CLEAR
