"""Choosing the entries of a list: numbers, and ranges where they pay more.

A range counts as many entries as it has numbers that were complained of before, less those already listed singly. It
covers all its numbers, those never seen too: that is its use, and its danger. So it must be earned by spread
(``learning.earned``), and what is hoped of its unseen numbers counts only in part (``CAUTION``).
"""

from __future__ import annotations

import heapq

import msgspec
import numpy as np

from clearbell.reports.ranking.learning import Expected
from clearbell.reports.ranking.units import WIDTHS, Ints, Units

CAUTION = 0.6
"""Share of what unseen numbers are expected to bring that a range is credited with."""
_CHEAPEST = 0.5
"""Entries a range costs at least, though all its seen numbers be listed already."""
_SLACK = 0.5


class Listing(msgspec.Struct, frozen=True):
    """A list: numbers, and for each width the first numbers of ranges."""

    numbers: Ints
    ranges: dict[int, Ints]
    entries: int
    """How many entries it counts as, by the rule above."""

    def covers(self, numbers: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which of the numbers are listed, singly or in a range."""
        hit = np.isin(numbers, self.numbers)
        for width, firsts in self.ranges.items():
            hit |= np.isin(numbers // width, firsts // width)
        return hit


def choose(units: Units, expected: Expected, size: int, *, with_ranges: bool = True) -> Listing:
    """Choose the list of at most ``size`` entries that is expected to cover most, the best entry for entry first."""
    best = np.argsort(-expected.by_number, kind="stable")[:size]
    if not with_ranges or not len(best):
        return Listing(units.levels[0].keys[expected.numbers[best]], {}, len(best))
    return _Choice(units, expected, size, best).made()


class _Choice:
    def __init__(self, units: Units, expected: Expected, size: int, best: Ints) -> None:
        self._units = units
        self._size = size
        self._used = 0.0
        self._numbers: list[int] = []
        self._taken: dict[int, set[int]] = {depth: set() for depth in expected.ranges}
        # Of each range: entries and value of what is listed of it already.
        self._inside: dict[int, dict[int, list[float]]] = {depth: {} for depth in expected.ranges}
        self._worth: dict[int, dict[int, tuple[float, int]]] = {}
        slots = expected.numbers[best]
        floor = float(expected.by_number[best[-1]]) * _SLACK if len(best) == size else 0.0
        heap = [(-float(value), 0, int(slot)) for value, slot in zip(expected.by_number[best], slots, strict=True)]
        for depth, (ranges, fresh) in expected.ranges.items():
            level = units.levels[depth]
            own = np.bincount(units.levels[0].above[depth, expected.numbers], expected.by_number, len(level))[ranges]
            value = own + CAUTION * fresh
            seen = level.seen[ranges]
            worth = zip(ranges.tolist(), value.tolist(), seen.tolist(), strict=True)
            self._worth[depth] = {slot: (total, count) for slot, total, count in worth}
            heap += [
                (-total / count, depth, slot)
                for slot, (total, count) in self._worth[depth].items()
                if total / count > floor
            ]
        self._floor = floor
        heapq.heapify(heap)
        self._heap = heap

    def made(self) -> Listing:
        """Take entries until the list is full."""
        heap = self._heap
        while heap and self._used < self._size:
            value, depth, slot = heapq.heappop(heap)
            if self._covered(depth, slot):
                continue
            if depth == 0:
                self._numbers.append(slot)
                self._take(depth, slot, 1.0, -value)
                continue
            listed, listed_value = self._inside[depth].get(slot, (0.0, 0.0))
            total, seen = self._worth[depth][slot]
            cost = max(seen - listed, _CHEAPEST)
            more = (total - listed_value) / cost
            # Its numbers may have been listed meanwhile, so that less is left for it to add.
            if heap and -more > heap[0][0]:
                if more > self._floor:
                    heapq.heappush(heap, (-more, depth, slot))
            elif self._used + cost <= self._size:
                self._taken[depth].add(slot)
                self._take(depth, slot, cost, total - listed_value)
        return self._listing()

    def _covered(self, depth: int, slot: int) -> bool:
        above = self._units.levels[depth].above
        return any(int(above[wide, slot]) in taken for wide, taken in self._taken.items() if wide > depth)

    def _take(self, depth: int, slot: int, cost: float, value: float) -> None:
        self._used += cost
        above = self._units.levels[depth].above
        for wide, inside in self._inside.items():
            if wide > depth:
                entry = inside.setdefault(int(above[wide, slot]), [0.0, 0.0])
                entry[0] += cost
                entry[1] += value

    def _listing(self) -> Listing:
        ranges = {}
        levels = self._units.levels
        for depth, taken in self._taken.items():
            if taken:
                ranges[WIDTHS[depth]] = levels[depth].keys[sorted(taken)] * WIDTHS[depth]
        kept = [slot for slot in self._numbers if not self._covered(0, slot)]
        return Listing(levels[0].keys[np.array(kept, np.int64)], ranges, round(self._used))
