"""The rows of cases: reading one to act on it, its evidence, and what belongs together."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from clearbell.calls import DAY
from clearbell.cases.errors import EvidenceError, MergedCaseError, UnknownCaseError
from clearbell.cases.evidence import Evidence, What, fault_of, kind_of
from clearbell.cases.model import EvidenceAdded, Source, State, Unit, UnitKind
from clearbell.cases.tables import case_evidence, case_file, pressing
from clearbell.cases.urgency import urgency
from clearbell.ledger import Act
from clearbell.policy.model import CaseRules

_read_what = msgspec.json.Decoder(What).decode


def case_of(conn: Connection, case: str) -> Row[Any]:
    """The case of that id. Raises :class:`UnknownCaseError`."""
    row = conn.execute(select(case_file).where(case_file.c.case == case)).first()
    if row is None:
        raise UnknownCaseError(case)
    return row


def own_case(conn: Connection, case: str) -> Row[Any]:
    """The case of that id, which goes on by itself. Raises also :class:`MergedCaseError`."""
    row = case_of(conn, case)
    if row.merged_into:
        raise MergedCaseError(case, row.merged_into)
    return row


def unit_of(row: Row[Any]) -> Unit:
    """What the case of a row is about."""
    return Unit(UnitKind(row.unit_kind), row.unit)


def open_case(conn: Connection, unit: Unit) -> Row[Any] | None:
    """The case in which a unit is looked into now: its own, or the one it was merged into; None: none is open."""
    query = select(case_file).where(
        case_file.c.unit_kind == unit.kind.value,
        case_file.c.unit == unit.name,
        (case_file.c.state != State.CLOSED.value) | (case_file.c.merged_into != ""),
    )
    for row in conn.execute(query.order_by(case_file.c.opened.desc(), case_file.c.case)).all():
        found = row
        while found.merged_into:
            found = case_of(conn, found.merged_into)
        if found.state != State.CLOSED.value:
            return found
    return None


def part_of(conn: Connection, case: str) -> list[str]:
    """The case and every case merged into it, directly or by others."""
    found = [case]
    for one in found:
        rows = conn.execute(select(case_file.c.case).where(case_file.c.merged_into == one).order_by(case_file.c.case))
        found.extend(rows.scalars())
    return found


def units_in(conn: Connection, case: str) -> list[Unit]:
    """What the case and those merged into it are about."""
    rows = conn.execute(select(case_file).where(case_file.c.case.in_(part_of(conn, case))))
    return sorted({unit_of(row) for row in rows}, key=lambda unit: (unit.kind.value, unit.name))


def evidence_in(conn: Connection, case: str) -> list[EvidenceAdded]:
    """Evidence of the case and of those merged into it, oldest event first."""
    query = (
        select(case_evidence, case_file.c.unit_kind, case_file.c.unit)
        .join(case_file, case_file.c.case == case_evidence.c.case)
        .where(case_evidence.c.case.in_(part_of(conn, case)))
        .order_by(case_evidence.c.at, case_evidence.c.added, case_evidence.c.case, case_evidence.c.entry)
    )
    return [
        EvidenceAdded(
            row.case, unit_of(row), row.entry, _read_what(row.what), row.at, row.source, row.reference,
            Source(row.joins) if row.joins else None,
        )
        for row in conn.execute(query)
    ]  # fmt: skip


def change(act: Act, case: str, **values: Any) -> None:
    """Write values into the case's row."""
    if "due" in values:
        values["pressing"] = pressing(values["due"])
    act.conn.execute(update(case_file).where(case_file.c.case == case).values(**values))


def add(act: Act, row: Row[Any], one: Evidence, rules: CaseRules, joins: Source | None = None) -> bool:
    """Put an entry into a case, unless that kind with that reference is in it; returns whether it is new.

    Counts the urgency anew. Appends ``cases.evidence``. Raises :class:`EvidenceError`.
    """
    fault = fault_of(one)
    if fault is not None:
        raise EvidenceError(fault[1], fault[2], fault[0])
    if not 0 < one.at <= act.at + DAY:
        raise EvidenceError(
            "证据的时间不得在将来或早于 1970 年", "evidence is neither of the future nor before 1970", "at"
        )
    kind = kind_of(one.what)
    if one.reference and _has(act.conn, row.case, kind.value, one.reference):
        return False
    last = act.conn.execute(select(func.max(case_evidence.c.entry)).where(case_evidence.c.case == row.case))
    entry = (last.scalar_one() or 0) + 1
    act.conn.execute(
        case_evidence.insert().values(
            case=row.case,
            entry=entry,
            at=one.at,
            added=act.at,
            kind=kind.value,
            source=one.source,
            reference=one.reference,
            joins=joins.value if joins else "",
            what=msgspec.json.encode(one.what).decode(),
        )
    )
    points = count_urgency(act.conn, row.case, rules)
    change(act, row.case, urgency=points)
    unit = unit_of(row)
    fact = EvidenceAdded(row.case, unit, entry, one.what, one.at, one.source, one.reference, joins, points)
    act.append("cases.evidence", [fact], about=lambda f: f.unit.name)
    return True


def count_urgency(conn: Connection, case: str, rules: CaseRules) -> int:
    """How urgent a case is with all that is in it and in those merged into it."""
    entries = evidence_in(conn, case)
    late = select(func.sum(case_file.c.late)).where(case_file.c.case.in_(part_of(conn, case)))
    times = conn.execute(late).scalar_one() or 0
    return urgency([one.joins for one in entries if one.joins], [one.what for one in entries], rules, times)


def _has(conn: Connection, case: str, kind: str, reference: str) -> bool:
    query = select(case_evidence.c.entry).where(
        case_evidence.c.case.in_(part_of(conn, case)),
        case_evidence.c.kind == kind,
        case_evidence.c.reference == reference,
    )
    return conn.execute(query.limit(1)).first() is not None
