"""Questions about findings."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, select

from clearbell.discovery.detectors.model import Level, Subject
from clearbell.discovery.findings.model import Finding, Sighting
from clearbell.discovery.findings.tables import finding, member, sighting

_values = msgspec.json.Decoder(dict[str, float]).decode


def lasting(conn: Connection, day: int) -> list[Finding]:
    """Findings that lasted on a local day, critical ones first, then the latest."""
    there = (finding.c.first_day <= day) & ((finding.c.passed == 0) | (finding.c.passed > day))
    return sorted(_read(conn, there), key=lambda one: (one.level is not Level.CRITICAL, -one.first_day, one.finding))


def passed_on(conn: Connection, day: int) -> list[Finding]:
    """Findings that passed on a local day."""
    return _read(conn, finding.c.passed == day)


def findings_of(conn: Connection, unit: str) -> list[Finding]:
    """Every finding about a unit, lasting or not, oldest first."""
    return _read(conn, finding.c.unit == unit)


def sightings(conn: Connection, name: str) -> list[Sighting]:
    """The days on which a finding was found, oldest first."""
    rows = conn.execute(select(sighting).where(sighting.c.finding == name).order_by(sighting.c.day))
    return [Sighting(row.day, Level(row.level), _values(row.evidence)) for row in rows]


def _read(conn: Connection, which: ColumnElement[bool]) -> list[Finding]:
    rows = conn.execute(select(finding).where(which).order_by(finding.c.first_day, finding.c.finding)).all()
    groups = [row.finding for row in rows if row.subject == Subject.GROUP.value]
    members: dict[str, list[int]] = {}
    for name in groups:
        found = conn.execute(select(member.c.number).where(member.c.finding == name).order_by(member.c.number))
        members[name] = list(found.scalars())
    return [_finding(row, tuple(members.get(row.finding, ()))) for row in rows]


def _finding(row: Row[Any], members: tuple[int, ...]) -> Finding:
    return Finding(
        row.finding, row.detector, Subject(row.subject), row.unit, Level(row.level), row.window, row.first_day,
        row.last_day, row.passed, _values(row.evidence), _values(row.limits), row.policy, members,
    )  # fmt: skip
