"""What calls there were between two numbers, and whose calls are recorded at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord, Disposition

_COLUMNS = tuple(CallRecord.__struct_fields__)
Pair = tuple[int, int]


def calls_between(lake: Lake, pairs: Collection[Pair], since: int, until: int) -> dict[Pair, list[CallRecord]]:
    """Of each pair of numbers, the calls either way that began in [since, until) (µs UTC), oldest first.

    A pair is asked for once for all its reports: every part is read once, whatever the number of pairs.
    """
    found: dict[Pair, list[CallRecord]] = {pair: [] for pair in pairs}
    if not found:
        return found
    ones = pa.array(sorted({one for one, _ in found}), pa.int64())
    others = pa.array(sorted({other for _, other in found}), pa.int64())
    caller, callee = pc.field("caller"), pc.field("callee")
    either = (caller.isin(ones) & callee.isin(others)) | (caller.isin(others) & callee.isin(ones))
    for record in _records(lake, either, since, until):
        for pair in {(record.caller, record.callee), (record.callee, record.caller)}:
            if pair in found:
                found[pair].append(record)
    return found


def calls_to(lake: Lake, callee: int, since: int, until: int) -> list[CallRecord]:
    """Calls to a number that began in [since, until) (µs UTC), oldest first."""
    return list(_records(lake, pc.field("callee") == callee, since, until))


def _records(lake: Lake, where: pc.Expression, since: int, until: int) -> Iterator[CallRecord]:
    start = pc.field("start")
    within = where & (start >= since) & (start < until)
    table = lake.read(lake.day_of(since), lake.day_of(until), _COLUMNS, within).sort_by("start")
    for row in zip(*(table.column(name).to_pylist() for name in _COLUMNS), strict=True):
        values = dict(zip(_COLUMNS, row, strict=True))
        values["disposition"] = Disposition(values["disposition"])
        yield CallRecord(**values)


def recorded(lake: Lake, numbers: Collection[int], since: int, until: int) -> set[int]:
    """Which of the numbers were called at least once in a recorded call that began in [since, until) (µs UTC).

    Calls to such a number pass a switch whose records are here; so a call that is not here did not happen.
    """
    return _found(lake, "callee", numbers, since, until)


def calling(lake: Lake, numbers: Collection[int], since: int, until: int) -> set[int]:
    """Which of the numbers called at least once in a recorded call that began in [since, until) (µs UTC)."""
    return _found(lake, "caller", numbers, since, until)


def _found(lake: Lake, column: str, numbers: Collection[int], since: int, until: int) -> set[int]:
    if not numbers:
        return set()
    asked = pa.array(sorted(set(numbers)), pa.int64())
    start = pc.field("start")
    where = pc.field(column).isin(asked) & (start >= since) & (start < until)
    table = lake.read(lake.day_of(since), lake.day_of(until), [column], where)
    return set(pc.unique(table.column(column)).to_pylist())
