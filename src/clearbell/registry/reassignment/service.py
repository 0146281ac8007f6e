"""Disconnects and reassignments: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select, update

from clearbell.ledger import Act
from clearbell.ledger.bulk import insert_rows
from clearbell.registry.model import NumbersAssigned
from clearbell.registry.queries import resource_of
from clearbell.registry.reassignment.errors import (
    FutureDayError,
    NotDisconnectedError,
    OlderDisconnectError,
    StillAgeingError,
)
from clearbell.registry.reassignment.model import Covered, Disconnected, Reassigned, Zone
from clearbell.registry.reassignment.tables import disconnect_cover, number_disconnect
from clearbell.registry.service import do_assign_numbers, do_take_number
from clearbell.registry.tables import resource


def do_disconnect_number(
    act: Act, number: int, day: datetime.date, zone: Zone, ageing_days: int, *, source: str = ""
) -> bool:
    """Record that ``day`` was the last of a number's user, and take the number from its holder; False when known.

    It may be used again ``ageing_days`` whole days later. Raises :class:`FutureDayError` and
    :class:`OlderDisconnectError` for a day before the number's last use began.
    """
    today = zone.day_of(act.at)
    if day > today:
        raise FutureDayError(day, today)
    rows = act.conn.execute(select(number_disconnect).where(number_disconnect.c.number == number)).all()
    text = day.isoformat()
    if any(row.day == text for row in rows):
        return False
    latest = max((max(row.day, row.reassigned) for row in rows), default="")
    if text < latest:
        raise OlderDisconnectError(number, latest)
    free = zone.begins(day + datetime.timedelta(1 + ageing_days))
    fact = Disconnected(number, text, free, source or act.actor)
    act.conn.execute(
        number_disconnect.insert().values(**msgspec.structs.asdict(fact), recorded=act.at, reassigned="", holder="")
    )
    do_take_number(act, number)
    act.append("reassignment.disconnected", [fact], about=lambda f: f.number)
    return True


def do_disconnect_unheld(
    act: Act, lasts: Sequence[tuple[int, datetime.date, str]], zone: Zone, ageing_days: int
) -> None:
    """Record many disconnects (number, last day, source) of numbers :func:`held` does not know, none twice, none future.

    Appends one entry.
    """
    facts = [
        Disconnected(
            number, day.isoformat(), zone.begins(day + datetime.timedelta(1 + ageing_days)), source or act.actor
        )
        for number, day, source in lasts
    ]
    if not facts:
        return
    columns = (*Disconnected.__struct_fields__, "recorded", "reassigned", "holder")
    rows = [(*msgspec.structs.astuple(fact), act.at, "", "") for fact in facts]
    insert_rows(act.conn, number_disconnect, columns, rows)
    act.append("reassignment.disconnected", facts, about=lambda f: f.number)


def held(conn: Connection, numbers: Sequence[int]) -> set[int]:
    """Those of up to some hundred numbers that somebody holds, or that were disconnected before."""
    before = select(number_disconnect.c.number).where(number_disconnect.c.number.in_(numbers))
    found = set(conn.execute(before).scalars())
    # Numbers of a file often lie close together, and where nobody holds anything between them none need be asked for.
    between = (resource.c.first <= max(numbers)) & (resource.c.last >= min(numbers))
    if conn.execute(select(resource.c.resource).where(between).limit(1)).first() is None:
        return found
    return found | {number for number in numbers if resource_of(conn, number) is not None}


def do_reassign_number(
    act: Act, number: int, day: datetime.date, zone: Zone, assignment: NumbersAssigned | None = None
) -> Reassigned:
    """Record that a disconnected number has another user since ``day``; with ``assignment``, a holder of the registry.

    Raises :class:`NotDisconnectedError`, :class:`StillAgeingError`, :class:`FutureDayError`, and the registry's errors
    where its rules refuse the assignment.
    """
    today = zone.day_of(act.at)
    if day > today:
        raise FutureDayError(day, today)
    waiting = (number_disconnect.c.number == number) & (number_disconnect.c.reassigned == "")
    last = act.conn.execute(select(number_disconnect).where(waiting).order_by(number_disconnect.c.day.desc())).first()
    if last is None:
        raise NotDisconnectedError(number)
    if zone.begins(day) < last.free:
        raise StillAgeingError(number, zone.day_of(last.free))
    holder = assignment.holder if assignment is not None else ""
    act.conn.execute(update(number_disconnect).where(waiting).values(reassigned=day.isoformat(), holder=holder))
    if assignment is not None:
        do_assign_numbers(act, [assignment])
    fact = Reassigned(number, day.isoformat(), holder)
    act.append("reassignment.reassigned", [fact], about=lambda f: f.number)
    return fact


def do_cover(act: Act, first: datetime.date, zone: Zone) -> None:
    """Declare that every disconnect since ``first`` is recorded: from there on, absence means that there was none.

    Raises :class:`FutureDayError`.
    """
    today = zone.day_of(act.at)
    if first > today:
        raise FutureDayError(first, today, "first")
    act.conn.execute(disconnect_cover.delete())
    act.conn.execute(disconnect_cover.insert().values(one=1, first=first.isoformat()))
    act.append("reassignment.covered", [Covered(first.isoformat())])


def erase_person(act: Act, number: int) -> int:
    """Forget when a number was disconnected; returns how many rows went."""
    return act.conn.execute(number_disconnect.delete().where(number_disconnect.c.number == number)).rowcount
