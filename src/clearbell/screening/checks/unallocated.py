"""Home numbers that the numbering plan does not have."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.numbering import NumberClass, format_e164
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import HOME_CLASS, UNALLOCATED, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    if not outline & HOME_CLASS:
        return Glance.NOT_APPLICABLE
    return Glance.LOOK if outline & UNALLOCATED else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: +86 120 1234 5678, which no plan allocates. Foreign numbers are not judged by the home plan."""
    if case.caller_class is NumberClass.NONE or case.caller_class is NumberClass.FOREIGN:
        return NOT_APPLICABLE
    if case.caller_class is NumberClass.UNALLOCATED and case.resource is None:
        return (Symbol("CALLER_UNALLOCATED", {"number": format_e164(case.call.caller)}),)
    return CLEAR
