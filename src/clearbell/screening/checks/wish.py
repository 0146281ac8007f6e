"""The subscriber's wishes by category (regime 6.3)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome


def look(case: Case) -> Outcome:
    """Example: no calls about loans; the caller's resource, its holder or its label says loans."""
    wished = case.views.wills.wishes.get(case.call.callee)
    if wished is None:
        return NOT_APPLICABLE
    if wished.refuse_withheld and not case.call.caller:
        return (Symbol("WISH_NO_WITHHELD", {}),)
    category = ""
    if case.resource is not None:
        category = case.views.entitlements.category_of(case.resource)
    if not category and case.label is not None:
        category = case.label.category
    if category and category in wished.refuse:
        return (Symbol("WISH_CATEGORY", {"category": category}),)
    return CLEAR
