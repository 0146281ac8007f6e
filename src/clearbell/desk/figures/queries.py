"""Reading figures: whole months, small counts left out."""

from __future__ import annotations

import datetime
from collections import Counter

from sqlalchemy import Connection, case, func, select

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
    begins = [first]
    while begins[-1] < last:
        begins.append((begins[-1] + datetime.timedelta(days=31)).replace(day=1))
    days = [(one - _EPOCH).days for one in begins]
    sums: dict[str, Counter[str]] = {}
    for prefix, table, name, counted in (
        ("calls-", day_outcome, day_outcome.c.action, day_outcome.c.calls),
        ("", figure, figure.c.what, figure.c.count),
    ):
        # Which month a day is in: the first whose end it stands before.
        place = case(*((table.c.day < end, place) for place, end in enumerate(days[1:])), else_=0)
        query = (
            select(place, name, func.sum(counted))
            .where(table.c.day >= days[0], table.c.day < days[-1])
            .group_by(place, name)
        )
        for month, what, count in conn.execute(query):
            sums.setdefault(f"{begins[month]:%Y-%m}", Counter())[prefix + what] += int(count)
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
