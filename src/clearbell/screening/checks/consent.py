"""Commercial calls need the subscriber's consent, for this holder, purpose and time (regime 1.6, 5.8)."""

from __future__ import annotations

from clearbell.calls import DAY, Symbol
from clearbell.policy.model import Pack
from clearbell.registry.model import Purpose
from clearbell.screening.case import NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import HOLDER, Glance
from clearbell.screening.views.wills import EVERY


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & HOLDER else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: a call centre's number calls someone whose consent was for insurance until last month."""
    resource = case.resource
    if resource is None or resource.purpose is not Purpose.COMMERCIAL:
        return NOT_APPLICABLE
    purpose = case.views.entitlements.category_of(resource) or EVERY
    grant = case.views.wills.grant_for(resource.holder, case.call.callee, purpose)
    named = {"holder": resource.holder, "purpose": purpose}
    if grant is None:
        return (Symbol("NO_CONSENT", dict(named)),)
    if grant.withdrawn:
        return (Symbol("CONSENT_WITHDRAWN", {**named, "days_ago": case.days_since(grant.withdrawn)}),)
    until = grant.until
    days = case.pack.limit("consent_days")
    if not until and days is not None:
        until = grant.given + int(days * DAY)
    if until and case.call.at >= until:
        return (Symbol("CONSENT_LAPSED", {**named, "days_ago": case.days_since(until)}),)
    if grant.per_day:
        calls = case.repeats(DAY)
        if calls >= grant.per_day:
            return (Symbol("CONSENT_EXCEEDED", {"holder": resource.holder, "calls": calls, "limit": grant.per_day}),)
    return (Symbol("CONSENTED", dict(named)),)
