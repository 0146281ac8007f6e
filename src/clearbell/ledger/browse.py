"""Looking through the chain from its newest end, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from clearbell.ledger.tables import ledger_entry


def newest(conn: Connection, limit: int, *, before: int = 0, kind: str = "") -> Sequence[Row[Any]]:
    """Entries without their facts, the newest first. ``before``: only those before that place; ``kind``: of that kind."""
    columns: list[ColumnElement[Any]] = [
        ledger_entry.c.seq,
        ledger_entry.c.at,
        ledger_entry.c.kind,
        ledger_entry.c.actor,
        ledger_entry.c.sealed,
        ledger_entry.c.hash,
    ]
    query = select(*columns).order_by(ledger_entry.c.seq.desc()).limit(limit)
    if before:
        query = query.where(ledger_entry.c.seq < before)
    if kind:
        query = query.where(ledger_entry.c.kind == kind)
    return conn.execute(query).all()
