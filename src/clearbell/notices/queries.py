"""What is known about notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select

from clearbell.notices.model import Channel, Priority, State
from clearbell.notices.tables import notice, notice_part, notice_receipt


def notice_of(conn: Connection, notice_id: str) -> Row[Any] | None:
    """The notice of that id."""
    return conn.execute(select(notice).where(notice.c.notice == notice_id)).first()


def notices_like(
    conn: Connection, *, state: State | None = None, recipient: str = "", limit: int = 50
) -> list[Row[Any]]:
    """The newest notices, in a state and to a recipient where these are given."""
    query = select(notice).order_by(notice.c.created.desc(), notice.c.notice)
    if state is not None:
        query = query.where(notice.c.state == state.value)
    if recipient:
        query = query.where(notice.c.recipient == recipient)
    return list(conn.execute(query.limit(limit)))


def parts_of(conn: Connection, notice_id: str) -> list[Row[Any]]:
    """Acknowledged parts of a notice in order."""
    parts = conn.execute(
        select(notice_part).where(notice_part.c.notice == notice_id).order_by(notice_part.c.part)
    ).all()
    return list(parts)


def receipts_of(conn: Connection, notice_id: str) -> list[Row[Any]]:
    """Delivery receipts of a notice's parts, oldest first: the proof that it was delivered."""
    query = (
        select(notice_part.c.part, notice_receipt)
        .join(notice_receipt, notice_receipt.c.message_id == notice_part.c.message_id)
        .where(notice_part.c.notice == notice_id)
        .order_by(notice_receipt.c.received, notice_part.c.part)
    )
    return list(conn.execute(query))


def is_due(conn: Connection, channels: Sequence[Channel], now: int, least: Priority = Priority.BULK) -> bool:
    """Whether something of at least that priority waits to be taken."""
    return _exists(conn, channels, notice.c.due <= now, notice.c.not_after > now, notice.c.priority >= int(least))


def has_lapsed(conn: Connection, channels: Sequence[Channel], now: int) -> bool:
    """Whether something that nobody has in hand has run out of time."""
    free = or_(notice.c.state == State.QUEUED.value, notice.c.due <= now)
    return _exists(conn, channels, free, notice.c.not_after <= now)


def _exists(conn: Connection, channels: Sequence[Channel], *conditions: ColumnElement[bool]) -> bool:
    open_states = notice.c.state.in_([State.QUEUED.value, State.SENDING.value])
    query = select(notice.c.notice).where(open_states, notice.c.channel.in_([channel.value for channel in channels]))
    return conn.execute(query.where(*conditions).limit(1)).first() is not None
