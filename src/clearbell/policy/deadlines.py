"""When something is due, by the deadlines of a pack."""

from __future__ import annotations

import datetime

from clearbell.policy.model import Pack
from clearbell.policy.workdays import Workdays


def due_after(at: int, name: str, pack: Pack, workdays: Workdays) -> int:
    """The end of the last working day of the deadline ``name`` that begins at ``at``, µs UTC; 0: the pack sets none."""
    rule = pack.deadlines.get(name)
    if rule is None or not rule.value:
        return 0
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    day = datetime.datetime.fromtimestamp(at / 1e6, zone).date()
    last = workdays.add(day, int(rule.value)) + datetime.timedelta(1)
    return int(datetime.datetime.combine(last, datetime.time(), zone).timestamp()) * 1_000_000
