"""Reading deadlines: what is open, what is overdue, what passed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.desk.deadlines.catalogue import EVERY
from clearbell.desk.deadlines.model import Open
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
        kept = source.kept(pack)
        columns = (kept.subject.label("subject"), kept.due.label("due"), kept.number.label("number"))
        query = select(*columns).where(kept.open, kept.due > 0)
        if by:
            query = query.where(kept.due <= by)
        if source.stays:
            query = query.where(kept.due > now)
        if overdue:
            query = query.where(kept.due <= now)
        if after is not None:
            due, kind, subject = after
            later = kept.due > due
            if source.kind == kind:
                later |= (kept.due == due) & (kept.subject > subject)
            query = query.where(kept.due >= due if source.kind > kind else later)
        rows = conn.execute(query.order_by(kept.due, kept.subject).limit(limit))
        found += [Open(source.kind, row.subject, row.due, row.due <= now, row.number) for row in rows]
    return sorted(found, key=lambda one: (one.due, one.kind, one.subject))[:limit]


def passed_deadlines(
    conn: Connection, *, kinds: Collection[str] | None = None, since: int = 0, limit: int = 100
) -> Sequence[Row[Any]]:
    """Deadlines that passed at or after ``since`` (µs UTC), the latest first, whether or not they were met later."""
    query = select(deadline_passed).where(deadline_passed.c.at >= since)
    if kinds is not None:
        query = query.where(deadline_passed.c.kind.in_(list(kinds)))
    return conn.execute(query.order_by(deadline_passed.c.at.desc(), deadline_passed.c.subject).limit(limit)).all()
