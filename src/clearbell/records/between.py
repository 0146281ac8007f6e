"""What calls there were between two numbers, and whose calls are recorded at all."""

from __future__ import annotations

from collections.abc import Collection

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
    caller, callee, start = pc.field("caller"), pc.field("callee"), pc.field("start")
    either = (caller.isin(ones) & callee.isin(others)) | (caller.isin(others) & callee.isin(ones))
    table = lake.read(
        lake.day_of(since), lake.day_of(until), _COLUMNS, either & (start >= since) & (start < until)
    ).sort_by("start")
    for row in zip(*(table.column(name).to_pylist() for name in _COLUMNS), strict=True):
        record = _record(row)
        for pair in {(record.caller, record.callee), (record.callee, record.caller)}:
            if pair in found:
                found[pair].append(record)
    return found


def _record(row: tuple[object, ...]) -> CallRecord:
    values = dict(zip(_COLUMNS, row, strict=True))
    values["disposition"] = Disposition(values["disposition"])
    return CallRecord(**values)  # type: ignore[arg-type]


def recorded(lake: Lake, numbers: Collection[int], since: int, until: int) -> set[int]:
    """Which of the numbers were called at least once in a recorded call that began in [since, until) (µs UTC).

    Calls to such a number pass a switch whose records are here; so a call that is not here did not happen.
    """
    if not numbers:
        return set()
    asked = pa.array(sorted(set(numbers)), pa.int64())
    start = pc.field("start")
    table = lake.read(
        lake.day_of(since),
        lake.day_of(until),
        ["callee"],
        pc.field("callee").isin(asked) & (start >= since) & (start < until),
    )
    return set(pc.unique(table.column("callee")).to_pylist())
