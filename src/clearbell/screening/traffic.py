"""Live counters: who calls how often, how many different numbers, and how those calls end.

Bounded: of callers, pairs and callees at least the half that was used last is remembered, and never more than the
whole. What is remembered of a caller is in :mod:`activity`.
"""

from __future__ import annotations

from typing import Generic

from clearbell.calls import DAY, SECOND, Call, CallEnd, HangUp
from clearbell.policy.model import Pack
from clearbell.screening.activity import Activity, Few, Kind, Many, forgotten, is_full, joined, noted, within
from clearbell.screening.recent import K, Recent
from clearbell.screening.windows import M5, Window


class Callers(Generic[K]):
    """What each caller did: a list of it while it is short, and counters from then on."""

    __slots__ = ("_busy", "_few")

    def __init__(self, most: int, busy: int) -> None:
        """``busy``: how many of the ``most`` with counters, though never more than half."""
        busy = min(busy, most // 2)
        self._few: Recent[K, bytes] = Recent(most - busy)
        self._busy: Recent[K, Many] = Recent(busy)

    def __len__(self) -> int:
        """Callers that are remembered."""
        return len(self._few) + len(self._busy)

    def knows(self, caller: K) -> bool:
        """Whether the caller is remembered."""
        return self._few.get(caller) is not None or self._busy.get(caller) is not None

    def activity(self, caller: K) -> Activity | None:
        """What the caller did lately; None when it is not remembered."""
        packed = self._few.get(caller)
        return Few(packed) if packed is not None else self._busy.get(caller)

    def note(self, caller: K, kind: Kind, at: int, callee: int) -> None:
        """Count an event."""
        many = self._busy.get(caller)
        if many is None:
            packed = self._few.get(caller) or b""
            if is_full(packed):
                packed = forgotten(packed, at - DAY)
            if not is_full(packed):
                self._few.put(caller, noted(packed, kind, at, callee))
                return
            self._few.pop(caller)
            many = Many.after(packed)
        many.note(kind, at, callee)
        self._busy.put(caller, many)


class Traffic:
    """Counters of all callers, and of who knows whom."""

    def __init__(
        self,
        pack: Pack,
        *,
        max_callers: int = 2_000_000,
        max_busy: int = 200_000,
        max_contacts: int = 1_000_000,
        max_callees: int = 200_000,
        max_pairs: int = 1_000_000,
    ) -> None:
        """``max_busy``: of callers, and of holders, that do more than a handful of things a day."""
        self._short = _span(pack, "short_seconds", SECOND)
        self._one_ring = _span(pack, "one_ring_seconds", SECOND)
        self._known = _span(pack, "known_contact_seconds", SECOND)
        self._numbers = Callers[int](max_callers, max_busy)
        self._holders = Callers[str](max_callers, max_busy)
        self._pairs: Recent[tuple[str, int], tuple[int, ...]] = Recent(max_pairs)
        self._rung: Recent[int, Window] = Recent(max_callees)
        # When the first rang the second, and when they last ended a talk long enough to make them known to each other,
        # µs UTC; 0: not. Tuples, as the garbage collector soon passes over those of numbers.
        self._contacts: Recent[tuple[int, int], tuple[int, int]] = Recent(max_contacts)
        self._emergency: Recent[int, int] = Recent(max_callees)

    @property
    def active(self) -> int:
        """Callers that are remembered."""
        return len(self._numbers)

    def number(self, caller: int) -> Activity | None:
        """What a number did lately; None when it is not remembered."""
        return self._numbers.activity(caller)

    def holder(self, holder: str) -> Activity | None:
        """What a holder did lately across its numbers."""
        return self._holders.activity(holder)

    def repeats(self, holder: str, callee: int, at: int, width: int) -> int:
        """Attempts of a holder, from whichever number, to the callee within ``width`` before ``at`` (µs).

        Exact up to ``MAX_REPEATS``, however many callees the holder has.
        """
        return within(self._pairs.get((holder, callee)) or (), at, width)

    def rung(self, callee: int, now: int) -> int:
        """Attempts that a callee got within 5 minutes."""
        window = self._rung.get(callee)
        return window.count(now) if window is not None else 0

    def attempt(self, call: Call, holder: str, *, emergency: bool, stranger: bool) -> None:
        """Count an attempt of a number and its holder (empty: none).

        ``emergency``: the callee is an emergency number. ``stranger``: the callee does not know the caller, so the
        attempt counts towards a bombing.
        """
        at, caller, callee = call.at, call.caller, call.callee
        if caller:
            self._numbers.note(caller, Kind.ATTEMPT, at, callee)
            if callee:
                self._meet(caller, callee, called=at)
        if holder:
            self._holders.note(holder, Kind.ATTEMPT, at, callee)
            pair = (holder, callee)
            self._pairs.put(pair, joined(self._pairs.get(pair) or (), at))
        if emergency and caller:
            self._emergency.put(caller, at)
        if stranger and callee:
            window = self._rung.get(callee) or Window(M5)
            window.add(at)
            self._rung.put(callee, window)

    def ended(self, end: CallEnd, holder: str) -> None:
        """Learn how a call ended."""
        kind = Kind.ENDED
        if end.answered:
            kind = Kind.SHORT if end.duration < self._short else Kind.ANSWERED
        elif end.hangup is HangUp.CALLER and 0 < end.ring < self._one_ring:
            kind = Kind.ONE_RING
        # Of whom no attempt is remembered, no end is either: shares of ends need their attempts.
        if self._numbers.knows(end.caller):
            self._numbers.note(end.caller, kind, end.at, end.callee)
        if holder and self._holders.knows(holder):
            self._holders.note(holder, kind, end.at, end.callee)
        if end.answered and end.duration >= self._known and end.caller and end.callee:
            self._meet(end.caller, end.callee, talked=end.at)

    def talked(self, one: int, other: int) -> int:
        """When the two last talked at length, whoever rang, µs UTC; 0 when not known."""
        there = self._contacts.get((one, other))
        back = self._contacts.get((other, one))
        return max(there[1] if there else 0, back[1] if back else 0)

    def called(self, caller: int, callee: int) -> int:
        """When the caller last rang the callee, µs UTC; 0 when not known."""
        contact = self._contacts.get((caller, callee))
        return contact[0] if contact else 0

    def dialled_emergency(self, number: int) -> int:
        """When the number last dialled an emergency number, µs UTC; 0 when not known."""
        return self._emergency.get(number) or 0

    def _meet(self, one: int, other: int, *, called: int = 0, talked: int = 0) -> None:
        pair = (one, other)
        before = self._contacts.get(pair)
        if before is not None:
            called, talked = max(called, before[0]), max(talked, before[1])
        self._contacts.put(pair, (called, talked))


def _span(pack: Pack, name: str, unit: int) -> int:
    value = pack.limit(name)
    return 0 if value is None else int(value * unit)
