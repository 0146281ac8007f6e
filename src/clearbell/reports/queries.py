"""Reading reports and reputations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from clearbell.reports.model import Duration, Match, Reported, Standing, Weighed, Why
from clearbell.reports.reputation import Reputation, Score, score_at
from clearbell.reports.sums import COLUMNS, COUNTS, scale_of
from clearbell.reports.tables import report, report_detail, report_trunk, reputation, reputation_reset

__all__ = [
    "Attacked",
    "Range",
    "Report",
    "Totals",
    "Unit",
    "attacked",
    "categories_of",
    "heaviest_ranges",
    "hottest",
    "report_of",
    "reported_of",
    "reports_about",
    "reports_aside",
    "reports_by",
    "reputation_of",
    "rows_of_reports",
    "scale_of",
    "totals",
    "trunk_of",
    "unit_score",
]
_FIELDS = ("report", "source", "number", "at", "received", "reporter", "category", "automatic", "area", "wanted")
_DETAILS = ("origin", "duration", "description", "evidence", "forward", "verified")
_WEIGHED = ("standing", "match", "why", "weight", "proven", "voice", "void")
_SUMS = (reputation.c.heat, reputation.c.evidence, reputation.c.wanted)
_PAGE = 5000


class Report(msgspec.Struct, frozen=True):
    """A report as it is on file."""

    reported: Reported
    withdrawn: int
    """When it was taken back, µs UTC; 0 while it stands."""
    weighed: Weighed
    """What it counts for."""

    @property
    def counts(self) -> bool:
        """Whether it counts now."""
        return self.weighed.standing is Standing.COUNTED and not self.withdrawn and not self.weighed.void


class Totals(msgspec.Struct, frozen=True):
    """How much there is."""

    reports: int
    withdrawn: int
    numbers: int


def totals(conn: Connection) -> Totals:
    """Count everything."""
    reports = conn.execute(select(func.count()).select_from(report)).scalar_one()
    withdrawn = conn.execute(select(func.count()).select_from(report).where(report.c.withdrawn != 0)).scalar_one()
    numbers = conn.execute(select(func.count()).select_from(reputation).where(reputation.c.reports > 0)).scalar_one()
    return Totals(reports, withdrawn, numbers)


def rows_of_reports(*more: ColumnElement[Any]) -> Select[Any]:
    """All reports, for :func:`reported_of`, with further columns."""
    columns = [
        *(report.c[name] for name in _FIELDS),
        *(report_detail.c[name] for name in _DETAILS),
        *more,
    ]
    joined = report.join(report_detail, report_detail.c.report == report.c.report, isouter=True)
    return select(*columns).select_from(joined)


def reported_of(row: Row[Any]) -> Reported:
    """The report of a row of :func:`rows_of_reports`."""
    plain, details = row[: len(_FIELDS)], row[len(_FIELDS) : len(_FIELDS) + len(_DETAILS)]
    if details[0] is None:
        return Reported(*plain)
    told = dict(zip(_DETAILS, details, strict=True)) | {"duration": Duration(details[1])}
    return Reported(*plain, **told)


def _reports(conn: Connection, query: Select[Any]) -> list[Report]:
    return [
        Report(
            reported_of(row),
            row.withdrawn,
            Weighed(
                row.report, row.number, Standing(row.standing), Match(row.match), Why(row.why), row.weight, row.proven,
                row.voice, row.void > 0,
            ),
        )
        for row in conn.execute(query)
    ]  # fmt: skip


def _whole() -> Select[Any]:
    return rows_of_reports(report.c.withdrawn, *(report.c[name] for name in _WEIGHED))


def reports_about(conn: Connection, number: int, limit: int = 100) -> list[Report]:
    """Reports about a number, latest call first, those taken back among them."""
    query = _whole().where(report.c.number == number)
    return _reports(conn, query.order_by(report.c.at.desc(), report.c.report).limit(limit))


def reports_by(conn: Connection, reporter: int, limit: int = 100) -> list[Report]:
    """Reports by a number, latest first, those taken back among them."""
    query = _whole().where(report.c.reporter == reporter, report.c.reporter != 0)
    return _reports(conn, query.order_by(report.c.received.desc(), report.c.report).limit(limit))


def report_of(conn: Connection, report_id: str) -> Report | None:
    """The report of that id."""
    return next(iter(_reports(conn, _whole().where(report.c.report == report_id))), None)


def trunk_of(conn: Connection, report_id: str) -> str:
    """The trunk that the call of a report came in on; empty: the call records do not tell."""
    query = select(report_trunk.c.trunk).where(report_trunk.c.report == report_id)
    return conn.execute(query).scalar_one_or_none() or ""


def reports_aside(conn: Connection, why: Why | None = None, limit: int = 100) -> list[Report]:
    """Reports set aside, the newest first; by default those that an officer is to look at (:attr:`Why.PRIVATE`)."""
    query = _whole().where(
        report.c.standing == Standing.ASIDE.value, report.c.withdrawn == 0, report.c.why == (why or Why.PRIVATE).value
    )
    return _reports(conn, query.order_by(report.c.received.desc(), report.c.report).limit(limit))


class Attacked(msgspec.Struct, frozen=True):
    """A number about which many reports were set aside: somebody may be trying to have it labelled."""

    number: int
    aside: int
    counted: int


def attacked(conn: Connection, since: int, until: int, least: int, limit: int = 100) -> list[Attacked]:
    """Numbers about which at least ``least`` reports received in [since, until) were set aside for want of a call,
    as a burst, or void, and more of them than count; the most first.
    """
    aside = func.count().filter(
        (report.c.void > 0)
        | ((report.c.standing == Standing.ASIDE.value) & report.c.why.in_([Why.NO_CALL.value, Why.BURST.value]))
    )
    query = (
        select(report.c.number, aside, func.count().filter(COUNTS))
        .where(report.c.received >= since, report.c.received < until, report.c.wanted.is_(False))
        .group_by(report.c.number)
        .having(aside >= least, aside > func.count().filter(COUNTS))
        .order_by(aside.desc(), report.c.number)
        .limit(limit)
    )
    return [Attacked(*row) for row in conn.execute(query)]


class Unit(msgspec.Struct, frozen=True):
    """What the complaints about several numbers add up to: a range, or all numbers of a holder."""

    numbers: int
    """Of them, how many were complained about: the spread."""
    reports: int
    score: Score
    """The sum of their scores: the mass."""


def unit_score(conn: Connection, ranges: Sequence[tuple[int, int]], at: int) -> Unit:
    """Spread and mass, at ``at`` (µs UTC), of all numbers in the ranges (first, last)."""
    scale = scale_of(conn)
    numbers = reports = 0
    heat = evidence = wanted = 0.0
    for first, last in ranges:
        row = conn.execute(
            select(
                func.count(),
                func.coalesce(func.sum(reputation.c.reports), 0),
                *(func.coalesce(func.sum(column), 0.0) for column in _SUMS),
            ).where(reputation.c.number >= first, reputation.c.number <= last, reputation.c.reports > 0)
        ).one()
        numbers, reports = numbers + row[0], reports + row[1]
        heat, evidence, wanted = heat + row[2], evidence + row[3], wanted + row[4]
    whole = Reputation(0, reports, 0, heat, evidence, 0, 0, wanted)
    return Unit(numbers, reports, score_at(whole, scale, at) if scale else Score(0.0, 0.0))


class Range(msgspec.Struct, frozen=True):
    """A range of numbers that were complained about."""

    first: int
    unit: Unit


def heaviest_ranges(conn: Connection, width: int, at: int, limit: int = 20) -> list[Range]:
    """Ranges of ``width`` numbers with at least two complained about, the most evidence first.

    One number alone makes no range: mass without spread says nothing about its neighbours.
    """
    scale = scale_of(conn)
    if scale is None:
        return []
    block = reputation.c.number - reputation.c.number % width
    query = (
        select(
            block.label("first"),
            func.count(),
            func.sum(reputation.c.reports),
            *(func.sum(column) for column in _SUMS),
        )
        .where(reputation.c.reports > 0)
        .group_by(block)
        .having(func.count() > 1)
        .order_by(func.sum(reputation.c.evidence).desc(), block)
        .limit(limit)
    )
    return [
        Range(
            first, Unit(numbers, reports, score_at(Reputation(0, reports, 0, heat, evidence, 0, 0, wanted), scale, at))
        )
        for first, numbers, reports, heat, evidence, wanted in conn.execute(query)
    ]


def reputation_of(conn: Connection, number: int) -> Reputation | None:
    """What is kept of a number; None when it was never reported."""
    row = conn.execute(select(*(reputation.c[name] for name in COLUMNS)).where(reputation.c.number == number)).first()
    return Reputation(*row) if row else None


def hottest(conn: Connection, limit: int = 100) -> list[Reputation]:
    """The numbers with the most heat, now or at any other time: the order of stored sums is that of scores."""
    query = select(*(reputation.c[name] for name in COLUMNS)).order_by(reputation.c.heat.desc()).limit(limit)
    return [Reputation(*row) for row in conn.execute(query)]


def categories_of(conn: Connection, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    """Of each number, how many complaints that count name which category; reports that name none are left out."""
    found: dict[int, dict[str, int]] = {}
    for start in range(0, len(numbers), _PAGE):
        query = (
            select(report.c.number, report.c.category, func.count())
            .join(reputation_reset, reputation_reset.c.number == report.c.number, isouter=True)
            .where(
                report.c.number.in_(numbers[start : start + _PAGE]),
                COUNTS,
                report.c.wanted.is_(False),
                report.c.category != "",
                report.c.at >= func.coalesce(reputation_reset.c.before, 0),
            )
            .group_by(report.c.number, report.c.category)
        )
        for number, category, count in conn.execute(query):
            found.setdefault(number, {})[category] = count
    return found


def descriptions_of(conn: Connection, reports: Sequence[str]) -> dict[str, str]:
    """What reporters said in their own words, by report, of those that said something; for a page of reports."""
    query = select(report_detail.c.report, report_detail.c.description).where(
        report_detail.c.report.in_(reports), report_detail.c.description != ""
    )
    return {row.report: row.description for row in conn.execute(query)}
