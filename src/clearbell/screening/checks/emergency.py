"""Emergency numbers: calls to them and from them always go through."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.numbering import NumberClass, format_e164
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, Case, Outcome
from clearbell.screening.outline import EMERGENCY, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & EMERGENCY else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: a call to 110, whatever else is known of its caller.

    A call that shows an emergency number but comes in from abroad is left to the checks for forged numbers.
    """
    if case.callee_class is NumberClass.EMERGENCY:
        return (Symbol("EMERGENCY_CALLEE", {"number": format_e164(case.call.callee)}),)
    if case.caller_class is NumberClass.EMERGENCY and not case.foreign_trunk:
        return (Symbol("EMERGENCY_CALLER", {"number": format_e164(case.call.caller)}),)
    return CLEAR
