"""Reading deadlines: what is open, what is overdue, what passed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select, tuple_

from clearbell.desk.deadlines.catalogue import EVERY
from clearbell.desk.deadlines.model import Open
from clearbell.desk.deadlines.sources import Kept
from clearbell.desk.deadlines.tables import deadline_passed
from clearbell.policy.model import Pack


def open_deadlines(
    conn: Connection,
    pack: Pack,
    now: int,
    *,
    kinds: Collection[str] | None = None,
    overdue: bool = False,
    by: int = 0,
    limit: int = 100,
    after: tuple[int, str, str] | None = None,
) -> list[Open]:
    """Deadlines that were not met at ``now`` (µs UTC), the soonest first.

    ``after``: time, kind and subject of the last one of the page before. ``overdue``: only those that are over; ``by`` (µs UTC): only those due by then. Without ``kinds`` those are left out
    that may be very many and end by themselves, consents among them. What ends by itself is no longer listed once it is
    over.
    """
    found: list[Open] = []
    for source in EVERY:
        if source.stays if kinds is None else source.kind not in kinds:
            continue
        for kept in source.places(pack):
            query = select(*kept.columns).where(kept.open, kept.since > 0)
            if by:
                query = query.where(kept.since <= by - kept.after)
            if source.stays:
                query = query.where(kept.since > now - kept.after)
            if overdue:
                query = query.where(kept.since <= now - kept.after)
            if after is not None:
                query = query.where(*_past(source.kind, kept, after))
            rows = conn.execute(query.order_by(*kept.order).limit(limit))
            found += [Open(source.kind, row.subject, row.due, row.due <= now, row.number) for row in rows]
    return sorted(found, key=lambda one: (one.due, one.kind, one.number, one.subject))[:limit]


def _past(kind: str, kept: Kept, after: tuple[int, str, str]) -> list[ColumnElement[bool]]:
    """What holds for deadlines of a kind that come after one of any kind."""
    due, last, subject = after
    since = due - kept.after
    if kind != last:
        return [kept.since >= since if kind > last else kept.since > since]
    place = (since, subject) if kept.number is None else (since, int(subject.partition("/")[0]), subject)
    # The first says the same of itself, for an index that has only that.
    return [kept.since >= since, tuple_(*kept.order) > tuple_(*place, types=[one.type for one in kept.order])]


def passed_deadlines(
    conn: Connection, *, kinds: Collection[str] | None = None, since: int = 0, limit: int = 100
) -> Sequence[Row[Any]]:
    """Deadlines that passed at or after ``since`` (µs UTC), the latest first, whether or not they were met later."""
    query = select(deadline_passed).where(deadline_passed.c.at >= since)
    if kinds is not None:
        query = query.where(deadline_passed.c.kind.in_(list(kinds)))
    return conn.execute(query.order_by(deadline_passed.c.at.desc(), deadline_passed.c.subject).limit(limit)).all()
