"""The subscriber's own list; allow beats block (regime 6.6)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.consent.model import ListVerdict
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import CALLER, LIST, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & LIST and outline & CALLER else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: the subscriber blocked all numbers of a range and allowed one of them."""
    own = case.own_list
    if own is None or not case.call.caller:
        return NOT_APPLICABLE
    verdict = own.verdict(case.call.caller)
    if verdict is ListVerdict.ALLOW:
        return (Symbol("OWN_ALLOW", {}),)
    if verdict is ListVerdict.BLOCK:
        return (Symbol("OWN_BLOCK", {}),)
    return CLEAR
