"""Reporters: how far they are believed, learned from verdicts, and marks of bad faith, bounded and reversible."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from clearbell.calls import DAY
from clearbell.ledger import Act
from clearbell.ledger.bulk import put_rows
from clearbell.reports import sums
from clearbell.reports.judging import credibility
from clearbell.reports.model import (
    BadFaithLifted,
    BadFaithMarked,
    Match,
    Standing,
    VerdictLearned,
    Weighed,
    Why,
)
from clearbell.reports.refusals import RefusedMarkError, RefusedWordsError
from clearbell.reports.reputation import ReputationSettings
from clearbell.reports.tables import bad_faith, report, reporter_standing

_PAGE = 5_000


def standings(conn: Connection, reporters: Collection[int]) -> dict[int, tuple[int, int]]:
    """Of reporters on whose reports there were verdicts: how many for them and against them."""
    found: dict[int, tuple[int, int]] = {}
    asked = sorted(set(reporters) - {0})
    for start in range(0, len(asked), _PAGE):
        query = select(reporter_standing).where(reporter_standing.c.reporter.in_(asked[start : start + _PAGE]))
        found.update({row.reporter: (row.right, row.wrong) for row in conn.execute(query)})
    return found


def believed(conn: Connection, reporters: Collection[int], settings: ReputationSettings) -> dict[int, float]:
    """Credibility of those reporters on whom there is anything; the others' is 1."""
    known = standings(conn, reporters)
    return {reporter: credibility(right, wrong, settings.rules) for reporter, (right, wrong) in known.items()}


def marks_on(conn: Connection, reporters: Collection[int]) -> dict[int, list[tuple[int, int]]]:
    """Marks of bad faith in force: of each reporter the times [since, until) that they cover."""
    found: dict[int, list[tuple[int, int]]] = {}
    asked = sorted(set(reporters) - {0})
    for start in range(0, len(asked), _PAGE):
        query = select(bad_faith.c.reporter, bad_faith.c.since, bad_faith.c.until).where(
            bad_faith.c.reporter.in_(asked[start : start + _PAGE]), bad_faith.c.lifted == 0
        )
        for reporter, since, until in conn.execute(query):
            found.setdefault(reporter, []).append((since, until))
    return found


def do_learn_verdict(act: Act, number: int, *, nuisance: bool, since: int, until: int) -> int:
    """Let the reporters of a number learn from a verdict on its calls in [since, until), µs UTC; returns how many.

    Whoever complained of such a call was right if it is a nuisance number; whoever voted for it was wrong. Each
    counts once. What they said before keeps its weight; the verdict tells on what they say next. Appends
    ``reports.verdict``, sealed about the number.
    """
    rows = act.conn.execute(
        select(report.c.reporter, report.c.wanted)
        .where(report.c.number == number, sums.COUNTS, report.c.at >= since, report.c.at < until, report.c.reporter > 0)
        .distinct()
    ).all()
    known = standings(act.conn, [row.reporter for row in rows])
    for row in rows:
        right, wrong = known.get(row.reporter, (0, 0))
        was_right = row.wanted is not nuisance
        known[row.reporter] = (right + was_right, wrong + (not was_right))
    if rows:
        put_rows(
            act.conn,
            reporter_standing,
            ("reporter", "right", "wrong"),
            [(reporter, *verdicts) for reporter, verdicts in sorted(known.items())],
            ("reporter",),
        )
    act.append("reports.verdict", [VerdictLearned(number, nuisance, since, until)], about=lambda f: f.number)
    return len({row.reporter for row in rows})


def do_mark_bad_faith(
    act: Act,
    mark: str,
    reporter: int,
    since: int,
    until: int,
    reason: str,
    settings: ReputationSettings,
    *,
    officer: str = "",
) -> int:
    """Void everything that a reporter reported in [since, until), µs UTC, about whomever; returns how many reports.

    Reports still to come fall under it too. Appends ``reports.bad-faith-marked``, sealed about the reporter, and
    ``reports.weighed`` for each report. Raises :class:`RefusedWordsError` and :class:`RefusedMarkError`.
    """
    longest = settings.rules.bad_faith_days
    if not reason.strip():
        raise RefusedWordsError
    if not 0 < until - since <= longest * DAY:
        raise RefusedMarkError(
            f"恶意举报标记的时间范围须为 1 至 {longest} 天", f"a mark of bad faith covers 1 to {longest} days"
        )
    if act.conn.execute(select(bad_faith.c.mark).where(bad_faith.c.mark == mark)).first() is not None:
        raise RefusedMarkError(f"标记 {mark} 已存在", f"there is a mark {mark} already")
    who = officer or act.actor
    act.conn.execute(
        bad_faith.insert().values(
            mark=mark, reporter=reporter, since=since, until=until, officer=who, reason=reason, lifted=0
        )
    )
    fact = BadFaithMarked(mark, reporter, since, until, who, reason)
    act.append("reports.bad-faith-marked", [fact], about=lambda f: f.reporter)
    return _void(act, reporter, since, until, 1, settings)


def do_lift_bad_faith(act: Act, mark: str, reason: str, settings: ReputationSettings, *, officer: str = "") -> int:
    """Let the reports stand as they did before the mark; returns how many. Raises as :func:`do_mark_bad_faith`."""
    if not reason.strip():
        raise RefusedWordsError
    row = act.conn.execute(select(bad_faith).where(bad_faith.c.mark == mark)).first()
    if row is None:
        raise RefusedMarkError(f"没有标记 {mark}", f"there is no mark {mark}")
    if row.lifted:
        raise RefusedMarkError(f"标记 {mark} 已撤销", f"mark {mark} was lifted already")
    act.conn.execute(update(bad_faith).where(bad_faith.c.mark == mark).values(lifted=act.at))
    fact = BadFaithLifted(mark, row.reporter, officer or act.actor, reason)
    act.append("reports.bad-faith-lifted", [fact], about=lambda f: f.reporter)
    return _void(act, row.reporter, row.since, row.until, -1, settings)


def _void(act: Act, reporter: int, since: int, until: int, step: int, settings: ReputationSettings) -> int:
    """Cover a reporter's reports by one mark more or less, and count the numbers they name anew."""
    scale = sums.scale_for(act, settings)
    covered = (
        (report.c.reporter == reporter)
        & (report.c.reporter != 0)
        & (report.c.received >= since)
        & (report.c.received < until)
    )
    act.conn.execute(update(report).where(covered).values(void=report.c.void + step))
    rows = act.conn.execute(select(report).where(covered).order_by(report.c.report)).all()
    for number in sorted({row.number for row in rows}):
        sums.recount_number(act, number, scale)
    facts = [
        Weighed(
            row.report, row.number, Standing(row.standing), Match(row.match), Why(row.why),
            row.weight, row.proven, row.voice, row.void > 0,
        )
        for row in rows
    ]  # fmt: skip
    if facts:
        act.append("reports.weighed", [made.fact() for made in facts], about=lambda f: f.number)
    return len(facts)
