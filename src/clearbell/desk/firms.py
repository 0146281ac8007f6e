"""What stands against one registered party, on whichever of its numbers, holders or trunks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, Text, column, func, select

from clearbell.calls import DAY, MINUTE
from clearbell.ledger.paging import Order, Place, page
from clearbell.registry.queries import held_by
from clearbell.registry.tables import resource, trunk
from clearbell.reports.model import Standing
from clearbell.reports.tables import report
from clearbell.sanctions.model import ALIVE, Target
from clearbell.sanctions.tables import sanction

BY_ANNOUNCED = Order((sanction.c.announced, sanction.c.sanction), descending=True)
BY_UNTIL = Order((sanction.c.until, sanction.c.sanction))
_DAY, _COUNT = column("day", BigInteger), column("reports", BigInteger)
_REST = (column("number", BigInteger), column("category", Text))
BY_DAY = Order((_DAY, *_REST), descending=True)
BY_REPORTS = Order((_COUNT, _DAY, *_REST), descending=True)


def sanctions_against(
    conn: Connection,
    party: str,
    limit: int,
    order: Order = BY_ANNOUNCED,
    after: Place = (),
    *,
    alive: bool = False,
    rung: str = "",
) -> Sequence[Row[Any]]:
    """Sanctions on a party's numbers, holders, trunks, or on itself, past a place of the order; the newest first.

    ``alive``: not over yet.
    """
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
    if rung:
        query = query.where(s.current == rung)
    return conn.execute(page(query, order, after, limit)).all()


def reports_against(
    conn: Connection,
    party: str,
    since: int,
    utc_offset_minutes: int,
    limit: int,
    order: Order = BY_DAY,
    after: Place = (),
    *,
    category: str = "",
    number: int = 0,
) -> Sequence[Row[Any]]:
    """Complaints about calls of a party's numbers since ``since`` (µs UTC) by ``day`` (local, since 1970), category and
    number, past a place of the order; the newest day first. Those taken back or set aside are left out, and nothing tells
    who complained.
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
    )
    if category:
        query = query.where(r.category == category)
    if number:
        query = query.where(r.number == number)
    return list(conn.execute(page(select(query.subquery()), order, after, limit)))


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
