"""Numbers that are none."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.screening.case import CLEAR, Case, Outcome

_SHOWN = 32


def look(case: Case) -> Outcome:
    """Example: a caller that sends ``000000`` as its number. A withheld number is not malformed."""
    call = case.call
    if not call.callee:
        return (Symbol("CALLEE_MALFORMED", {"text": call.callee_text[:_SHOWN]}),)
    if not call.caller and not call.withheld and call.caller_text:
        return (Symbol("CALLER_MALFORMED", {"text": call.caller_text[:_SHOWN]}),)
    return CLEAR
