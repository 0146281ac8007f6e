"""On whom a sanction may fall: the number or holder of a case, and the trunk or access provider that connects it."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, select

from clearbell.cases.evidence import Finding
from clearbell.cases.files import evidence_in, units_in
from clearbell.cases.model import Unit, UnitKind
from clearbell.registry.queries import resource_of
from clearbell.registry.tables import resource, trunk
from clearbell.sanctions.model import Target

TARGETS = {UnitKind.NUMBER: Target.NUMBER, UnitKind.HOLDER: Target.HOLDER}


class Subject(msgspec.Struct, frozen=True):
    """A number, holder, trunk or access provider."""

    target: Target
    number: int = 0
    name: str = ""
    """Empty for a number."""


def subject_of(unit: Unit) -> Subject:
    """The subject that a case's number or holder is; ``KeyError`` for a campaign, which nothing can fall on."""
    return Subject(TARGETS[unit.kind], unit.number, "" if unit.number else unit.name)


def subjects_in(conn: Connection, case: str) -> list[Subject]:
    """On whom a sanction of the case may fall: what it and those merged into it are about, and what connects that.

    Whoever connects it answers for it (谁接入谁负责): trunks that the registry names for its numbers or that a finding
    of the case saw, and the access providers of those trunks.
    """
    units = units_in(conn, case)
    found = [subject_of(unit) for unit in units if unit.kind in TARGETS]
    names: set[str] = set()
    for unit in units:
        if unit.kind is UnitKind.NUMBER and (row := resource_of(conn, unit.number)) is not None:
            names |= set(row.trunks.split())
        elif unit.kind is UnitKind.HOLDER:
            query = select(resource.c.trunks).where(resource.c.holder == unit.name)
            names |= {name for text in conn.execute(query).scalars() for name in text.split()}
    for one in evidence_in(conn, case):
        if isinstance(one.what, Finding) and isinstance(seen := one.what.saw.get("trunk"), str):
            names.add(seen)
    rows = conn.execute(select(trunk).where(trunk.c.trunk.in_(names)).order_by(trunk.c.trunk)).all()
    found += [Subject(Target.TRUNK, name=row.trunk) for row in rows]
    return found + [Subject(Target.PROVIDER, name=name) for name in sorted({row.provider for row in rows})]
