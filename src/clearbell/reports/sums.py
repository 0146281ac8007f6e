"""Writing reputations: the scale they are on, additions to them, and recounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update

from clearbell.ledger import Act
from clearbell.ledger.bulk import insert_rows
from clearbell.reports.refusals import RefusedHalfLivesError
from clearbell.reports.reputation import (
    Reputation,
    ReputationSettings,
    Scale,
    new_scale,
    rebased,
    recount,
)
from clearbell.reports.tables import report, reputation, reputation_reset, reputation_scale

COLUMNS = Reputation.__struct_fields__
_SCALE = Scale.__struct_fields__
_PAGE = 20_000
_ADD = """INSERT INTO reputation (number, reports, reporters, heat, evidence, first_at, last_at)
VALUES ({marks}) ON CONFLICT (number) DO UPDATE SET
reports = reputation.reports + excluded.reports,
reporters = reputation.reporters + excluded.reporters,
heat = reputation.heat + excluded.heat,
evidence = reputation.evidence + excluded.evidence,
first_at = CASE WHEN reputation.first_at = 0 OR excluded.first_at < reputation.first_at
           THEN excluded.first_at ELSE reputation.first_at END,
last_at = CASE WHEN excluded.last_at > reputation.last_at THEN excluded.last_at ELSE reputation.last_at END"""


def scale_of(conn: Connection) -> Scale | None:
    """The scale that the stored sums are on; None before the first write."""
    row = conn.execute(select(*(reputation_scale.c[name] for name in _SCALE))).first()
    return Scale(*row) if row else None


def scale_for(act: Act, settings: ReputationSettings) -> Scale:
    """The scale to write on now, made at the first write and moved when its epoch is long past.

    Raises :class:`RefusedHalfLivesError` when the sums were made with other settings.
    """
    scale = scale_of(act.conn)
    if scale is None:
        scale = new_scale(settings, act.at)
        _put_scale(act.conn, scale)
        return scale
    if scale.settings != settings:
        raise RefusedHalfLivesError(scale.settings, settings)
    moved = rebased(scale, act.at)
    if moved is None:
        return scale
    scale, heat, evidence = moved
    act.conn.execute(
        update(reputation).values(heat=reputation.c.heat * heat, evidence=reputation.c.evidence * evidence)
    )
    _put_scale(act.conn, scale)
    return scale_for(act, settings)


def _put_scale(conn: Connection, scale: Scale) -> None:
    conn.execute(delete(reputation_scale))
    conn.execute(reputation_scale.insert().values(one=1, **msgspec.structs.asdict(scale)))


def add(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add to the sums of numbers: one write for each, in the order of :data:`COLUMNS`."""
    if rows:
        mark = "?" if conn.dialect.name == "sqlite" else "%s"
        conn.exec_driver_sql(_ADD.format(marks=", ".join([mark] * len(COLUMNS))), list(rows))


def resets_of(conn: Connection, numbers: Sequence[int] | None = None) -> dict[int, int]:
    """Of numbers whose past was set aside (of all, by default): the time (µs UTC) before which nothing counts."""
    query = select(reputation_reset.c.number, reputation_reset.c.before)
    if numbers is not None:
        query = query.where(reputation_reset.c.number.in_(numbers))
    return {row.number: row.before for row in conn.execute(query)}


def recount_number(act: Act, number: int, scale: Scale) -> Reputation:
    """Make the number's sums anew from its standing reports, so that what was taken back leaves no trace."""
    rows = act.conn.execute(
        select(report.c.reporter, report.c.at).where(
            report.c.number == number,
            report.c.withdrawn == 0,
            report.c.at >= resets_of(act.conn, [number]).get(number, 0),
        )
    )
    counted = recount(number, ((row.reporter, row.at) for row in rows), scale)
    values = msgspec.structs.asdict(counted)
    changed = act.conn.execute(update(reputation).where(reputation.c.number == number).values(**values)).rowcount
    if not changed:
        act.conn.execute(reputation.insert().values(**values))
    return counted


def rebuild(act: Act, settings: ReputationSettings) -> int:
    """Recount every number from its reports, on a new scale; returns how many numbers there are."""
    scale = new_scale(settings, act.at)
    act.conn.execute(delete(reputation))
    _put_scale(act.conn, scale)
    count = 0
    after = -1
    while page := list(_numbers(act.conn, after, scale)):
        insert_rows(act.conn, reputation, COLUMNS, [msgspec.structs.astuple(one) for one in page])
        count += len(page)
        after = page[-1].number
    return count


def _numbers(conn: Connection, after: int, scale: Scale) -> Iterator[Reputation]:
    """The next numbers past ``after``, counted."""
    last = conn.execute(
        select(report.c.number).where(report.c.number > after).order_by(report.c.number).offset(_PAGE).limit(1)
    ).scalar_one_or_none()
    query = select(report.c.number, report.c.reporter, report.c.at, report.c.withdrawn).where(report.c.number > after)
    if last is not None:
        query = query.where(report.c.number <= last)
    resets = resets_of(conn)
    rows = conn.execute(query.order_by(report.c.number))
    for number, group in groupby(rows, lambda row: row.number):
        yield recount(number, _counted(group, resets.get(number, 0)), scale)


def _counted(rows: Iterable[Any], before: int) -> Iterator[tuple[int, int]]:
    return ((row.reporter, row.at) for row in rows if not row.withdrawn and row.at >= before)
