"""Numbers that only organisations get, calling without a registered holder (regime 1.3, 3.1)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import ORGANISATION, ORGANISATIONS, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & ORGANISATION else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: 950 1234 5678 calls and nobody registered it. Says nothing while the registry is empty."""
    if case.caller_class not in ORGANISATIONS or case.views.entitlements.empty:
        return NOT_APPLICABLE
    if case.resource is not None:
        return CLEAR
    return (Symbol("UNREGISTERED_COMMERCIAL", {"number_class": case.caller_class.value}),)
