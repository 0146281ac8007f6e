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
KIND_BITS = 3
"""An event is a time, µs UTC, with as many bits below it for its kind, and a callee."""
_KIND = (1 << KIND_BITS) - 1
_EVENT = struct.Struct("<QQ")  # time and kind, callee
EVENT_BYTES = 16


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


# As plain numbers: an enumeration's member costs a look-up at each use.
_ATTEMPT, _ENDED, _ONE_RING, _SHORT = (int(kind) for kind in (Kind.ATTEMPT, Kind.ENDED, Kind.ONE_RING, Kind.SHORT))
_M1, _H1, _H24 = M1, H1, H24
_EVENT_BYTES, _MOST_BYTES, _MOST_CALLEES = EVENT_BYTES, MOST_FEW * EVENT_BYTES, MAX_CALLEES
_ENDS = 1 << Kind.ENDED | 1 << Kind.ONE_RING | 1 << Kind.ANSWERED | 1 << Kind.SHORT
_ANSWERS = 1 << Kind.ANSWERED | 1 << Kind.SHORT


class Few:
    """A caller of few events."""

    __slots__ = ("_events", "_newest")

    def __init__(self, packed: bytes) -> None:
        """``packed``: what :func:`noted` returned."""
        # Time and kind stay one number, which sorts as the time does: a call asks for ten counts.
        self._events = list(_EVENT.iter_unpack(packed))
        self._newest: int = max(self._events)[0] >> KIND_BITS

    def _since(self, index: int, now: int) -> int:
        """The least time, with a kind, that the window which ends at ``now`` covers."""
        bucket = BUCKET[index]
        return ((max(now, self._newest) // bucket - SUB_BUCKETS[index] + 1) * bucket) << KIND_BITS

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
            if whom == callee and not what & _KIND and at - width < what >> KIND_BITS <= at:
                count += 1
        return min(MAX_REPEATS, count)


class Many:
    """A caller of many events."""

    __slots__ = (
        "_answered",
        "_attempts_h1",
        "_attempts_h24",
        "_attempts_m1",
        "_attempts_m5",
        "_distinct_h1",
        "_distinct_h24",
        "_ended_h1",
        "_ended_h24",
        "_one_ring",
        "_short",
        "callees",
    )

    def __init__(self) -> None:
        self._attempts_m1 = Window(M1)
        self._attempts_m5 = Window(M5)
        self._attempts_h1 = Window(H1)
        self._attempts_h24 = Window(H24)
        self._distinct_h1 = Window(H1)
        self._distinct_h24 = Window(H24)
        self._ended_h1 = Window(H1)
        self._ended_h24 = Window(H24)
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
            made.note(Kind(what & _KIND), what >> KIND_BITS, callee)
        return made

    def note(self, kind: int, at: int, callee: int) -> None:
        """Count an event; ``kind`` is a :class:`Kind`."""
        if kind == _ATTEMPT:
            self._attempt(callee, at)
            return
        self._ended_h1.add(at)
        self._ended_h24.add(at)
        if kind == _ONE_RING:
            self._one_ring.add(at)
        elif kind != _ENDED:
            self._answered.add(at)
            if kind == _SHORT:
                self._short.add(at)

    def _attempt(self, callee: int, at: int) -> None:
        self._attempts_m1.add(at)
        self._attempts_m5.add(at)
        self._attempts_h1.add(at)
        self._attempts_h24.add(at)
        before = self.callees.pop(callee, ())
        last = before[-1] if before else 0
        latest = max(at, last)
        # A callee counts once, in the sub-bucket of the latest attempt.
        if last:
            if self._distinct_h1.holds(last):
                self._distinct_h1.take(last)
            if self._distinct_h24.holds(last):
                self._distinct_h24.take(last)
        self._distinct_h1.add(latest)
        self._distinct_h24.add(latest)
        self.callees[callee] = joined(before, at)
        if len(self.callees) > _MOST_CALLEES:
            del self.callees[next(iter(self.callees))]

    def most_attempts(self, index: int) -> int:
        """No less than :meth:`attempts` says for any time from the newest event on, without looking at the time."""
        return self._attempts_of(index).total

    def most_ended(self) -> int:
        """No less than :meth:`ended` says of either window, as :meth:`most_attempts`."""
        return self._ended_h24.total

    def rang(self, callee: int) -> bool:
        """Whether an attempt to the callee is remembered."""
        return callee in self.callees

    def _attempts_of(self, index: int) -> Window:
        if index == _H1:
            return self._attempts_h1
        if index == _M1:
            return self._attempts_m1
        return self._attempts_h24 if index == _H24 else self._attempts_m5

    def attempts(self, index: int, now: int) -> int:
        """As :meth:`Few.attempts`."""
        return self._attempts_of(index).count(now)

    def distinct(self, index: int, now: int) -> int:
        """As :meth:`Few.distinct`.

        Exact while there are no more than ``MAX_CALLEES`` in 24 hours; beyond that a callee who was forgotten and is
        called again counts again.
        """
        return (self._distinct_h1 if index == _H1 else self._distinct_h24).count(now)

    def ended(self, index: int, now: int) -> int:
        """As :meth:`Few.ended`."""
        return (self._ended_h1 if index == _H1 else self._ended_h24).count(now)

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


def noted(packed: bytes, kind: int, at: int, callee: int) -> bytes:
    """The events of a caller of few, with one more; who has ``MOST_FEW`` already needs :class:`Many`."""
    return packed + _EVENT.pack(at << KIND_BITS | kind, callee)


def rang(packed: bytes, callee: int) -> bool:
    """Whether a caller of few events may have rung the callee. May say so of who was not rung, never the other way."""
    return callee.to_bytes(8, "little") in packed


def kept(packed: bytes) -> int:
    """How many events are kept in a list."""
    return len(packed) // _EVENT_BYTES


def is_full(packed: bytes) -> bool:
    """Whether no more events are to be kept in a list."""
    return len(packed) >= _MOST_BYTES


def forgotten(packed: bytes, before: int) -> bytes:
    """The events without those before a time, µs UTC."""
    kept = [event for event in _EVENT.iter_unpack(packed) if event[0] >> KIND_BITS >= before]
    return b"".join(_EVENT.pack(*event) for event in kept)


def joined(times: tuple[int, ...], at: int) -> tuple[int, ...]:
    """The latest times of attempts with one more, oldest first."""
    if not times:
        return (at,)
    if times[-1] > at:
        # It arrived late: the latest attempt stays the latest.
        return tuple(sorted((*times, at)))[-MAX_REPEATS:]
    return (*times, at)[-MAX_REPEATS:]


def within(times: tuple[int, ...], at: int, width: int) -> int:
    """How many of the times lie within ``width`` before ``at``."""
    count = 0
    for time in times:
        if at - width < time <= at:
            count += 1
    return count
