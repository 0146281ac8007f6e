"""Commercial calls need the subscriber's consent, for this holder, purpose and time (regime 1.6, 5.8)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.registry.model import Purpose
from clearbell.screening.case import NOT_APPLICABLE, Case, Outcome
from clearbell.screening.views.wills import EVERY


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
    if grant.until and case.call.at >= grant.until:
        return (Symbol("CONSENT_LAPSED", {**named, "days_ago": case.days_since(grant.until)}),)
    return (Symbol("CONSENTED", dict(named)),)
