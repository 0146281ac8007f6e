"""Days of the lake that are past the pack's time."""

from __future__ import annotations

import math

from clearbell.policy.model import Pack
from clearbell.records.lake import Lake


def retire(lake: Lake, pack: Pack, now: int) -> int:
    """Remove the days that ended more than the pack's ``cdr_days`` ago; returns how many. ``now`` in µs UTC."""
    days = pack.retention.cdr_days.value
    return 0 if days is None else lake.remove_before(lake.day_of(now) - math.ceil(days))
