"""Reading orders and restrictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.sanctions.model import Rung, Target
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


def is_in_force(conn: Connection, name: str, at: int) -> bool:
    """Whether the restriction of that id is in force at ``at`` (µs UTC)."""
    query = select(restriction.c.restriction).where(
        restriction.c.restriction == name,
        restriction.c.lifted == 0,
        (restriction.c.until == 0) | (restriction.c.until > at),
    )
    return conn.execute(query).first() is not None


def holder_barred(conn: Connection, holder: str, at: int) -> bool:
    """Whether a restriction that stops outgoing calls is in force on the holder at ``at`` (µs UTC)."""
    return (
        conn.execute(
            select(restriction.c.restriction)
            .where(
                restriction.c.target == Target.HOLDER.value,
                restriction.c.name == holder,
                restriction.c.rung != Rung.RATE_LIMIT.value,
                restriction.c.lifted == 0,
                restriction.c.start <= at,
                (restriction.c.until == 0) | (restriction.c.until > at),
            )
            .limit(1)
        ).first()
        is not None
    )
