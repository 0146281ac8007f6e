"""What a number's or a holder's calls on record come to: the summary that an officer looks at first."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from clearbell.calls import HOUR, MINUTE, SECOND
from clearbell.records.lake import Lake
from clearbell.records.model import Disposition

_COLUMNS = ("start", "callee", "duration", "disposition")
_HOURS = 24


class CallSums(msgspec.Struct, frozen=True):
    """Calls of one caller that began in [since, until), µs UTC, summed up."""

    since: int
    until: int
    attempts: int = 0
    answered: int = 0
    refused: int = 0
    """Turned away by screening or a switch before they rang."""
    short: int = 0
    """Answered, and shorter than the limit."""
    callees: int = 0
    """Distinct numbers called."""
    talk: int = 0
    """µs of talk in all."""
    hours: tuple[int, ...] = (0,) * _HOURS
    """Attempts by the hour of the lake's local day."""


def sums_of(
    lake: Lake, numbers: Collection[int], holders: Collection[str], since: int, until: int, short_seconds: float
) -> CallSums:
    """Sum up the calls from any of the numbers, or from numbers that any of the holders used then.

    An answered call of less than ``short_seconds`` is short. Raises :class:`~clearbell.records.lake.LakeError`.
    """
    table = lake.read(lake.day_of(since), lake.day_of(until), _COLUMNS, _of(numbers, holders) & _within(since, until))
    if not table.num_rows:
        return CallSums(since, until)
    disposition = table.column("disposition").cast(pa.string())
    answered = pc.equal(disposition, Disposition.ANSWERED.value)
    talk = table.column("duration").filter(answered)
    return CallSums(
        since,
        until,
        attempts=table.num_rows,
        answered=_count(answered),
        refused=_count(pc.equal(disposition, Disposition.REFUSED.value)),
        short=_count(pc.less(talk, int(short_seconds * SECOND))),
        callees=pc.count_distinct(table.column("callee")).as_py(),
        talk=pc.sum(talk).as_py() or 0,
        hours=_by_hour(table.column("start"), lake.utc_offset_minutes),
    )


def busiest_of(lake: Lake, holder: str, since: int, until: int, limit: int) -> list[int]:
    """The numbers of a holder that called most in [since, until), µs UTC; ties by number."""
    table = lake.read(lake.day_of(since), lake.day_of(until), ("caller",), _of((), (holder,)) & _within(since, until))
    counted = table.group_by("caller").aggregate([("caller", "count")])
    order = counted.sort_by([("caller_count", "descending"), ("caller", "ascending")])
    return [number for number in order.column("caller").to_pylist() if number][:limit]


def _of(numbers: Collection[int], holders: Collection[str]) -> pc.Expression:
    callers = pa.array(sorted(numbers), pa.int64())
    return pc.field("caller").isin(callers) | pc.field("holder").isin(pa.array(sorted(holders), pa.string()))


def _within(since: int, until: int) -> pc.Expression:
    start = pc.field("start")
    return (start >= since) & (start < until)


def _count(held: pa.ChunkedArray) -> int:
    return int(pc.sum(held).as_py() or 0)


def _by_hour(starts: pa.ChunkedArray, utc_offset_minutes: int) -> tuple[int, ...]:
    hours = pc.divide(pc.add(starts, utc_offset_minutes * MINUTE), HOUR)
    counted = dict.fromkeys(range(_HOURS), 0)
    for one in pc.value_counts(hours):
        counted[one["values"].as_py() % _HOURS] += one["counts"].as_py()
    return tuple(counted.values())
