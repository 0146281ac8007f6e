"""Weighing reports that had to wait, and those set aside that an officer decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, func, select, update

from clearbell.ledger import Act
from clearbell.ledger.bulk import put_rows
from clearbell.reports import sums
from clearbell.reports.judging import NOTHING_KNOWN, Look, judge, may_be_unproven
from clearbell.reports.model import Match, Reported, Standing, Weighed, Why
from clearbell.reports.queries import reported_of, rows_of_reports
from clearbell.reports.refusals import RefusedAsideError, RefusedUnknownReportError, RefusedWordsError
from clearbell.reports.reporters import believed
from clearbell.reports.reputation import Complaint, ReputationSettings, Scale
from clearbell.reports.tables import report, report_trunk

_CHANGED = ("standing", "match", "why", "weight", "proven", "voice")
_WEIGHED = update(report).where(report.c.report == bindparam("of")).values({name: bindparam(name) for name in _CHANGED})


def waiting(
    conn: Connection, limit: int = 1_000, *, after: tuple[int, str] = (0, ""), received_before: int | None = None
) -> list[tuple[int, Reported]]:
    """Reports whose call is still to be looked for, in the order of the ledger, each with the place of its entry there.

    ``after``: place and id of the last one seen. ``received_before``: only those received before, µs UTC.
    """
    seq, last = after
    query = rows_of_reports(report.c.seq).where(
        report.c.standing == Standing.WAITING.value,
        report.c.withdrawn == 0,
        (report.c.seq > seq) | ((report.c.seq == seq) & (report.c.report > last)),
    )
    if received_before is not None:
        query = query.where(report.c.received < received_before)
    rows = conn.execute(query.order_by(report.c.seq, report.c.report).limit(limit))
    return [(row.seq, reported_of(row)) for row in rows]


def do_weigh(act: Act, looks: Mapping[str, Look], settings: ReputationSettings) -> list[Weighed]:
    """Weigh reports by what was found of their calls, and add those that count to the sums.

    Reports that no longer wait are passed over. Appends ``reports.weighed``, sealed about the numbers. Raises
    :class:`~clearbell.reports.refusals.RefusedHalfLivesError`.
    """
    rows = act.conn.execute(
        rows_of_reports()
        .where(report.c.report.in_(sorted(looks)), report.c.standing == Standing.WAITING.value, report.c.withdrawn == 0)
        .order_by(report.c.number, report.c.received, report.c.report)
    )
    reports = [reported_of(row) for row in rows]
    if not reports:
        return []
    scale = sums.scale_for(act, settings)
    trust = believed(act.conn, [one.reporter for one in reports], settings)
    unproven: dict[tuple[int, int], int] = {}
    weighed = []
    for one in reports:
        day = (one.number, scale.day(one.at))
        # Only where nothing else proves it does it matter how many such reports there are.
        if day not in unproven and may_be_unproven(one, looks[one.report], settings.rules):
            unproven[day] = _unproven(act.conn, one.number, one.at, scale)
        made = judge(one, looks[one.report], trust.get(one.reporter, 1.0), unproven.get(day, 0), settings.rules)
        if made.standing is Standing.COUNTED and day in unproven and not made.proven:
            unproven[day] += 1
        weighed.append(made)
    _put(act, reports, weighed, scale)
    do_note_trunks(act, {one.report: looks[one.report].trunk for one in reports})
    return weighed


def do_note_trunks(act: Act, trunks: Mapping[str, str]) -> None:
    """Keep on which trunk the calls of reports came in; an empty name: it is not known, and nothing is kept.

    It comes of the call records, and is in no entry of the ledger.
    """
    rows = [(name, trunk) for name, trunk in trunks.items() if trunk]
    if rows:
        put_rows(act.conn, report_trunk, ("report", "trunk"), rows, ("report",))


def _unproven(conn: Connection, number: int, at: int, scale: Scale) -> int:
    begins, ends = scale.day_bounds(scale.day(at))
    query = select(func.count()).where(
        report.c.number == number, sums.COUNTS, report.c.proven.is_(False), report.c.at >= begins, report.c.at < ends
    )
    return conn.execute(query).scalar_one()


def _put(act: Act, reports: Sequence[Reported], weighed: Sequence[Weighed], scale: Scale) -> None:
    resets = sums.resets_of(act.conn, sorted({one.number for one in reports}))
    covered = {
        row.report
        for row in act.conn.execute(
            select(report.c.report).where(report.c.report.in_([one.report for one in reports]), report.c.void > 0)
        )
    }
    counted = [
        (one.number, Complaint(made.voice, one.at, made.weight, made.proven, one.wanted))
        for one, made in zip(reports, weighed, strict=True)
        if made.standing is Standing.COUNTED and one.at >= resets.get(one.number, 0) and one.report not in covered
    ]
    # Before the rows change: what is added up must not be among what counts yet.
    sums.add_up(act.conn, counted, scale, resets)
    act.conn.execute(_WEIGHED, [{"of": made.report, **columns_of(made)} for made in weighed])
    act.append("reports.weighed", [made.fact() for made in weighed], about=lambda f: f.number)


def columns_of(made: Weighed) -> dict[str, object]:
    """What a weighing writes into the report's row."""
    return {
        "standing": made.standing.value,
        "match": made.match.value,
        "why": made.why.value,
        "weight": made.weight,
        "proven": made.proven,
        "voice": made.voice,
    }


def do_decide_aside(
    act: Act, report_id: str, *, counts: bool, reason: str, settings: ReputationSettings, officer: str = ""
) -> Weighed:
    """An officer looked at a report that was set aside: it counts after all, or stays aside for good.

    Appends ``reports.weighed`` with the officer's words. Raises :class:`RefusedUnknownReportError`,
    :class:`RefusedAsideError` and :class:`RefusedWordsError`.
    """
    row = act.conn.execute(
        rows_of_reports(report.c.standing, report.c.match, report.c.why, report.c.withdrawn).where(
            report.c.report == report_id
        )
    ).first()
    if row is None:
        raise RefusedUnknownReportError(report_id)
    if row.standing != Standing.ASIDE.value or row.withdrawn or row.why == Why.OFFICER.value:
        raise RefusedAsideError(report_id)
    if not reason.strip():
        raise RefusedWordsError
    one = reported_of(row)
    scale = sums.scale_for(act, settings)
    match = Match(row.match)
    if counts:
        look = Look(match) if match in (Match.MATCHED, Match.LOOSE) else NOTHING_KNOWN
        trust = believed(act.conn, [one.reporter], settings).get(one.reporter, 1.0)
        as_told = msgspec.structs.replace(one, source=settings.rules.trusted[0], at=max(one.at, one.received - 1))
        made = judge(as_told, look, trust, 0, settings.rules)
        made = msgspec.structs.replace(made, match=match, officer=officer or act.actor, reason=reason)
    else:
        made = Weighed(
            one.report, one.number, Standing.ASIDE, match, Why.OFFICER, voice=one.reporter,
            officer=officer or act.actor, reason=reason,
        )  # fmt: skip
    _put(act, [one], [made], scale)
    return made
