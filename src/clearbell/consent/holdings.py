"""What consents a holder, or several, have: how many, how they grow, and which lapse soon."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, case, func, select

from clearbell.calls import DAY, MINUTE
from clearbell.consent.tables import consent
from clearbell.ledger.paging import Order, Place, page

_MONDAY = 3 * DAY
"""1970-01-01 was a Thursday: so much earlier a week began."""


class Holding(msgspec.Struct, frozen=True):
    """Consents as they stand."""

    in_force: int
    lapsing: int
    """Of these, how many lapse within the time that was asked about."""
    withdrawn: int


class Week(msgspec.Struct, frozen=True):
    """What a week brought."""

    begins: int
    """µs UTC, on a Monday in the pack's zone."""
    given: int
    withdrawn: int


def holding(conn: Connection, holders: Select[Any], now: int, soon: int, lapse: int | None) -> Holding:
    """Count the holders' consents at ``now``; ``soon``: until when those that lapse are counted (µs UTC).

    ``lapse``: how long a consent without a stated period lasts, µs; None: without end.
    """
    end = _end(lapse)
    in_force = (consent.c.withdrawn == 0) & ((end == 0) | (end > now))
    query = select(
        func.count().filter(in_force),
        func.count().filter(in_force & (end != 0) & (end <= soon)),
        func.count().filter(consent.c.withdrawn != 0),
    ).where(consent.c.holder.in_(holders))
    return Holding(*conn.execute(query).one())


def weeks(conn: Connection, holders: Select[Any], now: int, count: int, utc_offset_minutes: int) -> list[Week]:
    """What each of the last ``count`` weeks brought, the oldest first."""
    shift = utc_offset_minutes * MINUTE + _MONDAY
    this = (now + shift) // (7 * DAY)
    first = (this - count + 1) * 7 * DAY - shift
    found: list[dict[int, int]] = []
    for column in (consent.c.given, consent.c.withdrawn):
        week = (column + shift) // (7 * DAY)
        query = select(week, func.count()).where(consent.c.holder.in_(holders), column >= first).group_by(week)
        found.append({int(number): total for number, total in conn.execute(query)})
    given, withdrawn = found
    return [
        Week(number * 7 * DAY - shift, given.get(number, 0), withdrawn.get(number, 0))
        for number in range(this - count + 1, this + 1)
    ]


def lapsing(
    conn: Connection,
    holders: Select[Any],
    now: int,
    soon: int,
    lapse: int | None,
    limit: int,
    order: Order,
    after: Place = (),
    purpose: str = "",
) -> Sequence[Row[Any]]:
    """Consents in force that lapse until ``soon`` (µs UTC), past a place of :func:`by_end`; ``ends`` says when."""
    end = _end(lapse)
    query = select(consent.c.callee, consent.c.holder, consent.c.purpose, end.label("ends")).where(
        consent.c.holder.in_(holders), consent.c.withdrawn == 0, end > now, end <= soon
    )
    if purpose:
        query = query.where(consent.c.purpose == purpose)
    return list(conn.execute(page(query, order, after, limit)))


BY_GIVEN = Order((consent.c.holder, consent.c.given, consent.c.callee, consent.c.purpose), descending=True)
"""Of each holder, the newest first."""


class Stand(enum.Enum):
    """How a consent stands."""

    IN_FORCE = "in-force"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


def stand_of(row: Row[Any], now: int) -> Stand:
    """How a row of :func:`held` stands at ``now`` (µs UTC)."""
    if row.withdrawn:
        return Stand.WITHDRAWN
    return Stand.LAPSED if row.ends and row.ends <= now else Stand.IN_FORCE


def held(
    conn: Connection,
    holders: Select[Any],
    now: int,
    lapse: int | None,
    limit: int,
    order: Order = BY_GIVEN,
    after: Place = (),
    *,
    stand: Stand | None = None,
    purpose: str = "",
    callee: int = 0,
) -> Sequence[Row[Any]]:
    """The holders' consents past a place of the order; ``ends`` says when each lapses (µs UTC; 0: it does not)."""
    end, c = _end(lapse), consent.c
    query = select(c.callee, c.holder, c.purpose, c.given, c.withdrawn, end.label("ends")).where(c.holder.in_(holders))
    if stand is Stand.WITHDRAWN:
        query = query.where(c.withdrawn != 0)
    elif stand is not None:
        lapsed = (end != 0) & (end <= now)
        query = query.where(c.withdrawn == 0, lapsed if stand is Stand.LAPSED else ~lapsed)
    if purpose:
        query = query.where(c.purpose == purpose)
    if callee:
        query = query.where(c.callee == callee)
    return list(conn.execute(page(query, order, after, limit)))


def by_end(lapse: int | None) -> Order:
    """The next to lapse first."""
    return Order((_end(lapse).label("ends"), consent.c.callee, consent.c.holder, consent.c.purpose))


def _end(lapse: int | None) -> ColumnElement[int]:
    """When a consent lapses, µs UTC; 0: it does not."""
    if lapse is None:
        return consent.c.until
    return case((consent.c.until != 0, consent.c.until), else_=consent.c.given + lapse)
