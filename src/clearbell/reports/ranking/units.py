"""What is remembered of every number, and of every range of 100, 1,000 and 10,000 numbers, from day to day.

One update a day and unit; nothing is recounted. Sums are kept decayed to the latest day; a complaint adds 1 to each.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

WIDTHS = (1, 100, 1_000, 10_000)
"""Numbers in a unit of each level: the number itself, then ranges that share all but their last digits."""
HALF_LIVES = (1.5, 4.0, 10.0, 30.0, 90.0)
"""Days; one decayed sum of complaints is kept for each."""
FRESH_HALF_LIVES = (4.0, 15.0, 60.0)
"""Days; one decayed sum of numbers never complained of before is kept for each range."""
_NEVER = -999
_ABOVE = (0, 1, 2, 3)


class Level:
    """All units of one width. Each has a slot; columns are indexed by slot."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.slots: dict[int, int] = {}
        self.keys = np.zeros(1024, np.int64)
        self.sums: Floats = np.zeros((len(HALF_LIVES), 1024), np.float32)
        self.fresh: Floats = np.zeros((len(FRESH_HALF_LIVES), 1024), np.float32)
        self.first = np.full(1024, _NEVER, np.int32)
        self.last = np.full(1024, _NEVER, np.int32)
        self.complaints = np.zeros(1024, np.int32)
        self.days = np.zeros(1024, np.int32)
        self.seen = np.zeros(1024, np.int32)
        """Distinct numbers of the range ever complained of."""
        self.above = np.zeros((len(WIDTHS), 1024), np.int32)
        """Slots of the wider units that this one lies in."""

    def __len__(self) -> int:
        return len(self.slots)

    def find(self, keys: Ints) -> Ints:
        """Slots of keys; -1 where there is none."""
        get = self.slots.get
        return np.fromiter((get(key, -1) for key in keys.tolist()), np.int64, len(keys))

    def take(self, keys: Ints) -> tuple[Ints, Ints]:
        """Slots of distinct keys, made where there were none; and which of them are new."""
        found = self.find(keys)
        missing = found < 0
        new = np.arange(len(self.slots), len(self.slots) + int(missing.sum()), dtype=np.int64)
        if len(new):
            self._room(int(new[-1]) + 1)
            found[missing] = new
            self.keys[new] = keys[missing]
            self.slots.update(zip(keys[missing].tolist(), new.tolist(), strict=True))
        return found, new

    def _room(self, size: int) -> None:
        have = len(self.keys)
        if size <= have:
            return
        more = max(have, size - have)
        for name in ("keys", "sums", "fresh", "first", "last", "complaints", "days", "seen", "above"):
            old: NDArray[Any] = getattr(self, name)
            padding = [(0, 0)] * (old.ndim - 1) + [(0, more)]
            setattr(self, name, np.pad(old, padding, constant_values=_NEVER if name in ("first", "last") else 0))

    def decay(self, days: int) -> None:
        """Let ``days`` pass."""
        used = len(self.slots)
        for row, half_life in enumerate(HALF_LIVES):
            self.sums[row, :used] *= 2.0 ** (-days / half_life)
        if self.width > 1:
            for row, half_life in enumerate(FRESH_HALF_LIVES):
                self.fresh[row, :used] *= 2.0 ** (-days / half_life)


class Units:
    """Numbers and ranges, up to the end of a day."""

    def __init__(self) -> None:
        self.levels = [Level(width) for width in WIDTHS]
        self.day = 0

    def at(self, day: int) -> None:
        """Move on to the beginning of a day (days since 1970). Days only go forward."""
        if self.day and day > self.day:
            for level in self.levels:
                level.decay(day - self.day)
        self.day = day

    def add(self, numbers: Ints) -> None:
        """Take in the day's complaints: the number complained of in each."""
        if not len(numbers):
            return
        new_keys = np.zeros(0, np.int64)
        for depth, level in enumerate(self.levels):
            keys, counts = np.unique(numbers // level.width, return_counts=True)
            slots, new = level.take(keys)
            level.sums[:, slots] += counts.astype(np.float32)
            level.first[new] = self.day
            level.last[slots] = self.day
            level.complaints[slots] += counts.astype(np.int32)
            level.days[slots] += 1
            if depth == 0:
                new_keys = level.keys[new]
            else:
                ranges, fresh = np.unique(new_keys // level.width, return_counts=True)
                inside = level.find(ranges)
                level.fresh[:, inside] += fresh.astype(np.float32)
                level.seen[inside] += fresh.astype(np.int32)
        # The wider units exist by now.
        for depth, level in enumerate(self.levels[:-1]):
            unset = np.flatnonzero(level.first[: len(level)] == self.day)
            for above in _ABOVE[depth + 1 :]:
                wide = self.levels[above]
                level.above[above, unset] = wide.find(level.keys[unset] * level.width // wide.width)

    def number_features(self, slots: Ints) -> Floats:
        """One row of figures for each number, as known at the beginning of the day."""
        level = self.levels[0]
        columns: list[NDArray[Any]] = [*level.sums[:, slots], *self._ages(level, slots)]
        columns += [level.complaints[slots], level.days[slots]]
        for above in _ABOVE[1:]:
            wide = self.levels[above]
            at = level.above[above, slots]
            columns += [*wide.sums[:4, at], *wide.fresh[:, at], wide.seen[at], self.day - wide.last[at], wide.days[at]]
        return np.column_stack(columns).astype(np.float32)

    def range_features(self, depth: int, slots: Ints) -> Floats:
        """One row of figures for each range of a level."""
        level = self.levels[depth]
        columns: list[NDArray[Any]] = [*level.sums[:, slots], *level.fresh[:, slots], *self._ages(level, slots)]
        columns += [level.seen[slots], level.days[slots], level.complaints[slots]]
        for above in _ABOVE[depth + 1 :]:
            wide = self.levels[above]
            at = level.above[above, slots]
            columns += [*wide.sums[:4, at], *wide.fresh[:, at], wide.seen[at]]
        return np.column_stack(columns).astype(np.float32)

    def _ages(self, level: Level, slots: Ints) -> tuple[NDArray[Any], NDArray[Any]]:
        return self.day - level.last[slots], self.day - level.first[slots]

    def nbytes(self) -> int:
        """Bytes of the columns; the keys' dictionaries come on top."""
        names = ("keys", "sums", "fresh", "first", "last", "complaints", "days", "seen", "above")
        return sum(getattr(level, name).nbytes for level in self.levels for name in names)
