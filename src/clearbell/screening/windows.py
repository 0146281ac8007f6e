"""Counting over sliding windows with sub-buckets: bounded, never negative, never counting too much."""

from __future__ import annotations

from clearbell.calls import HOUR, MINUTE, SECOND

WIDTHS: tuple[int, ...] = (MINUTE, 5 * MINUTE, HOUR, 24 * HOUR)
"""The windows, µs: 1 minute, 5 minutes, 1 hour, 24 hours."""
SUB_BUCKETS: tuple[int, ...] = (6, 5, 12, 12)
"""Into how many sub-buckets each is cut."""
BUCKET: tuple[int, ...] = tuple(width // parts for width, parts in zip(WIDTHS, SUB_BUCKETS, strict=True))
M1, M5, H1, H24 = 0, 1, 2, 3
assert BUCKET == (10 * SECOND, MINUTE, 5 * MINUTE, 2 * HOUR), "BUG: windows cut unevenly"  # noqa: S101


class Window:
    """Counts of one thing over one window.

    A count covers the sub-bucket that is running and the full ones before it: at least the window less one
    sub-bucket, at most the window. So it never counts what is older than the window.
    """

    __slots__ = ("bucket", "counts", "newest", "parts", "total")

    def __init__(self, width_index: int) -> None:
        self.bucket = BUCKET[width_index]
        self.parts = SUB_BUCKETS[width_index]
        self.counts = [0] * self.parts
        self.newest = 0
        self.total = 0

    def _roll(self, slot: int) -> None:
        ahead = slot - self.newest
        if ahead <= 0:
            return
        counts = self.counts
        parts = self.parts
        if ahead >= parts:
            for place in range(parts):
                counts[place] = 0
            self.total = 0
        else:
            for step in range(self.newest + 1, slot + 1):
                place = step % parts
                self.total -= counts[place]
                counts[place] = 0
        self.newest = slot

    def add(self, at: int) -> None:
        """Count one at ``at``; an event older than the window is not counted."""
        slot = at // self.bucket
        if slot > self.newest:
            self._roll(slot)
        elif self.newest - slot >= self.parts:
            return
        self.counts[slot % self.parts] += 1
        self.total += 1

    def take(self, at: int) -> None:
        """Take back one that was counted at ``at``, where the window still holds it."""
        slot = at // self.bucket
        if 0 <= self.newest - slot < self.parts and self.counts[slot % self.parts] > 0:
            self.counts[slot % self.parts] -= 1
            self.total -= 1

    def holds(self, at: int) -> bool:
        """Whether something counted at ``at`` is still in the window."""
        return 0 <= self.newest - at // self.bucket < self.parts

    def count(self, now: int) -> int:
        """How many in the window that ends at ``now``."""
        self._roll(now // self.bucket)
        return self.total


# ---- five minutes in one number: when most are counted once or twice, an object for each would cost too much

MOST_TALLIED = 127
"""Events of one minute that a tally tells apart."""
_MINUTE = BUCKET[M5]
_PARTS = SUB_BUCKETS[M5]
_BITS = 7
_PART = _MOST = MOST_TALLIED
_PARTS_BITS = _PARTS * _BITS
_COUNTS = 0x7_FFFF_FFFF  # as many bits: compiled, a shift of 1 would be one of too few


def tallied(tally: int, at: int) -> int:
    """The tally with one more event at ``at`` (µs UTC); 0 is an empty one. It counts as ``Window(M5)`` does.

    The running minute and the four before it, ``MOST_TALLIED`` in each at most.
    """
    newest = tally >> _PARTS_BITS
    counts = tally & _COUNTS
    slot = at // _MINUTE
    behind = newest - slot
    if behind < 0:
        counts = (counts << (-behind * _BITS)) & _COUNTS if -behind < _PARTS else 0
        newest, behind = slot, 0
    if behind < _PARTS and (counts >> (behind * _BITS)) & _PART < _MOST:
        counts += 1 << (behind * _BITS)
    return newest << _PARTS_BITS | counts


def tally_count(tally: int, now: int) -> int:
    """How many events a tally has in the five minutes that end at ``now`` (µs UTC)."""
    ahead = now // _MINUTE - (tally >> _PARTS_BITS)
    if ahead >= _PARTS:
        return 0
    counts = tally & _COUNTS
    total = 0
    for place in range(_PARTS - max(0, ahead)):
        total += (counts >> (place * _BITS)) & _PART
    return total
