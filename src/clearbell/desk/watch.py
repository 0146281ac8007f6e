"""Numbers used against what was approved, found in what was decided about their calls."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable

from sqlalchemy import select

from clearbell.calls import Decision
from clearbell.labels.tables import label
from clearbell.ledger import Act
from clearbell.registry.applications.findings import do_find
from clearbell.registry.applications.model import Found, Rule
from clearbell.registry.model import Purpose
from clearbell.registry.queries import resource_of
from clearbell.registry.tables import resource as resources

_RULES = {"INBOUND_ONLY": Rule.INBOUND_USED_OUTBOUND, "NOT_ENTITLED_ON_TRUNK": Rule.SUBLETTING}
"""Symbol to what it is a finding of. A number that calls on a trunk that is not its holder's was perhaps sublet."""

_UNTOLD = ("nuisance", "other")
"""Categories of labels that say nothing of a trade."""


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


def find_changed_purpose(act: Act, utc_offset_minutes: int) -> int:
    """Record resources registered for service or notices whose numbers the public labels as selling something.

    One finding a resource and day; it is a suspicion for an officer to verify. Returns how many are new.
    """
    zone = datetime.timezone(datetime.timedelta(minutes=utc_offset_minutes))
    day = datetime.datetime.fromtimestamp(act.at / 1e6, zone).date().isoformat()
    rows = act.conn.execute(
        select(resources.c.resource, resources.c.holder, resources.c.purpose, label.c.category, label.c.reporters)
        .join(label, (label.c.number >= resources.c.first) & (label.c.number <= resources.c.last))
        .where(
            resources.c.purpose.in_([Purpose.SERVICE.value, Purpose.NOTICE.value]),
            label.c.category.not_in(["", *_UNTOLD]),
            label.c.until > act.at,
        )
        .order_by(resources.c.resource, label.c.reporters.desc())
    ).all()
    new = 0
    for row in rows:
        evidence: dict[str, str | int] = {
            "registered_for": row.purpose,
            "labelled": row.category,
            "reporters": row.reporters,
            "holder": row.holder,
        }
        new += do_find(act, Found(Rule.CHANGE_OF_PURPOSE, row.resource, day, evidence))
    return new
