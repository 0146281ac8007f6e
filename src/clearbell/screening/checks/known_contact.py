"""Someone the subscriber talked with lately is no nuisance, unless refused since (regime 1.27)."""

from __future__ import annotations

from clearbell.calls import DAY, Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import CALLER, TALKED, Glance


def glance(outline: int, pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    if not outline & CALLER or pack.limit("known_contact_days") is None:
        return Glance.NOT_APPLICABLE
    return Glance.LOOK if outline & TALKED else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: the two talked for five minutes last week. A short answer does not make a contact."""
    days = case.pack.limit("known_contact_days")
    call = case.call
    if days is None or not call.caller:
        return NOT_APPLICABLE
    talked = case.talked
    if not talked or call.at - talked > days * DAY or case.refused_at() > talked:
        return CLEAR
    return (Symbol("KNOWN_CONTACT", {"days_ago": case.days_since(talked)}),)
