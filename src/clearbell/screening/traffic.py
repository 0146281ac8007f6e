"""Live counters: who calls how often, how many different numbers, and how those calls end.

Bounded: of callers, pairs and callees at least the half that was used last is remembered, and never more than the
whole. What is remembered of a caller is in :mod:`activity`.
"""

from __future__ import annotations

from clearbell.calls import DAY, SECOND, Call, CallEnd, HangUp
from clearbell.policy.model import Pack
from clearbell.screening.activity import (
    KIND_BITS,
    Activity,
    Few,
    Kind,
    Many,
    forgotten,
    is_full,
    joined,
    kept,
    noted,
    within,
)
from clearbell.screening.recent import Recent
from clearbell.screening.recent_numbers import MOST_EVENTS, RecentEvents, RecentNumbers
from clearbell.screening.windows import tallied

_ATTEMPT, _KIND_BITS = int(Kind.ATTEMPT), KIND_BITS
_MORE_EVENTS = 5
"""One caller of so many has more than two events a day, and as many places."""
_COMPILED = not __file__.endswith(".py")


class Callers:
    """What each caller did: a list of it while it is short, and counters from then on.

    A caller is a number or the name of a holder, never both in one.
    """

    __slots__ = ("_busy", "_few", "_fewest")

    def __init__(self, most: int, busy: int) -> None:
        """``busy``: how many of the ``most`` with counters, though never more than half."""
        busy = min(busy, most // 2)
        rest = most - busy
        # Compiled, the most of them, numbers of one or two events, lie in another kind of memory.
        fewest = rest - rest // _MORE_EVENTS if _COMPILED else 0
        self._fewest = RecentEvents(fewest)
        self._few = Recent(rest - fewest)
        """Caller to packed events."""
        self._busy = Recent(busy)
        """Caller to :class:`Many`."""

    def __len__(self) -> int:
        """Callers that are remembered."""
        return len(self._few) + len(self._busy) + len(self._fewest)

    def found(self, caller: int | str) -> bytes | Many | None:
        """What is remembered of a caller, as it is kept; None when it is not remembered."""
        packed: bytes | None
        if _COMPILED and isinstance(caller, int):
            packed = self._fewest.get(caller)
            if packed is not None:
                return packed
        packed = self._few.get(caller)
        if packed is not None:
            return packed
        many: Many | None = self._busy.get(caller)
        return many

    def activity(self, caller: int | str) -> Activity | None:
        """What the caller did lately; None when it is not remembered."""
        return activity_of(self.found(caller))

    def note(self, caller: int | str, kind: int, at: int, callee: int) -> None:
        """Count an event; ``kind`` is a :class:`Kind`."""
        self.note_of(caller, self.found(caller), kind, at, callee)

    def note_of(self, caller: int | str, found: bytes | Many | None, kind: int, at: int, callee: int) -> None:
        """Count an event of a caller, of whom :meth:`found` just found that."""
        if _COMPILED and found is None and isinstance(caller, int):
            moment = at
            self._fewest.begin(caller, moment << _KIND_BITS | kind, callee)
            return
        if found is None or isinstance(found, bytes):
            packed = found or b""
            if is_full(packed):
                packed = forgotten(packed, at - DAY)
                self._few.pop(caller)
            if not is_full(packed):
                self._keep(caller, noted(packed, kind, at, callee))
                return
            many = Many.after(packed)
        else:
            many = found
        many.note(kind, at, callee)
        self._busy.put(caller, many)

    def _keep(self, caller: int | str, packed: bytes) -> None:
        if _COMPILED and isinstance(caller, int):
            events = kept(packed)
            if events <= MOST_EVENTS:
                self._fewest.put(caller, packed)
                return
            if events == MOST_EVENTS + 1:
                self._fewest.put(caller, b"")
        self._few.put(caller, packed)


def activity_of(found: bytes | Many | None) -> Activity | None:
    """What :meth:`Callers.found` found, as something to ask."""
    return Few(found) if isinstance(found, bytes) else found


class Traffic:
    """Counters of all callers, and of who knows whom."""

    def __init__(
        self,
        pack: Pack,
        *,
        max_callers: int = 5_400_000,
        max_busy: int = 200_000,
        max_contacts: int = 1_000_000,
        max_callees: int = 200_000,
        max_pairs: int = 1_000_000,
    ) -> None:
        """``max_callers``: so that the two million numbers that called last are remembered, and no more than so many.

        ``max_busy``: of callers, and of holders, that do more than a handful of things a day.
        """
        self._short = _span(pack, "short_seconds", SECOND)
        self._one_ring = _span(pack, "one_ring_seconds", SECOND)
        self._known = _span(pack, "known_contact_seconds", SECOND)
        self._numbers = Callers(max_callers, max_busy)
        self._holders = Callers(max_callers, max_busy)
        # Holder and callee to the times of the latest attempts.
        self._pairs = Recent(max_pairs)
        self._rung = RecentNumbers(max_callees)  # callee to its tally
        # Caller and callee to when the one last rang the other, and two numbers, the lesser first, to when they last
        # ended a talk long enough to make them known to each other, µs UTC.
        self._calls = RecentNumbers(max_contacts)
        self._talks = RecentNumbers(max_contacts)
        self._emergency = RecentNumbers(max_callees)  # number to when, µs UTC

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
        times: tuple[int, ...] = self._pairs.get((holder, callee)) or ()
        return within(times, at, width)

    def found(self, caller: int) -> bytes | Many | None:
        """What is remembered of a number, as it is kept; :func:`activity_of` makes something to ask of it."""
        return self._numbers.found(caller)

    def tally(self, callee: int) -> int:
        """Attempts that a callee got of late, to be counted by :func:`tally_count`; 0: none."""
        return self._rung.get(callee, 0)

    def attempt(
        self,
        call: Call,
        holder: str,
        emergency: bool,
        stranger: bool,
        found: bytes | Many | None,
        last: int,
        tally: int,
    ) -> None:
        """Count an attempt of a number and its holder (empty: none).

        ``emergency``: the callee is an emergency number. ``stranger``: the callee does not know the caller, so the
        attempt counts towards a bombing. What was found of the two just before saves looking again: ``found`` by
        :meth:`found`, ``last`` by :meth:`called`, ``tally`` by :meth:`tally`.
        """
        at, caller, callee = call.at, call.caller, call.callee
        if caller:
            self._numbers.note_of(caller, found, _ATTEMPT, at, callee)
            if callee:
                self._calls.put(caller, callee, max(at, last))
        if holder:
            self._holders.note(holder, _ATTEMPT, at, callee)
            times: tuple[int, ...] = self._pairs.get((holder, callee)) or ()
            self._pairs.put((holder, callee), joined(times, at))
        if emergency and caller:
            self._emergency.put(caller, 0, at)
        if stranger and callee:
            self._rung.put(callee, 0, tallied(tally, at))

    def ended(self, end: CallEnd, holder: str) -> None:
        """Learn how a call ended."""
        kind = Kind.ENDED
        if end.answered:
            kind = Kind.SHORT if end.duration < self._short else Kind.ANSWERED
        elif end.hangup is HangUp.CALLER and 0 < end.ring < self._one_ring:
            kind = Kind.ONE_RING
        # Of whom no attempt is remembered, no end is either: shares of ends need their attempts.
        if self._numbers.found(end.caller) is not None:
            self._numbers.note(end.caller, kind, end.at, end.callee)
        if holder and self._holders.found(holder) is not None:
            self._holders.note(holder, kind, end.at, end.callee)
        if end.answered and end.duration >= self._known and end.caller and end.callee:
            one, other = min(end.caller, end.callee), max(end.caller, end.callee)
            self._talks.put(one, other, max(end.at, self._talks.get(one, other)))

    def talked(self, one: int, other: int) -> int:
        """When the two last talked at length, whoever rang, µs UTC; 0 when not known."""
        return self._talks.get(min(one, other), max(one, other))

    def called(self, caller: int, callee: int) -> int:
        """When the caller last rang the callee, µs UTC; 0 when not known."""
        return self._calls.get(caller, callee)

    def dialled_emergency(self, number: int) -> int:
        """When the number last dialled an emergency number, µs UTC; 0 when not known."""
        return self._emergency.get(number, 0)


def _span(pack: Pack, name: str, unit: int) -> int:
    value = pack.limit(name)
    return 0 if value is None else int(value * unit)
