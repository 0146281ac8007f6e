"""Tables of many millions of numbers in few bytes each: sorted columns that never change, and what changed since.

A row costs its key (8 bytes) and its width, nothing more; the columns may lie in a file mapped into memory, which
processes share. Changes are kept in dictionaries, which cost several times as much a row, until :meth:`fold`.

Calls are screened while tables of millions are changed, folded and let go beside them, so nothing here keeps the
interpreter for longer than a piece of a table takes: changes lie in many small dictionaries, none of which takes long
to grow, to read through or to free.
"""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

KEY_BYTES = 8
_LOW_BITS = 64
_LOW = (1 << _LOW_BITS) - 1

Columned = Sequence[bytes | memoryview]
"""Pieces of one column, in order."""
_PARTS = 64
_PART = _PARTS - 1
COMPILED = not __file__.endswith(".py")
"""Whether this runs compiled: what is a loop there is a search of Python's here."""


def go_on() -> None:
    """Between two pieces of some work: nothing."""


def place_of(keys: memoryview, key: int) -> int:
    """Place of a key in keys in rising order (unsigned 64-bit); -1 when it is not there."""
    count = len(keys)
    place = 0
    if COMPILED:
        rest = count
        while rest > 0:
            half = rest // 2
            if keys[place + half] < key:
                place += half + 1
                rest -= half + 1
            else:
                rest = half
    else:
        place = bisect.bisect_left(keys, key)
    return place if place < count and keys[place] == key else -1


class Changes:
    """What changed of a table: a row by key, or None where one was taken away."""

    __slots__ = ("_parts",)

    def __init__(self) -> None:
        self._parts: tuple[dict[int, bytes | None], ...] = tuple({} for _ in range(_PARTS))

    def __len__(self) -> int:
        """Changes."""
        return sum(map(len, self._parts))

    def part(self, key: int) -> dict[int, bytes | None]:
        """The dictionary in which a key's change is, if there is one."""
        return self._parts[key & _PART]

    def parts(self) -> Iterator[dict[int, bytes | None]]:
        """All changes, a piece at a time."""
        return iter(self._parts)

    def clear(self, breathe: Callable[[], None] = go_on) -> None:
        """Forget them, a piece at a time; ``breathe`` is called between the pieces."""
        for part in self._parts:
            part.clear()
            breathe()


class Columns:
    """Keys in rising order and a row of fixed width for each; never changed."""

    __slots__ = ("keys", "rows", "width")

    def __init__(self, keys: memoryview, rows: memoryview, width: int) -> None:
        """``keys``: unsigned 64-bit integers, as bytes; ``rows``: as many rows of ``width`` bytes."""
        if len(rows) * KEY_BYTES != len(keys) * width:
            message = f"{len(keys)} bytes of keys and {len(rows)} bytes of rows of {width} do not fit each other"
            raise ValueError(message)
        self.keys = keys.cast("Q") if len(keys) else memoryview(array("Q"))
        self.rows = rows
        self.width = width

    @classmethod
    def none(cls, width: int) -> Columns:
        """Columns without a row."""
        return cls(memoryview(b""), memoryview(b""), width)

    def find(self, key: int) -> int:
        """Place of a key; -1 when it is not there."""
        return place_of(self.keys, key)

    def row(self, place: int) -> bytes:
        """The row at a place."""
        start = place * self.width
        return bytes(self.rows[start : start + self.width])


class PackedTable:
    """Rows of fixed width by key, an integer from 0 to 2**64 - 1. Not safe for several threads at once."""

    __slots__ = ("_changes", "_columns", "_size", "width")

    def __init__(self, width: int, columns: Columns | None = None) -> None:
        self.width = width
        self._columns = columns if columns is not None else Columns.none(width)
        self._changes: Changes = Changes()
        self._size = len(self._columns.keys)

    def __len__(self) -> int:
        """Rows in the table."""
        return self._size

    @property
    def changes(self) -> int:
        """Changes that are not folded yet."""
        return len(self._changes)

    @property
    def columns(self) -> Columns:
        """The columns as they were folded last."""
        return self._columns

    def get(self, key: int) -> bytes | None:
        """The row of a key; None when it has none."""
        part = self._changes.part(key)
        if part and key in part:
            return part[key]
        columns = self._columns
        place = columns.find(key)
        return columns.row(place) if place >= 0 else None

    def put(self, key: int, row: bytes) -> None:
        """Set the row of a key."""
        if len(row) != self.width:
            message = f"BUG: a row of {len(row)} bytes for a table of {self.width}"
            raise ValueError(message)
        if self.get(key) is None:
            self._size += 1
        self._changes.part(key)[key] = row

    def pop(self, key: int) -> None:
        """Take the row of a key away; nothing happens where there is none."""
        if self.get(key) is None:
            return
        self._size -= 1
        if self._columns.find(key) >= 0:
            self._changes.part(key)[key] = None
        else:
            del self._changes.part(key)[key]

    def items(self) -> Iterator[tuple[int, bytes]]:
        """Every key with its row, in no order."""
        changes = self._changes
        for place, key in enumerate(self._columns.keys):
            if key not in changes.part(key):
                yield key, self._columns.row(place)
        for part in changes.parts():
            for key, row in part.items():
                if row is not None:
                    yield key, row

    def fold(self, at_least: int = 0, share: float = 0.0) -> None:
        """Work the changes into new columns where there are so many of them, and that share of the rows.

        It takes memory for both, and time by the size of the table.
        """
        count = self.changes
        if not count or count < max(at_least, share * self._size):
            return
        # Arrow sorts and filters whole columns; a call never comes here.
        import pyarrow as pa
        import pyarrow.compute as pc

        old = self._columns
        changed, keys, rows = array("Q"), array("Q"), bytearray()
        for part in self._changes.parts():
            changed.extend(part)
            live = {key: row for key, row in part.items() if row is not None}
            keys.extend(live)
            rows += b"".join(live.values())
        kept = pc.invert(pc.is_in(key_column(old.keys), value_set=key_column(memoryview(changed))))
        new = Columns(memoryview(keys).cast("B") if keys else memoryview(b""), memoryview(rows), self.width)
        all_keys = pa.concat_arrays([pc.filter(key_column(old.keys), kept), key_column(new.keys)])
        all_rows = pa.concat_arrays([pc.filter(_rows(old), kept), _rows(new)])
        order = pc.array_sort_indices(all_keys)
        self._columns = Columns(
            column_bytes(pc.take(all_keys, order)), column_bytes(pc.take(all_rows, order)), self.width
        )
        self._changes.clear()

    def let_go(self, breathe: Callable[[], None] = go_on) -> None:
        """Free it, a piece at a time; it is of no use afterwards. ``breathe`` is called between the pieces."""
        self._changes.clear(breathe)
        self._columns = Columns.none(self.width)


def key_column(keys: memoryview) -> pa.UInt64Array:
    """Unsigned 64-bit integers as a column, not copied."""
    import pyarrow as pa

    return pa.UInt64Array.from_buffers(pa.uint64(), len(keys), [None, pa.py_buffer(keys)])


def _rows(columns: Columns) -> pa.FixedSizeBinaryArray:
    import pyarrow as pa

    kind = pa.binary(columns.width)
    return pa.FixedSizeBinaryArray.from_buffers(kind, len(columns.keys), [None, pa.py_buffer(columns.rows)])


def column_bytes(column: pa.Array) -> memoryview:
    """The bytes of a column of fixed width, not copied."""
    buffer = column.buffers()[1]
    each = column.type.bit_width // 8
    return (
        memoryview(buffer)[column.offset * each : (column.offset + len(column)) * each] if buffer else memoryview(b"")
    )


class WideTable:
    """The same for keys of any size: one table for each value of what is above the lowest 64 bits."""

    __slots__ = ("_tables", "width")

    def __init__(self, width: int) -> None:
        self.width = width
        self._tables: dict[int, PackedTable] = {}

    def __len__(self) -> int:
        """Rows in all tables."""
        return sum(map(len, self._tables.values()))

    @property
    def changes(self) -> int:
        """Changes that are not folded yet."""
        return sum(table.changes for table in self._tables.values())

    def get(self, key: int) -> bytes | None:
        """The row of a key; None when it has none."""
        table = self._tables.get(key >> _LOW_BITS)
        return table.get(key & _LOW) if table is not None else None

    def put(self, key: int, row: bytes) -> None:
        """Set the row of a key."""
        high = key >> _LOW_BITS
        table = self._tables.get(high)
        if table is None:
            table = self._tables[high] = PackedTable(self.width)
        table.put(key & _LOW, row)

    def pop(self, key: int) -> None:
        """Take the row of a key away; nothing happens where there is none."""
        table = self._tables.get(key >> _LOW_BITS)
        if table is not None:
            table.pop(key & _LOW)

    def items(self) -> Iterator[tuple[int, bytes]]:
        """Every key with its row, in no order."""
        for high, table in self._tables.items():
            for low, row in table.items():
                yield high << _LOW_BITS | low, row

    def fold(self, at_least: int = 0, share: float = 0.0) -> None:
        """Fold the tables that have at least so many changes, and at least that share of their rows."""
        for table in self._tables.values():
            table.fold(at_least, share)

    def let_go(self, breathe: Callable[[], None] = go_on) -> None:
        """Free it, a piece at a time; it is of no use afterwards. ``breathe`` is called between the pieces."""
        for table in self._tables.values():
            table.let_go(breathe)

    def saved(self) -> tuple[list[tuple[int, int]], list[memoryview], list[memoryview]]:
        """What :meth:`restored` makes it of again: of each table its high part and rows; then keys and rows of all.

        Only what was folded is in it.
        """
        of = sorted(self._tables.items())
        parts = [(high, len(table.columns.keys)) for high, table in of]
        keys = [memoryview(table.columns.keys).cast("B") for _, table in of if len(table.columns.keys)]
        return parts, keys, [table.columns.rows for _, table in of if len(table.columns.keys)]

    @classmethod
    def restored(cls, width: int, parts: list[tuple[int, int]], keys: memoryview, rows: memoryview) -> WideTable:
        """Make a table of what was saved, without copying the columns. Raises ``ValueError`` when they do not fit."""
        made = cls(width)
        at = 0
        for high, count in parts:
            columns = Columns(
                keys[at * KEY_BYTES : (at + count) * KEY_BYTES], rows[at * width : (at + count) * width], width
            )
            made._tables[high] = PackedTable(width, columns)
            at += count
        return made
