"""Reading sanctions and restrictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from clearbell.sanctions.model import ALIVE, Rung, State, Target
from clearbell.sanctions.tables import restriction, sanction, sanction_notice

_PAGE = 200


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
    conn: Connection,
    *,
    state: State | None = None,
    case: str = "",
    alarmed: bool = False,
    rung: Rung | None = None,
    limit: int | None = 100,
) -> Sequence[Row[Any]]:
    """Sanctions, newest first. ``alarmed``: in force although its notice was not delivered. ``rung``: at it now."""
    query = select(sanction).order_by(sanction.c.announced.desc(), sanction.c.sanction.desc()).limit(limit)
    if state is not None:
        query = query.where(sanction.c.state == state.value)
    if case:
        query = query.where(sanction.c.case_id == case)
    if rung is not None:
        query = query.where(sanction.c.current == rung.value)
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


def sanctions_within(conn: Connection, spans: Sequence[tuple[int, int]], since: int = 0) -> list[Row[Any]]:
    """Sanctions on numbers within any of the spans (first, last) announced at or after ``since`` (µs UTC)."""
    found: list[Row[Any]] = []
    for start in range(0, len(spans), _PAGE):
        within = [sanction.c.number.between(*span) for span in spans[start : start + _PAGE]]
        query = select(sanction).where(sanction.c.number != 0, or_(*within), sanction.c.announced >= since)
        found.extend(conn.execute(query.order_by(sanction.c.announced, sanction.c.sanction)))
    return found


def standing_on(conn: Connection, numbers: Sequence[int], at: int) -> list[tuple[str, int]]:
    """What stands against numbers at ``at`` (µs UTC): ids of sanctions not over and of restrictions in force, by number."""
    alive = select(sanction.c.sanction, sanction.c.number).where(
        sanction.c.number.in_(numbers), sanction.c.state.in_([state.value for state in ALIVE])
    )
    others = select(restriction.c.restriction, restriction.c.number).where(
        restriction.c.number.in_(numbers),
        restriction.c.sanction == "",
        restriction.c.lifted == 0,
        (restriction.c.until == 0) | (restriction.c.until > at),
    )
    return [(name, number) for query in (alive, others) for name, number in conn.execute(query)]


def due_sanctions(conn: Connection, now: int) -> list[str]:
    """Ids of sanctions of which time asks something at ``now`` (µs UTC), whether their subjects were told or not."""
    no_longer = (
        (sanction.c.latest <= now) | (sanction.c.channels == 0) | ((sanction.c.ends != 0) & (sanction.c.ends <= now))
    )
    waiting = (sanction.c.state == State.ANNOUNCED.value) & (sanction.c.start <= now) & no_longer
    running = sanction.c.state.in_([State.IN_FORCE.value, State.STEPPED_DOWN.value])
    over = running & (sanction.c.until != 0) & (sanction.c.until <= now)
    return list(conn.execute(select(sanction.c.sanction).where(waiting | over).order_by(sanction.c.start)).scalars())


def notices_about(conn: Connection, name: str, event: str = "") -> Sequence[Row[Any]]:
    """By which ways the subject of a sanction was told, in the order of time."""
    query = select(sanction_notice).where(sanction_notice.c.sanction == name)
    if event:
        query = query.where(sanction_notice.c.event == event)
    return conn.execute(query.order_by(sanction_notice.c.at, sanction_notice.c.notice)).all()


def notices_ahead(conn: Connection, names: Sequence[str]) -> Sequence[Row[Any]]:
    """By which ways the subjects of some sanctions were told before they bit."""
    query = select(sanction_notice).where(sanction_notice.c.sanction.in_(names), sanction_notice.c.event == "ahead")
    return conn.execute(query).all()


def restrictions_of(conn: Connection, name: str) -> list[str]:
    """Ids of the restrictions that carry out a sanction, or carried it out before."""
    query = select(restriction.c.restriction).where(restriction.c.sanction == name)
    return list(conn.execute(query.order_by(restriction.c.restriction)).scalars())
