"""Reading what targets were told, and what of it they acknowledged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from clearbell.enforcement.model import OPEN, TO_SEND, Operation, State
from clearbell.enforcement.tables import target, task
from clearbell.ledger.paging import Order, Place, page
from clearbell.sanctions.tables import restriction

_OPEN = [state.value for state in OPEN]
_TO_SEND = [state.value for state in TO_SEND]
BY_ALARM = Order((task.c.alarmed, task.c.restriction, task.c.target, task.c.operation), descending=True)
"""The newest alarm first."""


def task_of(conn: Connection, restriction_id: str, name: str, operation: Operation) -> Row[Any] | None:
    """What a target was asked about a restriction."""
    return conn.execute(
        select(task).where(
            task.c.restriction == restriction_id, task.c.target == name, task.c.operation == operation.value
        )
    ).first()


def task_by_message(conn: Connection, name: str, message: str) -> Row[Any] | None:
    """What a target was told with a message, where one message tells one task."""
    return conn.execute(select(task).where(task.c.target == name, task.c.message == message)).first()


def tasks(
    conn: Connection,
    *,
    name: str = "",
    restriction_id: str = "",
    state: State | None = None,
    alarmed: bool = False,
    limit: int = 100,
) -> Sequence[Row[Any]]:
    """Tasks, newest first. ``alarmed``: the target did not acknowledge in time."""
    query = select(task).order_by(task.c.since.desc(), task.c.target, task.c.serial.desc()).limit(limit)
    if name:
        query = query.where(task.c.target == name)
    if restriction_id:
        query = query.where(task.c.restriction == restriction_id)
    if state is not None:
        query = query.where(task.c.state == state.value)
    if alarmed:
        query = query.where(task.c.alarmed > 0)
    return conn.execute(query).all()


def due_tasks(
    conn: Connection, name: str, now: int, limit: int, *, again: bool, together: bool = False
) -> Sequence[Row[Any]]:
    """Tasks that a target is to be told of at ``now`` (µs UTC), in the order in which they arose.

    ``again``: also what it was told and did not acknowledge in time. ``together``: as soon as one is due, also what it
    could not be told before, so that what came later is not told first.
    """
    ready = task.c.next <= now
    query = select(task).where(
        task.c.target == name,
        task.c.state.in_(_TO_SEND),
        task.c.release <= now,
        (task.c.sent == 0) | ready if together else ready,
    )
    if not again:
        query = query.where((task.c.state != State.OVERDUE.value) | (task.c.sent == 0))
    return conn.execute(query.order_by(task.c.serial).limit(limit)).all()


def lapsed_tasks(conn: Connection, name: str, now: int) -> Sequence[Row[Any]]:
    """Tasks whose time to be acknowledged is over at ``now`` (µs UTC), without an alarm as yet."""
    waiting = [state.value for state in OPEN - {State.OVERDUE}]
    query = select(task).where(task.c.target == name, task.c.state.in_(waiting), task.c.deadline <= now)
    return conn.execute(query.order_by(task.c.deadline, task.c.serial)).all()


def ended_puts(conn: Connection, name: str, now: int) -> Sequence[str]:
    """Restrictions that a target has or is to be told, and whose time is over at ``now`` (µs UTC)."""
    gone = task.alias("gone")
    query = (
        select(task.c.restriction)
        .join(restriction, restriction.c.restriction == task.c.restriction)
        .outerjoin(
            gone,
            and_(
                gone.c.restriction == task.c.restriction,
                gone.c.target == task.c.target,
                gone.c.operation == Operation.REMOVE.value,
            ),
        )
        .where(
            task.c.target == name,
            task.c.operation == Operation.PUT.value,
            task.c.state != State.WITHDRAWN.value,
            gone.c.restriction.is_(None),
            restriction.c.until != 0,
            restriction.c.until <= now,
        )
    )
    return list(conn.execute(query.order_by(task.c.serial)).scalars())


def sent_tasks(conn: Connection, name: str) -> Sequence[Row[Any]]:
    """Tasks that a target was told of and has not acknowledged."""
    query = select(task).where(task.c.target == name, task.c.state.in_(_OPEN), task.c.sent > 0, task.c.message != "")
    return conn.execute(query.order_by(task.c.serial)).all()


def target_of(conn: Connection, name: str) -> Row[Any] | None:
    """A target as it stands; None for one that no node has looked after yet."""
    return conn.execute(select(target).where(target.c.target == name)).first()


def targets(conn: Connection) -> Sequence[Row[Any]]:
    """Targets that nodes look after or looked after."""
    return conn.execute(select(target).order_by(target.c.target)).all()


def counts(conn: Connection) -> dict[str, dict[str, int]]:
    """How many tasks each target has in each state."""
    found: dict[str, dict[str, int]] = {}
    query = select(task.c.target, task.c.state, func.count()).group_by(task.c.target, task.c.state)
    for name, state, count in conn.execute(query):
        found.setdefault(name, {})[state] = count
    return found


def alarms_by_provider(conn: Connection, since: int, until: int) -> dict[str, int]:
    """How often the targets of each provider did not acknowledge in time between two times (µs UTC)."""
    query = (
        select(task.c.provider, func.count().label("alarms"))
        .where(task.c.alarmed >= since, task.c.alarmed < until, task.c.alarmed > 0)
        .group_by(task.c.provider)
    )
    return {row.provider: row.alarms for row in conn.execute(query)}


def alarmed_tasks(
    conn: Connection,
    order: Order,
    limit: int,
    after: Place = (),
    *,
    provider: str = "",
    name: str = "",
    since: int = 0,
    until: int = 0,
    still_open: bool = False,
) -> Sequence[Row[Any]]:
    """Tasks that were not acknowledged in time, with the sanction that their restriction carries out.

    ``provider``, ``name``: only those of a provider or target. ``since``, ``until``: alarmed between these times
    (µs UTC), 0: whenever. ``still_open``: only those not acknowledged since.
    """
    joined = task.join(restriction, restriction.c.restriction == task.c.restriction, isouter=True)
    query = select(task, restriction.c.sanction).select_from(joined).where(task.c.alarmed > 0)
    if provider:
        query = query.where(task.c.provider == provider)
    if name:
        query = query.where(task.c.target == name)
    if since:
        query = query.where(task.c.alarmed >= since)
    if until:
        query = query.where(task.c.alarmed < until)
    if still_open:
        query = query.where(task.c.state == State.OVERDUE.value)
    return conn.execute(page(query, order, after, limit)).all()
