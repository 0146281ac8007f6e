"""Looking through the chain from its newest end, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.ledger.paging import Order, Place, page
from clearbell.ledger.tables import ledger_entry

BY_PLACE = Order((ledger_entry.c.seq,), descending=True)
"""The newest first."""
_COLUMNS = ("seq", "at", "kind", "actor", "sealed", "hash")


def entries_listed(
    conn: Connection, order: Order, limit: int, after: Place = (), *, kind: str = ""
) -> Sequence[Row[Any]]:
    """Entries without their facts, past a place of the order; ``kind``: of that kind."""
    query = select(*(ledger_entry.c[name] for name in _COLUMNS))
    if kind:
        query = query.where(ledger_entry.c.kind == kind)
    return conn.execute(page(query, order, after, limit)).all()
