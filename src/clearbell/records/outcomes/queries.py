"""Reading what became of calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, Row, Select, Text, cast, column, func, select

from clearbell.ledger.paging import Order, Place, page
from clearbell.records.outcomes.tables import COMPLAINED, call_outcome, trunk_outcome

_DAY, _CALLS = column("day", Integer), column("calls", BigInteger)
_REST = (column("action", Text), column("reason", Text))
BY_DAY = Order((_DAY, _CALLS, *_REST), descending=True)
BY_CALLS = Order((_CALLS, _DAY, *_REST), descending=True)


def outcomes(
    conn: Connection,
    holders: Select[Any],
    since: int,
    limit: int,
    order: Order = BY_DAY,
    after: Place = (),
    *,
    action: str = "",
    reason: str = "",
) -> Sequence[Row[Any]]:
    """Calls by day, action and reason of all the holders from the local day ``since`` on, past a place of the order."""
    c = call_outcome.c
    query = (
        select(c.day, c.action, c.reason, cast(func.sum(c.calls), BigInteger).label("calls"))
        .where(c.holder.in_(holders), c.day >= since)
        .group_by(c.day, c.action, c.reason)
    )
    if action:
        query = query.where(c.action == action)
    if reason:
        query = query.where(c.reason == reason)
    return list(conn.execute(page(select(query.subquery()), order, after, limit)))


def outcome_totals(conn: Connection, holders: Select[Any], since: int) -> dict[str, int]:
    """Calls by action of all the holders from the local day ``since`` on."""
    c = call_outcome.c
    query = select(c.action, func.sum(c.calls)).where(c.holder.in_(holders), c.day >= since).group_by(c.action)
    return {action: int(calls) for action, calls in conn.execute(query)}


def calls_by_trunk(conn: Connection, first: int, last: int) -> list[tuple[str, str, int]]:
    """Trunk, action and calls of the local days ``first`` to ``last``; complaints stand among the actions."""
    c = trunk_outcome.c
    query = select(c.trunk, c.action, func.sum(c.calls)).where(c.day >= first, c.day <= last)
    return [(name, action, int(calls)) for name, action, calls in conn.execute(query.group_by(c.trunk, c.action))]


def days_of_trunks(
    conn: Connection, trunks: Collection[str], first: int, last: int, action: str = ""
) -> Sequence[Row[Any]]:
    """Calls of all the trunks by ``day`` (local), ``action`` and ``calls``: at most as many rows as days times actions."""
    c = trunk_outcome.c
    query = (
        select(c.day, c.action, cast(func.sum(c.calls), BigInteger).label("calls"))
        .where(c.trunk.in_(trunks), c.day >= first, c.day <= last, c.action != COMPLAINED)
        .group_by(c.day, c.action)
    )
    return conn.execute(query.where(c.action == action) if action else query).all()
