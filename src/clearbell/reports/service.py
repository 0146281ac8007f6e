"""Acts on reports: filing them, taking one back, recounting what they add up to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, delete, func, select, update

from clearbell.calls import DAY
from clearbell.intake import BadCell
from clearbell.ledger import Act
from clearbell.ledger.bulk import insert_rows
from clearbell.reports import sums
from clearbell.reports.model import Reported, ReportWithdrawn
from clearbell.reports.refusals import (
    RefusedReportFieldsError,
    RefusedUnknownReportError,
    RefusedWithdrawnReportError,
)
from clearbell.reports.reputation import ReputationSettings, Scale
from clearbell.reports.tables import report, reputation, reputation_reset

_COLUMNS = (*Reported.__struct_fields__, "seq", "withdrawn")
_ID_LENGTH = 200
_CODE_LENGTH = 64
_AHEAD = DAY
"""How far a clock elsewhere may be ahead of ours, and a day of another time zone begin before ours."""
_PAGE = 5000
_DEFAULT = ReputationSettings()


class Filed(msgspec.Struct, frozen=True):
    """What became of reports: ``stored + duplicates`` are all of them."""

    stored: int
    duplicates: int
    folded: int = 0
    """Of the stored, those that add nothing to the score: the reporter complained about the number that day already."""


def _by_number(fact: Reported | ReportWithdrawn) -> int:
    return fact.number


def faults(reports: Sequence[Reported], now: int) -> list[tuple[int, BadCell]]:
    """Everything that cannot be right in reports, with the place of each; ``now`` is the time of filing, µs UTC."""
    latest = now + _AHEAD
    return [
        (place, cell)
        for place, one in enumerate(reports)
        # What nearly every report passes, before the words are looked for.
        if not (
            one.number > 0
            and 0 < one.at <= latest
            and 0 < one.received <= latest
            and 0 < len(one.report) <= _ID_LENGTH
            and one.reporter >= 0
            and len(one.source) + len(one.category) + len(one.area) <= _CODE_LENGTH
        )
        for cell in _faults_of(one, latest)
    ]


def _faults_of(one: Reported, latest: int) -> list[BadCell]:
    found = []
    if not 0 < len(one.report) <= _ID_LENGTH:
        found.append(
            BadCell("report", "id", f"编号须为 1 至 {_ID_LENGTH} 个字符", f"an id has 1 to {_ID_LENGTH} characters")
        )
    if one.number <= 0:
        found.append(BadCell("number", "number", "没有被举报的号码", "there is no number complained about"))
    if one.reporter < 0:
        found.append(BadCell("reporter", "number", "举报人号码无效", "the reporter's number is none"))
    for column, time in (("at", one.at), ("received", one.received)):
        if time <= 0:
            found.append(BadCell(column, "time", "时间早于 1970 年", "the time is before 1970"))
        elif time > latest:
            found.append(BadCell(column, "future", "时间在将来", "the time is in the future"))
    if len(one.source) + len(one.category) + len(one.area) > _CODE_LENGTH:
        found.append(BadCell("area", "long", "来源、类别和地区过长", "source, category and area are too long"))
    return found


def do_file_reports(act: Act, reports: Sequence[Reported], settings: ReputationSettings = _DEFAULT) -> Filed:
    """Store reports and add them to the reputation of the numbers they name.

    A report whose id is known, or comes twice, is a duplicate and changes nothing, even when it was taken back
    since. Appends ``reports.received``, sealed about the numbers, unless all are duplicates. ``settings`` must be
    those the reputation was begun with.

    Raises :class:`RefusedReportFieldsError` (with everything that is wrong) and :class:`RefusedHalfLivesError`.
    """
    wrong = faults(reports, act.at)
    if wrong:
        raise RefusedReportFieldsError(wrong)
    scale = sums.scale_for(act, settings)
    fresh = {one.report: one for one in reversed(reports)}
    for known in _known(act.conn, list(fresh)):
        del fresh[known]
    # In the order of numbers, so that rows and indexes are written side by side.
    new = sorted(fresh.values(), key=_by_number)
    if not new:
        return Filed(0, len(reports))
    resets = sums.resets_of(act.conn, sorted({one.number for one in new}) if len(new) <= _PAGE else None)
    counted = [one for one in new if one.at >= resets.get(one.number, 0)] if resets else new
    folded = _add_up(act.conn, counted, scale, resets) if counted else 0
    seq = act.append("reports.received", new, about=_by_number)
    insert_rows(
        act.conn,
        report,
        _COLUMNS,
        [
            (
                one.report,
                one.source,
                one.number,
                one.at,
                one.received,
                one.reporter,
                one.category,
                one.automatic,
                one.area,
                seq,
                0,
            )
            for one in new
        ],
    )
    return Filed(len(new), len(reports) - len(new), folded)


def _known(conn: Connection, ids: list[str]) -> list[str]:
    found: list[str] = []
    if conn.dialect.name == "sqlite":
        statement = "SELECT report FROM report WHERE report IN (SELECT value FROM json_each(?))"
        encode: Callable[[list[str]], object] = lambda page: msgspec.json.encode(page).decode()  # noqa: E731
    else:
        statement = "SELECT report FROM report WHERE report = ANY(%s)"
        encode = list
    for start in range(0, len(ids), _PAGE):
        rows = conn.exec_driver_sql(statement, (encode(ids[start : start + _PAGE]),))
        found.extend(rows.scalars())
    return found


def _add_up(conn: Connection, new: Sequence[Reported], scale: Scale, resets: Mapping[int, int]) -> int:
    """Add reports, in the order of their numbers, to the sums; returns how many fold into an earlier one."""
    heard = _days_heard(conn, {one.reporter for one in new if one.reporter}, scale, resets)
    weights: dict[int, tuple[float, float]] = {}
    rows: list[tuple[int, int, int, float, float, int, int]] = []
    folded = 0
    number = reports = reporters = first_at = last_at = 0
    heat = evidence = 0.0
    for one in new:
        if one.number != number:
            if number:
                rows.append((number, reports, reporters, heat, evidence, first_at, last_at))
            number, reports, reporters, first_at, last_at = one.number, 0, 0, one.at, one.at
            heat = evidence = 0.0
        if one.at > last_at:
            last_at = one.at
        elif one.at < first_at:
            first_at = one.at
        day = scale.day(one.at)
        if one.reporter:
            days = heard.setdefault((one.reporter, number), set())
            if day in days:
                folded += 1
                continue
            reporters += not days
            days.add(day)
        else:
            reporters += 1
        weight = weights.get(day)
        if weight is None:
            weight = weights[day] = scale.weights(day)
        reports += 1
        heat += weight[0]
        evidence += weight[1]
    rows.append((number, reports, reporters, heat, evidence, first_at, last_at))
    sums.add(conn, rows)
    return folded


def _days_heard(
    conn: Connection, reporters: set[int], scale: Scale, resets: Mapping[int, int]
) -> dict[tuple[int, int], set[int]]:
    """Of each reporter and number, the days with a complaint that counts."""
    heard: dict[tuple[int, int], set[int]] = {}
    asked = sorted(reporters)
    for start in range(0, len(asked), _PAGE):
        page = asked[start : start + _PAGE]
        query = select(report.c.reporter, report.c.number, report.c.at).where(
            report.c.reporter.in_(page), report.c.reporter != 0, report.c.withdrawn == 0
        )
        for reporter, number, at in conn.execute(query):
            if at >= resets.get(number, 0):
                heard.setdefault((reporter, number), set()).add(scale.day(at))
    return heard


def do_withdraw_report(act: Act, report_id: str, settings: ReputationSettings = _DEFAULT) -> ReportWithdrawn:
    """Take a report back: it stays on file and counts no more, exactly as if it had never been filed.

    Appends ``reports.withdrawn``, sealed about the number. Raises :class:`RefusedUnknownReportError`,
    :class:`RefusedWithdrawnReportError` and :class:`RefusedHalfLivesError`.
    """
    row = act.conn.execute(select(report.c.number, report.c.withdrawn).where(report.c.report == report_id)).first()
    if row is None:
        raise RefusedUnknownReportError(report_id)
    if row.withdrawn:
        raise RefusedWithdrawnReportError(report_id)
    scale = sums.scale_for(act, settings)
    act.conn.execute(update(report).where(report.c.report == report_id).values(withdrawn=act.at))
    sums.recount_number(act, row.number, scale)
    fact = ReportWithdrawn(report_id, row.number)
    act.append("reports.withdrawn", [fact], about=_by_number)
    return fact


def do_rebuild_reputation(act: Act, settings: ReputationSettings) -> int:
    """Recount every number's reputation from its reports with these settings; returns how many numbers there are.

    Appends ``reports.recounted`` with the settings in its note: public, and no fact about anyone.
    """
    count = sums.rebuild(act, settings)
    act.append("reports.recounted", (), note={"numbers": count, **msgspec.structs.asdict(settings)})
    return count


class _Reporter(msgspec.Struct):
    reporter: int = 0


_read_reporter = msgspec.json.Decoder(_Reporter).decode


def do_forget_number(act: Act, number: int) -> int:
    """Erase what the tables hold of a person's number; returns how many reports it concerned.

    Reports about the number go, with its reputation. In reports by it a stand-in takes its place, the same in all
    of them, so that the scores of others stay as they are. In the ledger, facts about the number are erased by
    ``Act.erase``; reports *by* it stand under the numbers they are about and are erased here.
    """
    seqs = act.conn.execute(
        select(report.c.seq).where(report.c.reporter == number, report.c.reporter != 0).distinct()
    ).scalars()
    for seq in list(seqs):
        act.erase_where(seq, lambda data: _read_reporter(data).reporter == number)
    about = act.conn.execute(delete(report).where(report.c.number == number)).rowcount
    act.conn.execute(delete(reputation).where(reputation.c.number == number))
    act.conn.execute(delete(reputation_reset).where(reputation_reset.c.number == number))
    lowest = act.conn.execute(select(func.min(report.c.reporter)).where(report.c.reporter != 0)).scalar_one() or 0
    by = act.conn.execute(
        update(report).where(report.c.reporter == number, report.c.reporter != 0).values(reporter=min(lowest, 0) - 1)
    ).rowcount
    return about + by
