"""Reading reports and reputations."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select

from clearbell.reports.model import Reported
from clearbell.reports.reputation import Reputation
from clearbell.reports.sums import COLUMNS, scale_of
from clearbell.reports.tables import report, reputation, reputation_reset

__all__ = [
    "Report",
    "Totals",
    "categories_of",
    "hottest",
    "report_of",
    "reports_about",
    "reputation_of",
    "scale_of",
    "totals",
]
_FIELDS = Reported.__struct_fields__
_PAGE = 5000


class Report(msgspec.Struct, frozen=True):
    """A report as it is on file."""

    reported: Reported
    withdrawn: int
    """When it was taken back, µs UTC; 0 while it stands."""


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


def reports_about(conn: Connection, number: int, limit: int = 100) -> list[Report]:
    """Reports about a number, latest call first, those taken back among them."""
    query = (
        select(*(report.c[name] for name in _FIELDS), report.c.withdrawn)
        .where(report.c.number == number)
        .order_by(report.c.at.desc(), report.c.report)
        .limit(limit)
    )
    return [Report(Reported(*row[:-1]), row[-1]) for row in conn.execute(query)]


def report_of(conn: Connection, report_id: str) -> Report | None:
    """The report of that id."""
    query = select(*(report.c[name] for name in _FIELDS), report.c.withdrawn).where(report.c.report == report_id)
    row = conn.execute(query).first()
    return Report(Reported(*row[:-1]), row[-1]) if row else None


def reputation_of(conn: Connection, number: int) -> Reputation | None:
    """What is kept of a number; None when it was never reported."""
    row = conn.execute(select(*(reputation.c[name] for name in COLUMNS)).where(reputation.c.number == number)).first()
    return Reputation(*row) if row else None


def hottest(conn: Connection, limit: int = 100) -> list[Reputation]:
    """The numbers with the most heat, now or at any other time: the order of stored sums is that of scores."""
    query = select(*(reputation.c[name] for name in COLUMNS)).order_by(reputation.c.heat.desc()).limit(limit)
    return [Reputation(*row) for row in conn.execute(query)]


def categories_of(conn: Connection, numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    """Of each number, how many standing reports name which category; reports that name none are left out."""
    found: dict[int, dict[str, int]] = {}
    for start in range(0, len(numbers), _PAGE):
        query = (
            select(report.c.number, report.c.category, func.count())
            .join(reputation_reset, reputation_reset.c.number == report.c.number, isouter=True)
            .where(
                report.c.number.in_(numbers[start : start + _PAGE]),
                report.c.withdrawn == 0,
                report.c.category != "",
                report.c.at >= func.coalesce(reputation_reset.c.before, 0),
            )
            .group_by(report.c.number, report.c.category)
        )
        for number, category, count in conn.execute(query):
            found.setdefault(number, {})[category] = count
    return found
