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
from clearbell.reports.complaints.service import Due, do_open_complaints, do_withdraw_complaint
from clearbell.reports.complaints.tables import complaint
from clearbell.reports.judging import DIRECT, NOTHING_KNOWN, Look, judge, waits
from clearbell.reports.model import Match, Reported, ReportWithdrawn, Standing, Weighed
from clearbell.reports.refusals import (
    RefusedReportFieldsError,
    RefusedUnknownReportError,
    RefusedWithdrawnReportError,
)
from clearbell.reports.reporters import believed, marks_on
from clearbell.reports.reputation import Complaint, ReputationSettings
from clearbell.reports.tables import (
    bad_faith,
    report,
    report_detail,
    report_trunk,
    reporter_standing,
    reputation,
    reputation_reset,
)

_COLUMNS = (
    "report", "source", "number", "at", "received", "reporter", "category", "automatic", "area",
    "wanted", "seq", "withdrawn", "standing", "match", "why", "weight", "proven", "voice", "void",
)  # fmt: skip
_DETAILS = ("report", "number", "reporter", "origin", "duration", "description", "evidence", "forward", "verified")
_ID_LENGTH = 200
_CODE_LENGTH = 64
_TEXT_LENGTH = 4_000
_AHEAD = DAY
_STAND_INS = 1 << 62
"""Voices of forgotten reporters are below this negated, those of places, which are digests, above it."""
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
            and len(one.description) + len(one.evidence) <= _TEXT_LENGTH
            and 0 <= one.origin < _STAND_INS
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
    if len(one.description) + len(one.evidence) > _TEXT_LENGTH:
        found.append(
            BadCell(
                "description",
                "long",
                f"描述超过 {_TEXT_LENGTH} 字",
                f"the description has over {_TEXT_LENGTH} characters",
            )
        )
    if not 0 <= one.origin < _STAND_INS:
        found.append(BadCell("origin", "origin", "来源摘要无效", "the digest of the place is none"))
    return found


def do_file_reports(
    act: Act,
    reports: Sequence[Reported],
    settings: ReputationSettings = _DEFAULT,
    *,
    records: bool = False,
    due: Due | None = None,
) -> Filed:
    """Store reports and add them to the reputation of the numbers they name.

    A report whose id is known, or comes twice, is a duplicate and changes nothing, even when it was taken back
    since. ``records``: there are call records, so reports wait until their calls were looked for; see
    :mod:`clearbell.reports.weighing`. ``due``: the pack's deadlines, by which those are answered that are owed an
    answer; see :func:`~clearbell.reports.complaints.service.do_open_complaints`. Appends ``reports.received``, sealed about the numbers, unless all are
    duplicates. ``settings`` must fit those that the reputation was begun with.

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
    named = {one.reporter for one in new if one.reporter}
    trust = believed(act.conn, named, settings)
    marks = marks_on(act.conn, named)
    weighed = [_weighed(one, trust, settings, records=records) for one in new]
    void = [_void(one, marks) for one in new]
    resets = sums.resets_of(act.conn, sorted({one.number for one in new}) if len(new) <= _PAGE else None)
    counted = [
        (one.number, Complaint(made.voice, one.at, made.weight, made.proven, one.wanted))
        for one, made, covered in zip(new, weighed, void, strict=True)
        if made.standing is Standing.COUNTED and not covered and one.at >= resets.get(one.number, 0)
    ]
    folded = sums.add_up(act.conn, counted, scale, resets) if counted else 0
    seq = act.append("reports.received", new, about=_by_number)
    insert_rows(
        act.conn,
        report,
        _COLUMNS,
        [_row(one, made, covered, seq) for one, made, covered in zip(new, weighed, void, strict=True)],
    )
    detailed = [one for one in new if one.has_details or one.origin]
    if detailed:
        insert_rows(act.conn, report_detail, _DETAILS, [_detail(one) for one in detailed])
    if due is not None:
        do_open_complaints(act, seq, settings.rules, due)
    # A list's plain complaints say by their rule what they count for; the others are told.
    told = [made for made in weighed if made.voice and made.standing is not Standing.WAITING]
    if told:
        act.append("reports.weighed", [made.fact() for made in told], about=lambda f: f.number)
    return Filed(len(new), len(reports) - len(new), folded)


def _weighed(one: Reported, trust: Mapping[int, float], settings: ReputationSettings, *, records: bool) -> Weighed:
    rules = settings.rules
    if waits(one, rules, records=records):
        return Weighed(one.report, one.number, Standing.WAITING, voice=one.reporter)
    look = Look(Match.MATCHED) if one.source in DIRECT else NOTHING_KNOWN
    return judge(one, look, trust.get(one.reporter, 1.0), 0, rules)


def _void(one: Reported, marks: Mapping[int, Sequence[tuple[int, int]]]) -> int:
    if not marks:
        return 0
    return sum(since <= one.received < until for since, until in marks.get(one.reporter, ()))


def _row(one: Reported, made: Weighed, void: int, seq: int) -> tuple[object, ...]:
    return (
        one.report, one.source, one.number, one.at, one.received, one.reporter, one.category, one.automatic, one.area,
        one.wanted, seq, 0, made.standing.value, made.match.value, made.why.value, made.weight, made.proven,
        made.voice, void,
    )  # fmt: skip


def _detail(one: Reported) -> tuple[object, ...]:
    return (
        one.report, one.number, one.reporter, one.origin, one.duration.value, one.description, one.evidence,
        one.forward, one.verified,
    )  # fmt: skip


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
    do_withdraw_complaint(act, report_id)
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
    gone = select(report.c.report).where(report.c.number == number)
    act.conn.execute(delete(report_trunk).where(report_trunk.c.report.in_(gone)))
    about = act.conn.execute(delete(report).where(report.c.number == number)).rowcount
    act.conn.execute(delete(reputation).where(reputation.c.number == number))
    act.conn.execute(delete(reputation_reset).where(reputation_reset.c.number == number))
    lowest = act.conn.execute(select(func.min(report.c.reporter)).where(report.c.reporter != 0)).scalar_one() or 0
    stand_in = min(lowest, 0) - 1
    mine = (report.c.reporter == number) & (report.c.reporter != 0)
    # Where he was the voice, the stand-in is; a household's voice names nobody.
    act.conn.execute(update(report).where(mine, report.c.voice == number).values(voice=stand_in - _STAND_INS))
    by = act.conn.execute(update(report).where(mine).values(reporter=stand_in)).rowcount
    act.conn.execute(
        delete(report_detail).where((report_detail.c.number == number) | (report_detail.c.reporter == number))
    )
    act.conn.execute(delete(complaint).where((complaint.c.number == number) | (complaint.c.reporter == number)))
    act.conn.execute(delete(reporter_standing).where(reporter_standing.c.reporter == number))
    act.conn.execute(delete(bad_faith).where(bad_faith.c.reporter == number))
    return about + by
