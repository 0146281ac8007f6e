"""Reading what became of calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from clearbell.records.outcomes.tables import COMPLAINED, call_outcome, trunk_outcome


def outcomes(conn: Connection, holders: Select[Any], since: int, limit: int, start: int = 0) -> Sequence[Row[Any]]:
    """Calls by day, action and reason of all the holders from the local day ``since`` on, the newest day first."""
    c = call_outcome.c
    query = (
        select(c.day, c.action, c.reason, func.sum(c.calls).label("calls"))
        .where(c.holder.in_(holders), c.day >= since)
        .group_by(c.day, c.action, c.reason)
        .order_by(c.day.desc(), func.sum(c.calls).desc(), c.action, c.reason)
    )
    return list(conn.execute(query.limit(limit).offset(start)))


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


def days_of_trunks(conn: Connection, trunks: Collection[str], first: int, last: int) -> list[tuple[int, str, int]]:
    """Local day, action and calls of all the trunks, the newest day first."""
    c = trunk_outcome.c
    query = (
        select(c.day, c.action, func.sum(c.calls))
        .where(c.trunk.in_(trunks), c.day >= first, c.day <= last, c.action != COMPLAINED)
        .group_by(c.day, c.action)
        .order_by(c.day.desc(), c.action)
    )
    return [(day, action, int(calls)) for day, action, calls in conn.execute(query)]
