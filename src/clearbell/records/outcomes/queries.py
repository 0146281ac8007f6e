"""Reading what became of calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from clearbell.records.outcomes.tables import call_outcome


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
