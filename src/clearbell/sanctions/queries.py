"""Reading orders and restrictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.sanctions.tables import regulator_order, restriction


def restrictions(conn: Connection, at: int = 0, limit: int = 100) -> Sequence[Row[Any]]:
    """Restrictions, newest first; with ``at`` (µs UTC) only those in force then."""
    query = select(restriction).order_by(restriction.c.start.desc()).limit(limit)
    if at:
        query = query.where(
            restriction.c.lifted == 0,
            restriction.c.start <= at,
            (restriction.c.until == 0) | (restriction.c.until > at),
        )
    return conn.execute(query).all()


def orders(conn: Connection, limit: int = 100) -> Sequence[Row[Any]]:
    """Orders, newest first."""
    return conn.execute(select(regulator_order).order_by(regulator_order.c.at.desc()).limit(limit)).all()
