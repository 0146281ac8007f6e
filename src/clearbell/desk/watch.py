"""Numbers used against what was approved, found in what was decided about their calls."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable

from clearbell.calls import Decision
from clearbell.ledger import Act
from clearbell.registry.applications.findings import do_find
from clearbell.registry.applications.model import Found, Rule
from clearbell.registry.queries import resource_of

_RULES = {"INBOUND_ONLY": Rule.INBOUND_USED_OUTBOUND, "NOT_ENTITLED_ON_TRUNK": Rule.SUBLETTING}
"""Symbol to what it is a finding of. A number that calls on a trunk that is not its holder's was perhaps sublet."""


def find_misuse(act: Act, decisions: Iterable[Decision], utc_offset_minutes: int) -> int:
    """Record one finding a rule, resource and day with its calls counted; returns how many are new."""
    zone = datetime.timezone(datetime.timedelta(minutes=utc_offset_minutes))
    calls: Counter[tuple[Rule, int, str, str]] = Counter()
    example: dict[tuple[Rule, int, str, str], str] = {}
    for decision in decisions:
        rule = _RULES.get(decision.decided_by)
        if rule is None:
            continue
        day = datetime.datetime.fromtimestamp(decision.call.at / 1e6, zone).date().isoformat()
        key = (rule, decision.call.caller, day, decision.call.trunk)
        calls[key] += 1
        example.setdefault(key, decision.id)
    new = 0
    for (rule, caller, day, trunk), count in calls.items():
        resource = resource_of(act.conn, caller)
        if resource is not None:
            evidence: dict[str, str | int] = {
                "calls": count,
                "decision": example[rule, caller, day, trunk],
                "holder": resource.holder,
                "trunk": trunk,
            }
            new += do_find(act, Found(rule, resource.resource, day, evidence))
    return new
