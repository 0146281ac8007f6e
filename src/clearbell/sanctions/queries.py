"""Reading sanctions and restrictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from clearbell.sanctions.model import Rung, State, Target
from clearbell.sanctions.tables import restriction, sanction, sanction_notice


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


def restriction_of(conn: Connection, name: str) -> Row[Any] | None:
    """The restriction of that id, in force or not."""
    return conn.execute(select(restriction).where(restriction.c.restriction == name)).first()


def restrictions_on(conn: Connection, target: Target, number: int, name: str, at: int) -> Sequence[Row[Any]]:
    """Restrictions on a target in force at ``at`` (µs UTC) or to come, oldest first."""
    query = select(restriction).where(
        restriction.c.target == target.value,
        restriction.c.number == number,
        restriction.c.name == name,
        restriction.c.lifted == 0,
        (restriction.c.until == 0) | (restriction.c.until > at),
    )
    return conn.execute(query.order_by(restriction.c.start, restriction.c.restriction)).all()


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


def sanction_of(conn: Connection, name: str) -> Row[Any] | None:
    """The sanction of that id."""
    return conn.execute(select(sanction).where(sanction.c.sanction == name)).first()


def sanction_named(conn: Connection, name: str) -> Row[Any] | None:
    """The sanction of that id, or the one that the restriction of that id carries out now or carried out before."""
    found = sanction_of(conn, name)
    if found is not None:
        return found
    of = select(restriction.c.sanction).where(restriction.c.restriction == name, restriction.c.sanction != "")
    return conn.execute(select(sanction).where(sanction.c.sanction == of.scalar_subquery())).first()


def sanctions(
    conn: Connection, *, state: State | None = None, case: str = "", alarmed: bool = False, limit: int = 100
) -> Sequence[Row[Any]]:
    """Sanctions, newest first. ``alarmed``: in force although its notice was not delivered."""
    query = select(sanction).order_by(sanction.c.announced.desc(), sanction.c.sanction.desc()).limit(limit)
    if state is not None:
        query = query.where(sanction.c.state == state.value)
    if case:
        query = query.where(sanction.c.case_id == case)
    if alarmed:
        query = query.where(sanction.c.undelivered != "[]")
    return conn.execute(query).all()


def sanctions_on(conn: Connection, targets: Sequence[tuple[Target, int, str]], since: int = 0) -> Sequence[Row[Any]]:
    """Sanctions on any of the targets (kind, number, name) announced at or after ``since`` (µs UTC), oldest first."""
    bears = [
        (sanction.c.target == kind.value) & (sanction.c.number == number) & (sanction.c.name == name)
        for kind, number, name in targets
    ]
    query = select(sanction).where(or_(*bears), sanction.c.announced >= since)
    return conn.execute(query.order_by(sanction.c.announced, sanction.c.sanction)).all()


def due_sanctions(conn: Connection, now: int) -> list[str]:
    """Ids of sanctions of which time may ask something at ``now`` (µs UTC)."""
    waiting = (sanction.c.state == State.ANNOUNCED.value) & (sanction.c.start <= now)
    running = sanction.c.state.in_([State.IN_FORCE.value, State.STEPPED_DOWN.value])
    over = running & (sanction.c.until != 0) & (sanction.c.until <= now)
    return list(conn.execute(select(sanction.c.sanction).where(waiting | over).order_by(sanction.c.start)).scalars())


def notices_about(conn: Connection, name: str, event: str = "") -> Sequence[Row[Any]]:
    """By which ways the subject of a sanction was told, in the order of time."""
    query = select(sanction_notice).where(sanction_notice.c.sanction == name)
    if event:
        query = query.where(sanction_notice.c.event == event)
    return conn.execute(query.order_by(sanction_notice.c.at, sanction_notice.c.notice)).all()
