"""The past days of the reports on file, as ranking learns from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

import numpy as np
from sqlalchemy import Connection, func, select

from clearbell.calls import DAY, MINUTE
from clearbell.reports.ranking.choosing import Listing, choose
from clearbell.reports.ranking.learning import SCALE_LESSONS, Ranker
from clearbell.reports.ranking.units import Ints, Units
from clearbell.reports.sums import COUNTS
from clearbell.reports.tables import report, reputation_reset


class TooFewDaysError(Exception):
    """There are too few days of reports to learn from. 举报天数不足,无法学习。"""

    def __init__(self, days: int, least: int) -> None:
        need = SCALE_LESSONS + 1
        self.zh = f"有 {least} 件以上举报的日子只有 {days} 天,至少需要 {need} 天;可用 --least 降低每日件数"
        self.en = (
            f"only {days} days have {least} or more reports, and {need} are needed; "
            "with --least fewer reports make a day"
        )
        super().__init__(self.en)


def reported_days(conn: Connection, until: int, utc_offset_minutes: int) -> Iterator[tuple[int, Ints]]:
    """Yield each local day (since 1970) before ``until`` (µs UTC) with the numbers of its standing reports, in order.

    A report belongs to the day on which it was made, as it was not known before.
    """
    query = (
        select(report.c.received, report.c.number)
        .join(reputation_reset, reputation_reset.c.number == report.c.number, isouter=True)
        .where(
            report.c.received < until,
            COUNTS,
            report.c.wanted.is_(False),
            report.c.at >= func.coalesce(reputation_reset.c.before, 0),
        )
        .order_by(report.c.received)
    )
    rows = conn.execution_options(yield_per=20_000).execute(query)
    offset = utc_offset_minutes * MINUTE
    for day, group in groupby(rows, lambda row: (row.received + offset) // DAY):
        yield day, np.fromiter((row.number for row in group), np.int64)


def rank(
    conn: Connection,
    at: int,
    utc_offset_minutes: int,
    size: int,
    *,
    with_ranges: bool = True,
    least: int = 500,
    progress: Callable[[int, int], None] | None = None,
) -> Listing:
    """The list of ``size`` entries that should cover most of the reports of the local day of ``at`` (µs UTC).

    Only reports from before that day are read. Days with fewer than ``least`` reports count for the sums and teach
    nothing. ``progress(reports read, reports in all)`` is called after each day. Raises :class:`TooFewDaysError`.
    """
    offset = utc_offset_minutes * MINUTE
    today = (at + offset) // DAY
    begins = today * DAY - offset
    total = conn.execute(
        select(func.count()).select_from(report).where(report.c.received < begins, COUNTS)
    ).scalar_one()
    units, ranker = Units(), Ranker()
    lessons = done = 0
    for day, numbers in reported_days(conn, begins, utc_offset_minutes):
        units.at(day)
        if len(numbers) >= least:
            ranker.remember(units, numbers)
            lessons += 1
        units.add(numbers)
        done += len(numbers)
        if progress is not None:
            progress(done, total)
    if not ranker.ready:
        raise TooFewDaysError(lessons, least)
    units.at(today)
    ranker.learn()
    return choose(units, ranker.expect(units), size, with_ranges=with_ranges)
