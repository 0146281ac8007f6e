"""Findings: a number used against what was approved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from clearbell.ledger import Act
from clearbell.registry.applications.model import Found
from clearbell.registry.applications.tables import finding


def do_find(act: Act, fact: Found) -> bool:
    """Record a finding; False when the same rule, resource and day is recorded already."""
    same = (finding.c.rule == fact.rule.value) & (finding.c.resource == fact.resource) & (finding.c.day == fact.day)
    if act.conn.execute(select(finding.c.at).where(same)).first():
        return False
    act.conn.execute(
        finding.insert().values(
            rule=fact.rule.value,
            resource=fact.resource,
            day=fact.day,
            evidence=msgspec.json.encode(fact.evidence).decode(),
            at=act.at,
        )
    )
    act.append("registry.finding", [fact])
    return True


def findings(conn: Connection, resource: str = "", limit: int = 100) -> Sequence[Row[Any]]:
    """Findings, newest first, of a resource or of all."""
    query = select(finding).order_by(finding.c.at.desc(), finding.c.rule, finding.c.resource).limit(limit)
    if resource:
        query = query.where(finding.c.resource == resource)
    return conn.execute(query).all()
