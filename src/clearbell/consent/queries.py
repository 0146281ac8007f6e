"""Reading what subscribers said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.consent.tables import consent, own_list, refusal, wish


def consents_of(conn: Connection, callee: int, limit: int = 1000) -> Sequence[Row[Any]]:
    """Consents a subscriber gave, withdrawn ones too, newest first."""
    return conn.execute(
        select(consent).where(consent.c.callee == callee).order_by(consent.c.given.desc()).limit(limit)
    ).all()


def in_force(conn: Connection, holder: str, callee: int, purpose: str, at: int) -> bool:
    """Whether the holder may call the subscriber for the purpose at ``at`` (µs UTC), by consent alone."""
    rows = conn.execute(
        select(consent.c.until).where(
            consent.c.holder == holder,
            consent.c.callee == callee,
            consent.c.purpose.in_([purpose, "*"]),
            consent.c.withdrawn == 0,
        )
    ).all()
    return any(not row.until or at < row.until for row in rows)


def refusals_of(conn: Connection, callee: int, limit: int = 1000) -> Sequence[Row[Any]]:
    """Refusals a subscriber stated, newest first."""
    return conn.execute(
        select(refusal).where(refusal.c.callee == callee).order_by(refusal.c.at.desc()).limit(limit)
    ).all()


def list_of(conn: Connection, owner: int) -> Sequence[Row[Any]]:
    """A subscriber's own list."""
    return conn.execute(select(own_list).where(own_list.c.owner == owner).order_by(own_list.c.first)).all()


def wish_of(conn: Connection, owner: int) -> Row[Any] | None:
    """A subscriber's wishes; None when there are none."""
    return conn.execute(select(wish).where(wish.c.owner == owner)).first()
