"""Reading orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from clearbell.ledger.paging import Order, Place, page
from clearbell.ledger.tables import ledger_entry
from clearbell.sanctions.orders.errors import UnknownOrderError
from clearbell.sanctions.orders.model import OPEN, MustDoState, State
from clearbell.sanctions.orders.tables import order_must_do, order_step, regulator_order

BY_DUE = Order((regulator_order.c.due, regulator_order.c.order))
"""The soonest due first."""
_OPEN = [state.value for state in OPEN]


def order_of(conn: Connection, order: str) -> Row[Any]:
    """The order of that id. Raises :class:`UnknownOrderError`."""
    row = conn.execute(select(regulator_order).where(regulator_order.c.order == order)).first()
    if row is None:
        raise UnknownOrderError(order)
    return row


def must_dos_of(conn: Connection, order: str) -> Sequence[Row[Any]]:
    """What an order asks for, in its order."""
    query = select(order_must_do).where(order_must_do.c.order == order)
    return conn.execute(query.order_by(order_must_do.c.place)).all()


def must_do_of(conn: Connection, name: str) -> Row[Any]:
    """The must-do ``ORDER/1``. Raises :class:`UnknownOrderError`."""
    order, _, place = name.rpartition("/")
    if order and place.isdecimal() and len(place) < 10:
        query = select(order_must_do).where(order_must_do.c.order == order, order_must_do.c.place == int(place))
        row = conn.execute(query).first()
        if row is not None:
            return row
    raise UnknownOrderError(name)


def orders(
    conn: Connection,
    *,
    state: State | None = None,
    everything: bool = False,
    overdue_at: int = 0,
    number: int = 0,
    limit: int = 100,
) -> Sequence[Row[Any]]:
    """Orders to be dealt with, the soonest due first.

    ``everything``: ended ones too; ``overdue_at`` (µs UTC): only those with a due time that had passed then, of the
    order or of an open must-do; ``number``: only those that bear on it.
    """
    query = select(regulator_order).where(*_asked(state, number, overdue_at, everything=everything))
    return conn.execute(query.order_by(regulator_order.c.due, regulator_order.c.order).limit(limit)).all()


def _asked(state: State | None, number: int, overdue_at: int, *, everything: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if state is not None:
        found.append(regulator_order.c.state == state.value)
    elif not everything:
        found.append(regulator_order.c.state.in_(_OPEN))
    if overdue_at:
        late = select(order_must_do.c.order).where(
            order_must_do.c.state == MustDoState.OPEN.value, order_must_do.c.due < overdue_at
        )
        found.append((regulator_order.c.due < overdue_at) | regulator_order.c.order.in_(late))
    if number:
        on = select(order_must_do.c.order).where(order_must_do.c.number == number)
        found.append(regulator_order.c.order.in_(on))
    return found


def orders_listed(
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
    """Orders past a place of an order; the others as for :func:`orders`."""
    query = select(regulator_order).where(*_asked(state, number, overdue_at, everything=everything))
    return conn.execute(page(query, order, after, limit)).all()


def entries_of(conn: Connection, order: str) -> list[Row[Any]]:
    """The ledger's entries that are the order's story: ``seq``, ``place`` of the must-do (0: none), kind, time, hash."""
    query = (
        select(order_step.c.seq, order_step.c.place, ledger_entry.c.kind, ledger_entry.c.at, ledger_entry.c.hash)
        .join(ledger_entry, ledger_entry.c.seq == order_step.c.seq)
        .where(order_step.c.order == order)
        .order_by(order_step.c.seq)
    )
    return list(conn.execute(query))


def passed(conn: Connection, now: int) -> list[tuple[str, int, str, int]]:
    """Due times that had passed at ``now`` (µs UTC) and were not told: order, place, what, due.

    ``what`` is ``acknowledge``, ``order``, or the id of a must-do.
    """
    found: list[tuple[str, int, str, int]] = []
    waiting = select(regulator_order).where(
        regulator_order.c.state == State.RECEIVED.value,
        regulator_order.c.acknowledge_by > 0,
        regulator_order.c.acknowledge_by <= now,
        regulator_order.c.acknowledge_overdue == 0,
    )
    found += [(row.order, 0, "acknowledge", row.acknowledge_by) for row in conn.execute(waiting)]
    late = (
        select(order_must_do)
        .join(regulator_order, regulator_order.c.order == order_must_do.c.order)
        .where(
            regulator_order.c.state.in_(_OPEN),
            order_must_do.c.state == MustDoState.OPEN.value,
            order_must_do.c.due <= now,
            order_must_do.c.overdue == 0,
        )
    )
    found += [(row.order, row.place, f"{row.order}/{row.place}", row.due) for row in conn.execute(late)]
    whole = select(regulator_order).where(
        regulator_order.c.state.in_(_OPEN),
        regulator_order.c.due > 0,
        regulator_order.c.due <= now,
        regulator_order.c.overdue == 0,
    )
    found += [(row.order, 0, "order", row.due) for row in conn.execute(whole)]
    return sorted(found, key=lambda one: (one[3], one[0], one[2]))
