"""Orders and sanctions in force on the number, its holder or the trunk."""

from __future__ import annotations

from clearbell.calls import Evidence, Symbol
from clearbell.sanctions.model import Restricted, Rung
from clearbell.screening.case import CLEAR, Case, Outcome
from clearbell.screening.traffic import Activity
from clearbell.screening.views.restrictions import in_force
from clearbell.screening.windows import H1


def _symbols(
    restrictions: list[Restricted], name: str, named: dict[str, str], activity: Activity | None, at: int
) -> Outcome:
    for restriction in restrictions:
        if restriction.rung is Rung.RATE_LIMIT:
            calls = activity.attempts[H1].count(at) if activity is not None else 0
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


def look(case: Case) -> Outcome:
    """Example: a number whose outgoing calls are barred for 30 days (单停), on its tenth day."""
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
    return CLEAR
