"""Orders and sanctions in force on the number, its holder or the trunk; and on the called number that is barred."""

from __future__ import annotations

from clearbell.calls import Evidence, Symbol
from clearbell.policy.model import Pack
from clearbell.sanctions.model import Restricted, Rung
from clearbell.screening.activity import Activity
from clearbell.screening.case import CLEAR, Case, Outcome
from clearbell.screening.outline import RESTRICTED, Glance
from clearbell.screening.views.restrictions import in_force
from clearbell.screening.windows import H1


def _symbols(
    restrictions: list[Restricted], name: str, named: dict[str, str], activity: Activity | None, at: int
) -> Outcome:
    for restriction in restrictions:
        if restriction.rung is Rung.RATE_LIMIT:
            calls = activity.attempts(H1, at) if activity is not None else 0
            if calls >= restriction.limit:
                evidence: Evidence = {
                    "restriction": restriction.restriction,
                    "limit": restriction.limit,
                    "calls": calls,
                }
                return (Symbol("RATE_LIMITED", evidence),)
            continue
        return (Symbol(name, {"restriction": restriction.restriction, "rung": restriction.rung.value, **named}),)
    return CLEAR


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & RESTRICTED else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: a number whose outgoing calls are barred for 30 days (单停), on its tenth day.

    Barred in both directions (双停) it is not called either, but by whom it just called in an emergency.
    """
    call = case.call
    restrictions = case.views.restrictions
    at = call.at
    numbers = in_force(restrictions.numbers.get(call.caller), at)
    if numbers:
        found = _symbols(numbers, "RESTRICTED_NUMBER", {}, case.activity, at)
        if found:
            return found
    holders = in_force(restrictions.holders.get(case.holder), at) if case.holder else []
    if holders:
        found = _symbols(holders, "RESTRICTED_HOLDER", {"holder": case.holder}, case.holder_activity, at)
        if found:
            return found
    trunks = in_force(restrictions.trunks.get(call.trunk), at) if call.trunk else []
    barring = [r for r in trunks if r.rung is not Rung.RATE_LIMIT]
    if barring:
        return _symbols(barring, "RESTRICTED_TRUNK", {"trunk": call.trunk}, None, at)
    return _called(case, at)


def _called(case: Case, at: int) -> Outcome:
    """Calls to a number that is barred in both directions (双停), by itself or with its holder."""
    restrictions = case.views.restrictions
    callee = case.call.callee
    found = restrictions.numbers.get(callee)
    barring = [one for one in in_force(found, at) if one.rung is Rung.BARRED] if found else []
    if not barring and restrictions.barring_holders and callee:
        resource = case.views.entitlements.resource_of(callee)
        if resource is not None:
            held = in_force(restrictions.holders.get(resource.holder), at)
            barring = [one for one in held if one.rung is Rung.BARRED]
    if not barring:
        return CLEAR
    return (Symbol("RESTRICTED_CALLEE", {"restriction": barring[0].restriction, "rung": barring[0].rung.value}),)
