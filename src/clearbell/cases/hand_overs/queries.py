"""Reading hand-overs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.cases.hand_overs.errors import UnknownHandOverError
from clearbell.cases.hand_overs.tables import hand_over


def hand_over_of(conn: Connection, name: str) -> Row[Any]:
    """The hand-over of that id. Raises :class:`UnknownHandOverError`."""
    row = conn.execute(select(hand_over).where(hand_over.c.hand_over == name)).first()
    if row is None:
        raise UnknownHandOverError(name)
    return row


def hand_overs(conn: Connection, case: str = "", limit: int = 100) -> Sequence[Row[Any]]:
    """Hand-overs of a case, or of all, newest first."""
    query = select(hand_over).order_by(hand_over.c.proposed.desc(), hand_over.c.hand_over).limit(limit)
    if case:
        query = query.where(hand_over.c.case_id == case)
    return conn.execute(query).all()
