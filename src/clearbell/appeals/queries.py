"""Reading appeals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, case, func, select

from clearbell.appeals.errors import UnknownAppealError
from clearbell.appeals.model import FACTS, OPEN, Filed, Late, Moved, Paper, State, Subject, Undone, sealed_for
from clearbell.appeals.tables import appeal, appeal_paper
from clearbell.ledger.paging import Order, Place, page
from clearbell.ledger.tables import ledger_entry, ledger_sealed

_OPEN = [state.value for state in OPEN]
# The sooner due, the larger; what is never due is the least.
_PRESSING = case((appeal.c.due == 0, -(1 << 62)), else_=-appeal.c.due).label("pressing")
BY_DUE = Order((_PRESSING, appeal.c.appeal), descending=True)
"""The soonest due first."""
BY_FILING = Order((appeal.c.filed, appeal.c.appeal), descending=True)
"""The newest first."""
_STORY: dict[str, msgspec.json.Decoder[Any]] = {
    kind: msgspec.json.Decoder(fact) for kind, fact in FACTS.items() if kind != "appeals.appellant"
}
_undone = msgspec.json.Decoder(Undone).decode


class Line(msgspec.Struct, frozen=True):
    """One thing that happened to an appeal."""

    at: int
    """µs UTC."""
    actor: str
    fact: Filed | Paper | Moved | Late


def find_appeal(conn: Connection, name: str) -> Row[Any] | None:
    """The appeal of that id; None: there is none."""
    return conn.execute(select(appeal).where(appeal.c.appeal == name)).first()


def appeal_of(conn: Connection, name: str) -> Row[Any]:
    """The appeal of that id. Raises :class:`UnknownAppealError`."""
    row = find_appeal(conn, name)
    if row is None:
        raise UnknownAppealError(name)
    return row


def appeals(
    conn: Connection,
    *,
    state: State | None = None,
    subject: Subject | None = None,
    everything: bool = False,
    overdue_at: int = 0,
    number: int = 0,
    limit: int = 100,
    start: int = 0,
) -> list[Row[Any]]:
    """Appeals that are not decided, the most pressing first. ``everything``: decided ones too, the newest first.

    ``overdue_at``: only those whose time to be decided was over then, µs UTC.
    """
    query = select(appeal)
    if state is not None:
        query = query.where(appeal.c.state == state.value)
    elif not everything:
        query = query.where(appeal.c.state.in_(_OPEN))
    if subject is not None:
        query = query.where(appeal.c.subject == subject.value)
    if overdue_at:
        running = appeal.c.state.in_([State.RECEIVED.value, State.REVIEWING.value])
        query = query.where(running, appeal.c.due != 0, appeal.c.due <= overdue_at)
    if number:
        query = query.where(appeal.c.number == number)
    if everything or (state is not None and state not in OPEN):
        query = query.order_by(appeal.c.filed.desc(), appeal.c.appeal)
    else:
        # 0, no deadline, comes last.
        query = query.order_by(appeal.c.due == 0, appeal.c.due, appeal.c.filed, appeal.c.appeal)
    return list(conn.execute(query.limit(limit).offset(start)))


def appeals_listed(
    conn: Connection,
    order: Order,
    limit: int,
    after: Place = (),
    *,
    state: State | None = None,
    number: int = 0,
    everything: bool = False,
    overdue_at: int = 0,
) -> Sequence[Row[Any]]:
    """Appeals past a place of an order; without ``everything`` or a ``state``, those that are not decided.

    ``overdue_at``: only those whose time to be decided was over then, µs UTC.
    """
    query = select(appeal, _PRESSING)
    if state is not None:
        query = query.where(appeal.c.state == state.value)
    elif not everything:
        query = query.where(appeal.c.state.in_(_OPEN))
    if overdue_at:
        running = appeal.c.state.in_([State.RECEIVED.value, State.REVIEWING.value])
        query = query.where(running, appeal.c.due != 0, appeal.c.due <= overdue_at)
    if number:
        query = query.where(appeal.c.number == number)
    return conn.execute(page(query, order, after, limit)).all()


def papers_of(conn: Connection, name: str) -> Sequence[Row[Any]]:
    """Papers of an appeal, in the order in which they came."""
    query = select(appeal_paper).where(appeal_paper.c.appeal == name)
    return conn.execute(query.order_by(appeal_paper.c.at, appeal_paper.c.digest)).all()


def appeals_against(conn: Connection, subject: Subject, name: str, limit: int = 20) -> Sequence[Row[Any]]:
    """Appeals against one thing, open or decided, the newest first."""
    query = select(appeal).where(appeal.c.subject == subject.value, appeal.c.id == name)
    return conn.execute(query.order_by(appeal.c.filed.desc(), appeal.c.appeal).limit(limit)).all()


def open_against(conn: Connection, subject: Subject, name: str) -> str:
    """Id of the appeal against it that is open; empty: none is."""
    query = select(appeal.c.appeal).where(
        appeal.c.subject == subject.value, appeal.c.id == name, appeal.c.state.in_(_OPEN)
    )
    return conn.execute(query.limit(1)).scalar_one_or_none() or ""


def open_about_case(conn: Connection, case: str, but: str = "") -> str:
    """Id of an open appeal, other than ``but``, against what a case led to; empty: there is none."""
    query = select(appeal.c.appeal).where(
        appeal.c.case_id == case, appeal.c.state.in_(_OPEN), appeal.c.appeal != but, appeal.c.ground != "recycled"
    )
    return conn.execute(query.order_by(appeal.c.filed).limit(1)).scalar_one_or_none() or ""


def count_open(conn: Connection) -> int:
    """How many appeals are not decided."""
    return conn.execute(select(func.count()).select_from(appeal).where(appeal.c.state.in_(_OPEN))).scalar_one()


def undone_of(row: Row[Any]) -> Undone:
    """What was undone by upholding the appeal of a row."""
    return _undone(row.undone) if row.undone else Undone()


def story(conn: Connection, name: str) -> list[Line]:
    """What happened to an appeal, as far as it was not erased, in the order of time."""
    query = (
        select(ledger_entry.c.at, ledger_entry.c.actor, ledger_entry.c.kind, ledger_sealed.c.data)
        .join(ledger_sealed, ledger_sealed.c.seq == ledger_entry.c.seq)
        .where(ledger_sealed.c.subject == sealed_for(name), ledger_sealed.c.data.is_not(None))
        .order_by(ledger_entry.c.seq, ledger_sealed.c.item)
    )
    return [
        Line(row.at, row.actor, _STORY[row.kind].decode(bytes(row.data)))
        for row in conn.execute(query)
        if row.kind in _STORY
    ]
