"""At which hours the reported calls of a number came: a picture says whether it works office hours or all night."""

from __future__ import annotations

import datetime

from sqlalchemy import Connection, func, select

from clearbell.calls import HOUR, MINUTE
from clearbell.reports.tables import report

_DAYS = 14


def reported_hours(conn: Connection, number: int, since: int, offset_minutes: int) -> list[tuple[str, list[int]]]:
    """Reported calls of a number at or after ``since`` (µs UTC) by day and hour, at most the newest 14 days with any.

    Each day: its date, and 24 counts. Days and hours are those of the zone ``offset_minutes`` east of Greenwich.
    """
    shift = offset_minutes * MINUTE
    hour = ((report.c.at + shift) // HOUR).label("hour")
    wanted = (report.c.number == number) & (report.c.at >= since) & report.c.wanted.is_(False)
    query = select(hour, func.count()).where(wanted, report.c.withdrawn == 0).group_by(hour)
    days: dict[str, list[int]] = {}
    for place, count in conn.execute(query.order_by(hour.desc()).limit(_DAYS * 24)):
        day, at = divmod(int(place), 24)
        date = (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat()
        days.setdefault(date, [0] * 24)[at] = count
    return sorted(days.items())[-_DAYS:]
