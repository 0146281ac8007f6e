"""Tables of many millions of keys, each with as many numbers as it needs, in few bytes more than these take.

Three columns: the keys in rising order (8 bytes each), where the numbers of each key begin (4 bytes), and all numbers
one after the other (8 bytes each). As in :mod:`clearbell.screening.views.packed` the columns never change and may lie in a
mapped file; what changed since is kept beside them until :meth:`RaggedTable.fold`.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from clearbell.screening.views.packed import KEY_BYTES, Changes, Columned, column_bytes, go_on, key_column, place_of

if TYPE_CHECKING:
    import pyarrow as pa


class RaggedColumns:
    """Keys in rising order and numbers for each; never changed."""

    __slots__ = ("keys", "offsets", "words")

    def __init__(self, keys: memoryview, offsets: memoryview, words: memoryview) -> None:
        """As bytes: ``keys`` and ``words`` unsigned 64-bit; ``offsets`` unsigned 32-bit, one more than keys.

        Raises ``ValueError`` where they do not fit each other.
        """
        self.keys = keys.cast("Q") if len(keys) else memoryview(array("Q"))
        self.offsets = offsets.cast("I") if len(offsets) else memoryview(array("I", [0]))
        self.words = words.cast("Q") if len(words) else memoryview(array("Q"))
        if len(self.offsets) != len(self.keys) + 1 or self.offsets[-1] != len(self.words):
            message = (
                f"{len(self.keys)} keys, {len(self.offsets)} offsets and {len(self.words)} words do not fit each other"
            )
            raise ValueError(message)

    @classmethod
    def none(cls) -> RaggedColumns:
        """Columns without a key."""
        return cls(memoryview(b""), memoryview(b""), memoryview(b""))

    def row(self, place: int) -> memoryview:
        """The numbers of the key at a place, where they lie."""
        return self.words[self.offsets[place] : self.offsets[place + 1]]


class RaggedTable:
    """Unsigned 64-bit numbers by key, an integer from 0 to 2**64 - 1. Not safe for several threads at once."""

    __slots__ = ("_changes", "_columns", "_size")

    def __init__(self, columns: RaggedColumns | None = None) -> None:
        self._columns = columns if columns is not None else RaggedColumns.none()
        self._changes: Changes = Changes()
        self._size = len(self._columns.keys)

    def __len__(self) -> int:
        """Keys in the table."""
        return self._size

    @property
    def changes(self) -> int:
        """Changes that are not folded yet."""
        return len(self._changes)

    def get(self, key: int) -> memoryview | None:
        """The numbers of a key, to be read at once; None when it has none."""
        part = self._changes.part(key)
        if part and key in part:
            row = part[key]
            return memoryview(row).cast("Q") if row is not None else None
        columns = self._columns
        place = place_of(columns.keys, key)
        return columns.row(place) if place >= 0 else None

    def has(self, key: int) -> bool:
        """Whether a key has numbers."""
        part = self._changes.part(key)
        if part and key in part:
            return part[key] is not None
        return place_of(self._columns.keys, key) >= 0

    def put(self, key: int, words: array[int]) -> None:
        """Set the numbers of a key; without any it is taken away."""
        before = self.get(key) is not None
        part = self._changes.part(key)
        if words:
            part[key] = words.tobytes()
        elif place_of(self._columns.keys, key) >= 0:
            part[key] = None
        else:
            part.pop(key, None)
        self._size += bool(words) - before

    def items(self) -> Iterator[tuple[int, memoryview]]:
        """Every key with its numbers, in no order."""
        for place, key in enumerate(self._columns.keys):
            if key not in self._changes.part(key):
                yield key, self._columns.row(place)
        for part in self._changes.parts():
            for key, row in part.items():
                if row is not None:
                    yield key, memoryview(row).cast("Q")

    def fold(self, at_least: int = 0, share: float = 0.0) -> None:
        """Work the changes into new columns where there are so many of them, and that share of the keys.

        It takes memory for both, and time by the size of the table. There is room for 2**31 numbers, which take 16 GB.
        """
        count = self.changes
        if not count or count < max(at_least, share * self._size):
            return
        # As in packed.py: Arrow sorts and filters whole columns, and a column of lists moves with its keys.
        import pyarrow as pa
        import pyarrow.compute as pc

        old = self._columns
        changed, keys, offsets, words = array("Q"), array("Q"), array("I", [0]), bytearray()
        for part in self._changes.parts():
            changed.extend(part)
            for key, row in part.items():
                if row is not None:
                    keys.append(key)
                    words += row
                    offsets.append(len(words) // KEY_BYTES)
        kept = pc.invert(pc.is_in(key_column(old.keys), value_set=key_column(memoryview(changed))))
        new_lists = _lists(memoryview(offsets), memoryview(words).cast("Q"))
        all_keys = pa.concat_arrays([pc.filter(key_column(old.keys), kept), key_column(memoryview(keys))])
        all_lists = pa.concat_arrays([pc.filter(_lists(old.offsets, old.words), kept), new_lists])
        order = pc.array_sort_indices(all_keys)
        moved = pc.take(all_lists, order)
        self._columns = RaggedColumns(
            column_bytes(pc.take(all_keys, order)), column_bytes(moved.offsets), column_bytes(moved.values)
        )
        self._changes.clear()

    def let_go(self, breathe: Callable[[], None] = go_on) -> None:
        """Free it, a piece at a time; it is of no use afterwards. ``breathe`` is called between the pieces."""
        self._changes.clear(breathe)
        self._columns = RaggedColumns.none()

    def saved(self, name: str) -> dict[str, Columned]:
        """Columns by name that :meth:`restored` makes it of again. Only what was folded is in it."""
        columns = self._columns
        return {
            f"{name}.keys": [memoryview(columns.keys).cast("B")] if len(columns.keys) else [],
            f"{name}.offsets": [memoryview(columns.offsets).cast("B")],
            f"{name}.words": [memoryview(columns.words).cast("B")] if len(columns.words) else [],
        }

    @classmethod
    def restored(cls, name: str, columns: Mapping[str, memoryview]) -> RaggedTable:
        """Make it of what was saved, without copying it. Raises ``KeyError`` or ``ValueError`` when it does not fit."""
        return cls(RaggedColumns(columns[f"{name}.keys"], columns[f"{name}.offsets"], columns[f"{name}.words"]))


def _lists(offsets: memoryview, words: memoryview) -> pa.ListArray:
    import pyarrow as pa

    places = pa.Int32Array.from_buffers(pa.int32(), len(offsets), [None, pa.py_buffer(offsets)])
    return pa.ListArray.from_arrays(places, key_column(words))
