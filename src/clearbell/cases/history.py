"""What there was against a unit before its case was opened."""

from __future__ import annotations

from sqlalchemy import Connection, select

from clearbell.cases.evidence import Evidence, Sanction
from clearbell.cases.model import Unit, UnitKind
from clearbell.sanctions.model import Target
from clearbell.sanctions.tables import restriction

_MOST = 20


def earlier_sanctions(conn: Connection, unit: Unit) -> list[Evidence]:
    """The latest restrictions on a number or holder, in force or not, the oldest first."""
    if unit.kind is UnitKind.NUMBER:
        bears = (restriction.c.target == Target.NUMBER.value) & (restriction.c.number == unit.number)
    elif unit.kind is UnitKind.HOLDER:
        bears = (restriction.c.target == Target.HOLDER.value) & (restriction.c.name == unit.name)
    else:
        return []
    query = select(restriction).where(bears).order_by(restriction.c.start.desc(), restriction.c.restriction.desc())
    rows = conn.execute(query.limit(_MOST)).all()
    return [
        Evidence(Sanction(row.restriction, row.rung, row.until), row.start, "sanctions", row.restriction)
        for row in reversed(rows)
    ]
