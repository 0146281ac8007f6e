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
    ones = {one for one, _ in found}
    others = {other for _, other in found}
    named = _Callees(lake, ones | others)
    caller, callee = pc.field("caller"), pc.field("callee")
    either = (caller.isin(_array(ones)) & callee.isin(named.stored(others))) | (
        caller.isin(_array(others)) & callee.isin(named.stored(ones))
    )
    for record in _records(lake, either & _within(since, until), since, until, named):
        for pair in {(record.caller, record.callee), (record.callee, record.caller)}:
            if pair in found:
                found[pair].append(record)
    return found


def calls_to(lake: Lake, callee: int, since: int, until: int) -> list[CallRecord]:
    """Calls to a number that began in [since, until) (µs UTC), oldest first."""
    named = _Callees(lake, {callee})
    where = pc.field("callee").isin(named.stored({callee})) & _within(since, until)
    return list(_records(lake, where, since, until, named))


def calls_of(lake: Lake, number: int, limit: int) -> list[CallRecord]:
    """The last ``limit`` calls from or to a number, newest first; days are read backwards until there are so many."""
    named = _Callees(lake, {number})
    either = (pc.field("caller") == number) | pc.field("callee").isin(named.stored({number}))
    found: list[CallRecord] = []
    for day in reversed(lake.days()):
        table = lake.read(day, day, _COLUMNS, either).sort_by([("start", "descending")])
        found.extend(_rows(table.slice(0, limit - len(found)), named))
        if len(found) >= limit:
            break
    return found


def recorded(lake: Lake, numbers: Collection[int], since: int, until: int) -> set[int]:
    """Which of the numbers were called at least once in a recorded call that began in [since, until) (µs UTC).

    Calls to such a number pass a switch whose records are here; so a call that is not here did not happen.
    """
    named = _Callees(lake, set(numbers))
    found = _found(lake, "callee", named.stored(set(numbers)), since, until) if numbers else set()
    return {named.number(stored) for stored in found}


def calling(lake: Lake, numbers: Collection[int], since: int, until: int) -> set[int]:
    """Which of the numbers called at least once in a recorded call that began in [since, until) (µs UTC)."""
    return _found(lake, "caller", _array(set(numbers)), since, until) if numbers else set()


class _Callees:
    """The numbers asked for, and the names that a lake with pseudonyms keeps them under."""

    def __init__(self, lake: Lake, numbers: Collection[int]) -> None:
        pseudonyms = lake.pseudonyms
        self._name_of = {} if pseudonyms is None else {number: pseudonyms.of(number) for number in numbers}
        self._number_of = {name: number for number, name in self._name_of.items()}

    def stored(self, numbers: Collection[int]) -> pa.Array:
        """All forms in which the numbers may stand in the lake: the pack may have asked for pseudonyms since."""
        return _array({*numbers, *(self._name_of[number] for number in numbers if number in self._name_of)})

    def number(self, stored: int) -> int:
        """The number asked for that stands so in the lake; others as they are."""
        return self._number_of.get(stored, stored)


def _array(numbers: Collection[int]) -> pa.Array:
    return pa.array(sorted(numbers), pa.int64())


def _within(since: int, until: int) -> pc.Expression:
    start = pc.field("start")
    return (start >= since) & (start < until)


def _records(lake: Lake, where: pc.Expression, since: int, until: int, named: _Callees) -> Iterator[CallRecord]:
    table = lake.read(lake.day_of(since), lake.day_of(until), _COLUMNS, where).sort_by("start")
    yield from _rows(table, named)


def _rows(table: pa.Table, named: _Callees) -> Iterator[CallRecord]:
    for row in zip(*(table.column(name).to_pylist() for name in _COLUMNS), strict=True):
        values = dict(zip(_COLUMNS, row, strict=True))
        values["callee"] = named.number(values["callee"])
        values["disposition"] = Disposition(values["disposition"])
        yield CallRecord(**values)


def _found(lake: Lake, column: str, asked: pa.Array, since: int, until: int) -> set[int]:
    where = pc.field(column).isin(asked) & _within(since, until)
    table = lake.read(lake.day_of(since), lake.day_of(until), [column], where)
    return set(pc.unique(table.column(column)).to_pylist())
