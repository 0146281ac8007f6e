"""The date query, as the US Reassigned Numbers Database answers it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select

from clearbell.registry.reassignment.errors import FutureDayError
from clearbell.registry.reassignment.tables import disconnect_cover, number_disconnect

_BATCH = 500


class Held(msgspec.Struct, frozen=True):
    """Whether a number changed hands since a day on which someone is known to have had it."""

    number: int
    date: datetime.date
    reassigned: bool | None
    """True: disconnected on that day or later. False: not. None: the data does not reach back so far."""
    safe_harbor: bool
    """Whether the answer may be relied on: only a *no* may."""
    data_since: datetime.date | None
    """From when on disconnects are recorded without a gap; None: nobody declared that."""


def held_since(conn: Connection, asked: Iterable[tuple[int, datetime.date]], today: datetime.date) -> list[Held]:
    """Answer each (number, date) in order. Raises :class:`FutureDayError` for a date after ``today``.

    *Yes* when the number is in the database and the date is the same as or before its last permanent disconnect;
    *no* when it is there with a later date, or absent and the date is not before the day the data begins; else *no data*.
    """
    questions = list(asked)
    for _, date in questions:
        if date > today:
            raise FutureDayError(date, today)
    first = conn.execute(select(disconnect_cover.c.first)).scalar_one_or_none()
    since = datetime.date.fromisoformat(first) if first else None
    last: dict[int, str] = {}
    numbers = sorted({number for number, _ in questions})
    for start in range(0, len(numbers), _BATCH):
        query = (
            select(number_disconnect.c.number, func.max(number_disconnect.c.day))
            .where(number_disconnect.c.number.in_(numbers[start : start + _BATCH]))
            .group_by(number_disconnect.c.number)
        )
        last.update((number, day) for number, day in conn.execute(query))
    answers = []
    for number, date in questions:
        found: bool | None
        if number in last:
            found = date.isoformat() <= last[number]
        else:
            found = False if since is not None and date >= since else None
        answers.append(Held(number, date, found, found is False, since))
    return answers


def history_of(conn: Connection, number: int) -> Sequence[Row[Any]]:
    """Disconnects of a number, newest first."""
    query = select(number_disconnect).where(number_disconnect.c.number == number)
    return conn.execute(query.order_by(number_disconnect.c.day.desc())).all()
