"""What is published about numbers: labels and the scores behind them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping

import msgspec

from clearbell.labels.model import Labelled
from clearbell.screening.views.packed import Columned, Columns, PackedTable, go_on
from clearbell.screening.views.pool import Pool

_ROW = struct.Struct("<QQdIH")  # at, until, heat, reporters, category's code


class Label(msgspec.Struct, frozen=True, gc=False):
    """A label as screening needs it; see :class:`clearbell.labels.model.Labelled`."""

    category: str
    reporters: int
    heat: float
    at: int
    """Time that ``heat`` refers to, µs UTC."""
    until: int
    """When it lapses, µs UTC."""


class Standing:
    """Published labels by number."""

    def __init__(self) -> None:
        self._labels = PackedTable(_ROW.size)
        self._categories = Pool()

    def apply(self, facts: Iterable[msgspec.Struct]) -> None:
        """Take in facts of labels; an empty category takes the label away."""
        for fact in facts:
            if not isinstance(fact, Labelled):
                continue
            if fact.category:
                code = self._categories.code(fact.category.encode())
                row = _ROW.pack(fact.at, fact.until, fact.heat, fact.reporters, code)
                self._labels.put(fact.number, row)
            else:
                self._labels.pop(fact.number)

    def label_of(self, number: int, at: int) -> Label | None:
        """The label in force at ``at`` (µs UTC)."""
        row = self._labels.get(number)
        if row is None:
            return None
        label = self._read(row)
        return label if at < label.until else None

    def _read(self, row: bytes) -> Label:
        at, until, heat, reporters, code = _ROW.unpack(row)
        return Label(self._categories.value(code).decode(), reporters, heat, at, until)

    def state(self) -> object:
        """Canonical form of the state."""
        return sorted((number, repr(self._read(row))) for number, row in self._labels.items())

    @property
    def rows(self) -> int:
        """Labels."""
        return len(self._labels)

    @property
    def changes(self) -> int:
        """Changes that are not folded yet."""
        return self._labels.changes

    def fold(self, at_least: int = 0, share: float = 0.0) -> None:
        """Fold the labels where they have so many changes; see :meth:`PackedTable.fold`."""
        self._labels.fold(at_least, share)

    def let_go(self, breathe: Callable[[], None] = go_on) -> None:
        """Free them, a piece at a time; they are of no use afterwards. ``breathe`` is called between the pieces."""
        self._labels.let_go(breathe)

    def saved(self) -> dict[str, Columned]:
        """What :meth:`restored` makes it of again. Everything must be folded."""
        ends, texts = self._categories.saved()
        columns = self._labels.columns
        return {
            "labels.keys": [memoryview(columns.keys).cast("B")] if len(columns.keys) else [],
            "labels.rows": [columns.rows],
            "categories.ends": [ends],
            "categories.texts": [texts],
        }

    @classmethod
    def restored(cls, columns: Mapping[str, memoryview]) -> Standing:
        """Make it of what was saved. Raises ``KeyError`` or ``ValueError`` when it does not fit together."""
        made = cls()
        made._labels = PackedTable(_ROW.size, Columns(columns["labels.keys"], columns["labels.rows"], _ROW.size))
        made._categories = Pool(columns["categories.ends"], columns["categories.texts"])
        return made
