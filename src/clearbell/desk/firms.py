"""What stands against one registered party, on whichever of its numbers, holders or trunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from clearbell.calls import DAY, MINUTE
from clearbell.registry.queries import held_by
from clearbell.registry.tables import resource, trunk
from clearbell.reports.model import Standing
from clearbell.reports.tables import report
from clearbell.sanctions.model import ALIVE, Target
from clearbell.sanctions.tables import sanction


def sanctions_against(
    conn: Connection, party: str, limit: int, start: int = 0, *, alive: bool = False
) -> Sequence[Row[Any]]:
    """Sanctions on a party's numbers, holders, trunks, or on itself, the newest first; ``alive``: not over yet."""
    s = sanction.c
    within = s.number.between(resource.c.first, resource.c.last)
    on_numbers = (
        select(s.sanction)
        .select_from(resource)
        .join(sanction, within)
        .where(resource.c.holder.in_(held_by(party)), s.target == Target.NUMBER.value)
    )
    on_names = select(s.sanction).where(
        ((s.target == Target.HOLDER.value) & s.name.in_(held_by(party)))
        | ((s.target == Target.PROVIDER.value) & (s.name == party))
        | ((s.target == Target.TRUNK.value) & s.name.in_(select(trunk.c.trunk).where(trunk.c.provider == party)))
    )
    query = select(sanction).where(s.sanction.in_(on_numbers.union(on_names)))
    if alive:
        query = query.where(s.state.in_([state.value for state in ALIVE]))
    return conn.execute(query.order_by(s.announced.desc(), s.sanction).limit(limit).offset(start)).all()


def reports_against(
    conn: Connection, party: str, since: int, utc_offset_minutes: int, limit: int, start: int = 0
) -> Sequence[Row[Any]]:
    """Complaints about calls of a party's numbers since ``since`` (µs UTC) by ``day`` (local, since 1970), category and
    number, the newest day first. Those taken back or set aside are left out, and nothing tells who complained.
    """
    r = report.c
    day = ((r.at + utc_offset_minutes * MINUTE) // DAY).label("day")
    query = (
        select(day, r.category, r.number, func.count().label("reports"))
        .select_from(resource)
        .join(report, r.number.between(resource.c.first, resource.c.last))
        .where(
            resource.c.holder.in_(held_by(party)),
            r.at >= since,
            r.withdrawn == 0,
            r.wanted.is_(False),
            r.void == 0,
            r.standing != Standing.ASIDE.value,
        )
        .group_by(day, r.category, r.number)
        .order_by(day.desc(), r.number, r.category)
    )
    return list(conn.execute(query.limit(limit).offset(start)))


def count_reports_against(conn: Connection, party: str, since: int) -> int:
    """How many such complaints there are."""
    r = report.c
    query = (
        select(func.count())
        .select_from(resource)
        .join(report, r.number.between(resource.c.first, resource.c.last))
        .where(
            resource.c.holder.in_(held_by(party)),
            r.at >= since,
            r.withdrawn == 0,
            r.wanted.is_(False),
            r.void == 0,
            r.standing != Standing.ASIDE.value,
        )
    )
    return conn.execute(query).scalar_one()
