"""Reading figures: whole months, small counts left out."""

from __future__ import annotations

import datetime
from collections import Counter

from sqlalchemy import Connection, func, select

from clearbell.calls import DAY, MINUTE
from clearbell.desk.figures.model import CALLS, COLUMNS, Month, What
from clearbell.desk.figures.tables import figure
from clearbell.policy.model import Pack
from clearbell.records.outcomes.tables import day_outcome

MONTHS = 24
"""So many months are published, the newest first."""
_EPOCH = datetime.date(1970, 1, 1)


def months(conn: Connection, pack: Pack, now: int) -> list[Month]:
    """The last whole months of which there are figures, the newest first; ``now``: µs UTC.

    The present month is not among them: figures that grow would tell what happened between two looks at them. A count
    below the pack's ``least`` is left out, and so is the sum that it could be reckoned from.
    """
    today = _EPOCH + datetime.timedelta(days=(now + pack.utc_offset_minutes * MINUTE) // DAY)
    last = today.replace(day=1)
    first = last.replace(year=last.year - MONTHS // 12)
    within = ((first - _EPOCH).days, (last - _EPOCH).days)
    sums: dict[str, Counter[str]] = {}
    # By day, so that at most some thousands of rows are read; a month is no even number of days.
    calls = (
        select(day_outcome.c.day, day_outcome.c.action, day_outcome.c.calls)
        .where(day_outcome.c.day >= within[0], day_outcome.c.day < within[1])
    )  # fmt: skip
    others = select(figure.c.day, figure.c.what, figure.c.count).where(
        figure.c.day >= within[0], figure.c.day < within[1]
    )
    for prefix, query in (("calls-", calls), ("", others)):
        for day, name, count in conn.execute(query):
            sums.setdefault(f"{_EPOCH + datetime.timedelta(days=day):%Y-%m}", Counter())[prefix + name] += count
    return [Month(month, shown(sums[month], pack.figures.least)) for month in sorted(sums, reverse=True)]


def since(conn: Connection) -> int:
    """The first local day that anything was counted on; 0: none yet."""
    found = [conn.execute(select(func.min(table.c.day))).scalar() for table in (day_outcome, figure)]
    return min((day for day in found if day is not None), default=0)


def shown(counts: Counter[str], least: int) -> dict[str, int | None]:
    """A month's counts as they may be published, with the sum of its calls."""

    def large(count: int) -> int | None:
        return count if not 0 < count < least else None

    calls = {name: large(counts[name]) for name in CALLS}
    # A sum beside all of its parts but one gives that one away.
    whole = sum(counts[name] for name in CALLS) if None not in calls.values() else None
    found = {"calls": whole, **calls, **{what.value: large(counts[what.value]) for what in What}}
    # Of appeals, those upheld are a part: left out, they leave no other part to be reckoned from.
    return {name: found[name] for name in COLUMNS}
