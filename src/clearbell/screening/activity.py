"""What one number, or one holder across its numbers, did lately, in two forms that say the same.

Most callers do a handful of things a day: those are kept as a list of them (:class:`Few`). Who does more gets a counter
for every window (:class:`Many`), which costs some kilobytes.
"""

from __future__ import annotations

import enum
import struct

from clearbell.screening.windows import BUCKET, H1, H24, M1, M5, SUB_BUCKETS, Window

MAX_CALLEES = 512
MAX_REPEATS = 8
"""Attempts to one callee that are remembered one by one; limits on repeats must stay below."""
MOST_FEW = 8
"""Events that are kept as a list."""
_KIND_BITS = 3
_KIND = (1 << _KIND_BITS) - 1
_EVENT = struct.Struct("<QQ")  # time and kind, callee


class Kind(enum.IntEnum):
    """Something a caller did."""

    ATTEMPT = 0
    ENDED = 1
    """Ended without an answer."""
    ONE_RING = 2
    """The caller hung up after so short a ring that only a call back can be meant."""
    ANSWERED = 3
    SHORT = 4
    """Answered, and over at once."""


_ENDS = 1 << Kind.ENDED | 1 << Kind.ONE_RING | 1 << Kind.ANSWERED | 1 << Kind.SHORT
_ANSWERS = 1 << Kind.ANSWERED | 1 << Kind.SHORT


class Few:
    """A caller of few events."""

    __slots__ = ("_events", "_newest")

    def __init__(self, packed: bytes) -> None:
        """``packed``: what :func:`noted` returned."""
        # Time and kind stay one number, which sorts as the time does: a call asks for ten counts.
        self._events = list(_EVENT.iter_unpack(packed))
        self._newest: int = max(self._events)[0] >> _KIND_BITS

    def _since(self, index: int, now: int) -> int:
        """The least time, with a kind, that the window which ends at ``now`` covers."""
        bucket = BUCKET[index]
        return ((max(now, self._newest) // bucket - SUB_BUCKETS[index] + 1) * bucket) << _KIND_BITS

    def _count(self, index: int, now: int, kinds: int) -> int:
        since = self._since(index, now)
        count = 0
        for what, _ in self._events:
            if what >= since and kinds >> (what & _KIND) & 1:
                count += 1
        return count

    def attempts(self, index: int, now: int) -> int:
        """Attempts in the window that ends at ``now``; ``index`` is one of those of :mod:`windows`."""
        since = self._since(index, now)
        count = 0
        for what, _ in self._events:
            if what >= since and not what & _KIND:
                count += 1
        return count

    def distinct(self, index: int, now: int) -> int:
        """Different callees in the window; it is that of an hour or of 24."""
        since = self._since(index, now)
        return len({callee for what, callee in self._events if what >= since and not what & _KIND})

    def ended(self, index: int, now: int) -> int:
        """Calls that ended in the window, of an hour or of 24."""
        return self._count(index, now, _ENDS)

    def answered(self, now: int) -> int:
        """Of those that ended within 24 hours the answered."""
        return self._count(H24, now, _ANSWERS)

    def short(self, now: int) -> int:
        """Of the answered those that were over at once."""
        return self._count(H24, now, 1 << Kind.SHORT)

    def one_ring(self, now: int) -> int:
        """Of those that ended within an hour those of one ring."""
        return self._count(H1, now, 1 << Kind.ONE_RING)

    def repeats(self, callee: int, at: int, width: int) -> int:
        """Attempts to the callee within ``width`` before ``at``; exact up to ``MAX_REPEATS``."""
        count = 0
        for what, whom in self._events:
            if whom == callee and not what & _KIND and at - width < what >> _KIND_BITS <= at:
                count += 1
        return min(MAX_REPEATS, count)


class Many:
    """A caller of many events."""

    __slots__ = ("_answered", "_attempts", "_distinct", "_ended", "_one_ring", "_short", "callees")

    def __init__(self) -> None:
        self._attempts = (Window(M1), Window(M5), Window(H1), Window(H24))
        self._distinct = {H1: Window(H1), H24: Window(H24)}
        self._ended = {H1: Window(H1), H24: Window(H24)}
        self._answered = Window(H24)
        self._short = Window(H24)
        self._one_ring = Window(H1)
        self.callees: dict[int, tuple[int, ...]] = {}
        """Callee to the times of the latest attempts, oldest first; ordered by the latest attempt."""

    @classmethod
    def after(cls, packed: bytes) -> Many:
        """The counters of a caller of few events, who did one too many."""
        made = cls()
        for what, callee in _EVENT.iter_unpack(packed):
            made.note(Kind(what & _KIND), what >> _KIND_BITS, callee)
        return made

    def note(self, kind: Kind, at: int, callee: int) -> None:
        """Count an event."""
        if kind is Kind.ATTEMPT:
            self._attempt(callee, at)
            return
        for window in self._ended.values():
            window.add(at)
        if kind is Kind.ONE_RING:
            self._one_ring.add(at)
        elif kind is not Kind.ENDED:
            self._answered.add(at)
            if kind is Kind.SHORT:
                self._short.add(at)

    def _attempt(self, callee: int, at: int) -> None:
        for window in self._attempts:
            window.add(at)
        before = self.callees.pop(callee, ())
        last = before[-1] if before else 0
        for window in self._distinct.values():
            # A callee counts once, in the sub-bucket of the latest attempt.
            if last and window.holds(last):
                window.take(last)
            window.add(max(at, last))
        self.callees[callee] = joined(before, at)
        if len(self.callees) > MAX_CALLEES:
            del self.callees[next(iter(self.callees))]

    def attempts(self, index: int, now: int) -> int:
        """As :meth:`Few.attempts`."""
        return self._attempts[index].count(now)

    def distinct(self, index: int, now: int) -> int:
        """As :meth:`Few.distinct`.

        Exact while there are no more than ``MAX_CALLEES`` in 24 hours; beyond that a callee who was forgotten and is
        called again counts again.
        """
        return self._distinct[index].count(now)

    def ended(self, index: int, now: int) -> int:
        """As :meth:`Few.ended`."""
        return self._ended[index].count(now)

    def answered(self, now: int) -> int:
        """As :meth:`Few.answered`."""
        return self._answered.count(now)

    def short(self, now: int) -> int:
        """As :meth:`Few.short`."""
        return self._short.count(now)

    def one_ring(self, now: int) -> int:
        """As :meth:`Few.one_ring`."""
        return self._one_ring.count(now)

    def repeats(self, callee: int, at: int, width: int) -> int:
        """As :meth:`Few.repeats`."""
        return within(self.callees.get(callee, ()), at, width)


Activity = Few | Many
"""What a caller did, in either form."""


def noted(packed: bytes, kind: Kind, at: int, callee: int) -> bytes:
    """The events of a caller of few, with one more; who has ``MOST_FEW`` already needs :class:`Many`."""
    return packed + _EVENT.pack(at << _KIND_BITS | kind, callee)


def is_full(packed: bytes) -> bool:
    """Whether no more events are to be kept in a list."""
    return len(packed) >= MOST_FEW * _EVENT.size


def forgotten(packed: bytes, before: int) -> bytes:
    """The events without those before a time, µs UTC."""
    kept = [event for event in _EVENT.iter_unpack(packed) if event[0] >> _KIND_BITS >= before]
    return b"".join(_EVENT.pack(*event) for event in kept)


def joined(times: tuple[int, ...], at: int) -> tuple[int, ...]:
    """The latest times of attempts with one more, oldest first."""
    if times and times[-1] > at:
        # It arrived late: the latest attempt stays the latest.
        return tuple(sorted((*times, at)))[-MAX_REPEATS:]
    return (*times, at)[-MAX_REPEATS:]


def within(times: tuple[int, ...], at: int, width: int) -> int:
    """How many of the times lie within ``width`` before ``at``."""
    return sum(1 for time in times if at - width < time <= at)
