"""Complaints added up by trunk and day, beside the calls: a scorecard reads sums, however many complaints there were.

A day is counted anew now and then, for what a report counts for may change: it is weighed, withdrawn, found void.
"""

from __future__ import annotations

from sqlalchemy import delete, func, insert, select

from clearbell.calls import DAY, MINUTE
from clearbell.ledger import Store
from clearbell.records.outcomes.tables import COMPLAINED, trunk_outcome
from clearbell.reports.sums import COUNTS
from clearbell.reports.tables import report, report_trunk

ACTOR = "system:outcomes"


def tally_complaints(store: Store, day: int, utc_offset_minutes: int) -> bool:
    """Count the complaints received on a local day (since 1970) for the trunks that their calls came in on.

    False: the sums stood so already, and no writer was kept waiting.
    """
    since = day * DAY - utc_offset_minutes * MINUTE
    counted = (
        select(report_trunk.c.trunk, func.count())
        .select_from(report.join(report_trunk, report_trunk.c.report == report.c.report))
        .where(report.c.received >= since, report.c.received < since + DAY, COUNTS, report.c.wanted.is_(False))
        .group_by(report_trunk.c.trunk)
    )
    c = trunk_outcome.c
    mine = (c.day == day) & (c.action == COMPLAINED)
    with store.read() as conn:
        sums = {name: int(count) for name, count in conn.execute(counted)}
        known = {name: int(count) for name, count in conn.execute(select(c.trunk, c.calls).where(mine))}
    if sums == known:
        return False
    with store.act(ACTOR) as act:
        act.conn.execute(delete(trunk_outcome).where(mine))
        rows = [
            {"trunk": name, "day": day, "action": COMPLAINED, "calls": count} for name, count in sorted(sums.items())
        ]
        if rows:
            act.conn.execute(insert(trunk_outcome), rows)
    return True
