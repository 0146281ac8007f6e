"""The subscriber's wishes by category and hour (regime 6.3)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.consent.hours import local_time, quiet_at, zone_of
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import WISHES, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & WISHES else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: no calls about loans; the caller's resource, its holder or its label says loans. Or none after ten at night."""
    wished = case.wish
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
    if category and wished.hours:
        zone = zone_of(wished.zone, case.pack.timezone)
        quiet = quiet_at(wished.hours, category, case.call.at, zone)
        if quiet is not None:
            shown = str(local_time(case.call.at, zone))
            return (
                Symbol(
                    "WISH_HOURS",
                    {"category": category, "local_time": shown, "window": quiet.window(), "zone": zone.key},
                ),
            )
    return CLEAR
