"""Sanctions as a list, a page at a time: those to come, in force, and over."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, select, text

from clearbell.ledger.paging import Order, Place, page
from clearbell.sanctions.model import Rung, State, Target
from clearbell.sanctions.tables import restriction, sanction

BY_ANNOUNCEMENT = Order((sanction.c.announced, sanction.c.sanction), descending=True)
"""The newest first."""
BY_END = Order((sanction.c.until, sanction.c.sanction))
"""Those that are not over, by when the present rung ends: first those without an end, then the soonest."""
BY_OVER = Order((sanction.c.ended, sanction.c.sanction), descending=True)
"""Those that are over, the last one first."""


BY_START = Order((restriction.c.start, restriction.c.restriction), descending=True)
"""Restrictions that carry out no sanction, the newest first."""


class Group(enum.Enum):
    """Which sanctions are wanted, by time."""

    COMING = "coming"
    IN_FORCE = "in-force"
    OVER = "over"


_STATES = {
    Group.COMING: (State.ANNOUNCED,),
    Group.IN_FORCE: (State.IN_FORCE, State.STEPPED_DOWN),
}


class Wanted(msgspec.Struct, frozen=True):
    """Which sanctions are wanted; what is empty or 0 does not matter."""

    group: Group | None = None
    rung: Rung | None = None
    """At which it is now."""
    number: int = 0
    name: str = ""
    """Of the holder, trunk or access provider that it falls on."""
    unproven: bool = False
    """In force although its notice was not delivered."""
    since: int = 0
    """Announced at or after this, µs UTC."""


def order_for(wanted: Wanted) -> Order:
    """The order that suits what is wanted: by what comes next, or what happened last."""
    if wanted.group is Group.OVER:
        return BY_OVER
    return BY_ANNOUNCEMENT if wanted.group is None else BY_END


def sanctions_listed(
    conn: Connection, wanted: Wanted, order: Order, limit: int, after: Place = ()
) -> Sequence[Row[Any]]:
    """The sanctions, past a place of the order. By end only those that are not over; by when they were over only those that are."""
    query = select(sanction).where(*_conditions(wanted))
    # Written out, not bound, so that a partial index is seen to fit.
    if order.columns == BY_END.columns:
        query = query.where(sanction.c.ended == text("0"))
    elif order.columns == BY_OVER.columns or wanted.group is Group.OVER:
        query = query.where(sanction.c.ended != 0)
    return conn.execute(page(query, order, after, limit)).all()


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.group in _STATES:
        found.append(sanction.c.state.in_([state.value for state in _STATES[wanted.group]]))
    if wanted.rung is not None:
        found.append(sanction.c.current == wanted.rung.value)
    if wanted.number:
        found.append(sanction.c.number == wanted.number)
    if wanted.name:
        others = [target.value for target in Target if target is not Target.NUMBER]
        found += [sanction.c.target.in_(others), sanction.c.name == wanted.name]
    if wanted.unproven:
        found.append(sanction.c.undelivered != "[]")
    if wanted.since:
        found.append(sanction.c.announced >= wanted.since)
    return found


def straight_listed(
    conn: Connection, wanted: Wanted, at: int, order: Order, limit: int, after: Place = ()
) -> Sequence[Row[Any]]:
    """Restrictions given straight, by an order or by hand, without a sanction of the ladder, as they stand at ``at`` (µs UTC)."""
    # Written out, not bound, so that a partial index is seen to fit.
    query = select(restriction).where(restriction.c.sanction == text("''"))
    lasts = (restriction.c.lifted == 0) & ((restriction.c.until == 0) | (restriction.c.until > at))
    match wanted.group:
        case Group.COMING:
            query = query.where(lasts, restriction.c.start > at)
        case Group.IN_FORCE:
            query = query.where(lasts, restriction.c.start <= at)
        case Group.OVER:
            query = query.where(~lasts)
    if wanted.rung is not None:
        query = query.where(restriction.c.rung == wanted.rung.value)
    if wanted.number:
        query = query.where(restriction.c.number == wanted.number)
    if wanted.name:
        query = query.where(restriction.c.number == 0, restriction.c.name == wanted.name)
    if wanted.since:
        query = query.where(restriction.c.start >= wanted.since)
    return conn.execute(page(query, order, after, limit)).all()


def straight_in_force(conn: Connection, at: int, most: int) -> int:
    """How many restrictions given straight are in force at ``at`` (µs UTC); counts no further than ``most``."""
    query = select(restriction.c.restriction).where(
        restriction.c.sanction == text("''"),
        restriction.c.lifted == 0,
        restriction.c.start <= at,
        (restriction.c.until == 0) | (restriction.c.until > at),
    )
    return len(conn.execute(query.limit(most)).all())
