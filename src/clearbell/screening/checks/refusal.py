"""The subscriber refused this holder, or this number (regime 1.7): no more calls, from whichever number."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import CALLER, REFUSED, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    if not outline & CALLER:
        return Glance.NOT_APPLICABLE
    return Glance.LOOK if outline & REFUSED else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: refused on one of the holder's numbers, it calls from another."""
    call = case.call
    if not call.caller:
        return NOT_APPLICABLE
    if case.holder:
        refused = case.views.wills.refused_holder_at(case.holder, call.callee)
        if refused:
            return (Symbol("REFUSED_HOLDER", {"holder": case.holder, "days_ago": case.days_since(refused)}),)
    refused = case.number_refused_at()
    if refused:
        return (Symbol("REFUSED_NUMBER", {"days_ago": case.days_since(refused)}),)
    return CLEAR
