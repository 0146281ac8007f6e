"""Writing reputations: the scale they are on, additions to them, and recounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, select, update

from clearbell.ledger import Act
from clearbell.ledger.bulk import insert_rows
from clearbell.reports.model import Standing
from clearbell.reports.refusals import RefusedHalfLivesError
from clearbell.reports.reputation import (
    Complaint,
    Reputation,
    ReputationSettings,
    Scale,
    Voice,
    new_scale,
    rebased,
    recount,
)
from clearbell.reports.tables import report, reputation, reputation_reset, reputation_scale

COLUMNS = Reputation.__struct_fields__
_SCALE = Scale.__struct_fields__
_PAGE = 20_000
_VOICES = 5_000
_ADD = """INSERT INTO reputation (number, reports, reporters, heat, evidence, first_at, last_at, wanted)
VALUES ({marks}) ON CONFLICT (number) DO UPDATE SET
reports = reputation.reports + excluded.reports,
reporters = reputation.reporters + excluded.reporters,
heat = reputation.heat + excluded.heat,
evidence = reputation.evidence + excluded.evidence,
first_at = CASE WHEN excluded.first_at <> 0 AND (reputation.first_at = 0 OR excluded.first_at < reputation.first_at)
           THEN excluded.first_at ELSE reputation.first_at END,
last_at = CASE WHEN excluded.last_at > reputation.last_at THEN excluded.last_at ELSE reputation.last_at END,
wanted = reputation.wanted + excluded.wanted"""
COUNTS = (report.c.standing == Standing.COUNTED.value) & (report.c.withdrawn == 0) & (report.c.void == 0)
"""What counts, but for what was before a number's reset."""
_COMPLAINT = (report.c.voice, report.c.at, report.c.weight, report.c.proven, report.c.wanted)


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
    if not scale.fits(settings):
        raise RefusedHalfLivesError(scale, settings)
    moved = rebased(scale, act.at)
    if moved is None:
        return scale
    scale, heat, evidence = moved
    act.conn.execute(
        update(reputation).values(
            heat=reputation.c.heat * heat,
            evidence=reputation.c.evidence * evidence,
            wanted=reputation.c.wanted * evidence,
        )
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


def add_up(
    conn: Connection, new: Sequence[tuple[int, Complaint]], scale: Scale, resets: Mapping[int, int] | None = None
) -> int:
    """Add (number, complaint) pairs, in the order of numbers, to the sums; returns how many complaints fold into others.

    They must not be among the rows that count yet, and none may be from before its number's reset.
    """
    heard = _heard(conn, {one.voice for _, one in new if one.voice}, scale, resets)
    weights: dict[int, tuple[float, float]] = {}
    rows: list[tuple[int, int, int, float, float, int, int, float]] = []
    folded = 0
    number = reports = reporters = first_at = last_at = 0
    heat = evidence = wanted = 0.0
    for about, one in new:
        if about != number:
            if number:
                rows.append((number, reports, reporters, heat, evidence, first_at, last_at, wanted))
            number, reports, reporters, first_at, last_at = about, 0, 0, 0, 0
            heat = evidence = wanted = 0.0
        if not one.wanted:
            last_at = max(last_at, one.at)
            first_at = min(first_at, one.at) if first_at else one.at
        if one.voice or one.wanted:
            voice = heard.setdefault((one.voice, number), Voice()) if one.voice else Voice()
            added = voice.add(one, scale)
            folded += not one.wanted and not added[0]
            reports += added[0]
            reporters += added[1]
            heat += added[2]
            evidence += added[3]
            wanted += added[4]
            continue
        # A voice of its own: most of a large file. The powers of a day are taken once.
        day = scale.day(one.at)
        weight = weights.get(day)
        if weight is None:
            weight = weights[day] = scale.weights(day)
        reports += 1
        reporters += one.proven
        heat += one.weight * weight[0]
        evidence += one.weight * weight[1]
    if number:
        rows.append((number, reports, reporters, heat, evidence, first_at, last_at, wanted))
    add(conn, rows)
    return folded


def _heard(
    conn: Connection, voices: set[int], scale: Scale, resets: Mapping[int, int] | None
) -> dict[tuple[int, int], Voice]:
    """What each voice has said of each number, of what counts."""
    heard: dict[tuple[int, int], Voice] = {}
    asked = sorted(voices)
    known = dict(resets or {})
    for start in range(0, len(asked), _VOICES):
        page = asked[start : start + _VOICES]
        query = select(report.c.number, *_COMPLAINT).where(report.c.voice.in_(page), report.c.voice != 0, COUNTS)
        for number, *complaint in conn.execute(query):
            one = Complaint(*complaint)
            if one.at >= known.get(number, 0):
                heard.setdefault((one.voice, number), Voice()).add(one, scale)
    return heard


def recount_number(act: Act, number: int, scale: Scale) -> Reputation:
    """Make the number's sums anew from what counts, so that what was taken back leaves no trace."""
    rows = act.conn.execute(
        select(*_COMPLAINT).where(
            report.c.number == number, COUNTS, report.c.at >= resets_of(act.conn, [number]).get(number, 0)
        )
    )
    counted = recount(number, (Complaint(*row) for row in rows), scale)
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
    query = select(report.c.number, COUNTS.label("counts"), *_COMPLAINT).where(report.c.number > after)
    if last is not None:
        query = query.where(report.c.number <= last)
    resets = resets_of(conn)
    rows = conn.execute(query.order_by(report.c.number))
    for number, group in groupby(rows, lambda row: row.number):
        yield recount(number, _counted(group, resets.get(number, 0)), scale)


def _counted(rows: Iterable[Any], before: int) -> Iterator[Complaint]:
    return (Complaint(*row[2:]) for row in rows if row.counts and row.at >= before)
