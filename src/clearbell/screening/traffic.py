"""Live counters: who calls how often, how many different numbers, and how those calls end.

Bounded: the idlest caller makes room for a new one, the callee called longest ago makes room for a new one.
Distinct callees are exact while a caller has no more than ``MAX_CALLEES`` different ones in 24 hours; beyond
that a callee who was forgotten and is called again counts again.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from clearbell.calls import DAY, SECOND, Call, CallEnd, HangUp
from clearbell.policy.model import Pack
from clearbell.screening.windows import H1, H24, M1, M5, Window

MAX_CALLEES = 512
MAX_REPEATS = 8
"""Attempts to one callee that are remembered one by one; limits on repeats must stay below."""


class Activity:
    """What one number, or one holder across its numbers, did lately."""

    __slots__ = ("answered", "attempts", "callees", "distinct", "ended", "one_ring", "short")

    def __init__(self) -> None:
        self.attempts = (Window(M1), Window(M5), Window(H1), Window(H24))
        self.distinct = (Window(H1), Window(H24))
        self.answered = Window(H24)
        self.short = Window(H24)
        self.ended = (Window(H1), Window(H24))
        self.one_ring = Window(H1)
        # Callee to the times of the latest attempts, oldest first; ordered by the latest attempt.
        self.callees: dict[int, tuple[int, ...]] = {}

    def attempt(self, callee: int, at: int) -> None:
        """Count an attempt."""
        for window in self.attempts:
            window.add(at)
        before = self.callees.pop(callee, ())
        last = before[-1] if before else 0
        for window in self.distinct:
            # A callee counts once, in the sub-bucket of the latest attempt.
            if last and window.holds(last):
                window.take(last)
            window.add(max(at, last))
        self.callees[callee] = _with(before, at)
        if len(self.callees) > MAX_CALLEES:
            del self.callees[next(iter(self.callees))]

    def repeats(self, callee: int, at: int, width: int) -> int:
        """Attempts to the callee within ``width`` before ``at``; exact up to ``MAX_REPEATS``."""
        return _within(self.callees.get(callee, ()), at, width)


def _with(times: tuple[int, ...], at: int) -> tuple[int, ...]:
    if times and times[-1] > at:
        # It arrived late: the latest attempt stays the latest.
        return tuple(sorted((*times, at)))[-MAX_REPEATS:]
    return (*times, at)[-MAX_REPEATS:]


def _within(times: tuple[int, ...], at: int, width: int) -> int:
    return sum(1 for time in times if at - width < time <= at)


class Contact:
    """What two numbers had to do with each other lately."""

    __slots__ = ("called", "talked")

    def __init__(self) -> None:
        self.called = 0
        """When the first rang the second, µs UTC."""
        self.talked = 0
        """When they last ended a talk long enough to make them known to each other, µs UTC."""


class Traffic:
    """Counters of all callers, and of who knows whom."""

    def __init__(
        self,
        pack: Pack,
        *,
        max_callers: int = 200_000,
        max_contacts: int = 1_000_000,
        max_callees: int = 200_000,
        max_pairs: int = 1_000_000,
    ) -> None:
        self._max_callers = max_callers
        self._max_contacts = max_contacts
        self._max_callees = max_callees
        self._max_pairs = max_pairs
        self._short = _span(pack, "short_seconds", SECOND)
        self._one_ring = _span(pack, "one_ring_seconds", SECOND)
        self._known = _span(pack, "known_contact_seconds", SECOND)
        self._keep = max(_span(pack, "known_contact_days", DAY), DAY)
        # Ordered by use, latest last. A plain dict would pass over every hole before its first key at each
        # eviction, and a full table would cost the more the larger it is.
        self._numbers: OrderedDict[int, Activity] = OrderedDict()
        self._holders: OrderedDict[str, Activity] = OrderedDict()
        self._pairs: OrderedDict[tuple[str, int], tuple[int, ...]] = OrderedDict()
        self._rung: OrderedDict[int, Window] = OrderedDict()
        self._contacts: OrderedDict[tuple[int, int], Contact] = OrderedDict()
        self._emergency: OrderedDict[int, int] = OrderedDict()
        self._now = 0

    @property
    def active(self) -> int:
        """Callers that are remembered."""
        return len(self._numbers)

    def number(self, caller: int) -> Activity | None:
        """What a number did lately; None when it is not remembered."""
        return self._numbers.get(caller)

    def holder(self, holder: str) -> Activity | None:
        """What a holder did lately across its numbers."""
        return self._holders.get(holder)

    def repeats(self, holder: str, callee: int, at: int, width: int) -> int:
        """Attempts of a holder, from whichever number, to the callee within ``width`` before ``at`` (µs).

        Exact up to ``MAX_REPEATS``, however many callees the holder has.
        """
        return _within(self._pairs.get((holder, callee), ()), at, width)

    def rung(self, callee: int, now: int) -> int:
        """Attempts that a callee got within 5 minutes."""
        window = self._rung.get(callee)
        return window.count(now) if window is not None else 0

    def attempt(self, call: Call, holder: str, *, emergency: bool, stranger: bool) -> None:
        """Count an attempt of a number and its holder (empty: none).

        ``emergency``: the callee is an emergency number. ``stranger``: the callee does not know the caller, so the
        attempt counts towards a bombing.
        """
        at = call.at
        self._now = max(self._now, at)
        if call.caller:
            self._activity(self._numbers, call.caller, self._max_callers).attempt(call.callee, at)
            if call.callee:
                contact = self._contact(call.caller, call.callee)
                contact.called = max(contact.called, at)
        if holder:
            self._activity(self._holders, holder, self._max_callers).attempt(call.callee, at)
            pair = (holder, call.callee)
            self._pairs[pair] = _with(self._pairs.get(pair, ()), at)
            self._pairs.move_to_end(pair)
            if len(self._pairs) > self._max_pairs:
                self._pairs.popitem(last=False)
        if emergency and call.caller:
            self._emergency[call.caller] = at
            self._emergency.move_to_end(call.caller)
            if len(self._emergency) > self._max_callees:
                self._emergency.popitem(last=False)
        if stranger and call.callee:
            window = self._rung.get(call.callee)
            if window is None:
                window = self._rung[call.callee] = Window(M5)
                if len(self._rung) > self._max_callees:
                    self._rung.popitem(last=False)
            else:
                self._rung.move_to_end(call.callee)
            window.add(at)

    def ended(self, end: CallEnd, holder: str) -> None:
        """Learn how a call ended."""
        at = end.at
        for activity in (self._numbers.get(end.caller), self._holders.get(holder) if holder else None):
            if activity is None:
                continue
            for window in activity.ended:
                window.add(at)
            if end.answered:
                activity.answered.add(at)
                if end.duration < self._short:
                    activity.short.add(at)
            elif end.hangup is HangUp.CALLER and 0 < end.ring < self._one_ring:
                activity.one_ring.add(at)
        if end.answered and end.duration >= self._known and end.caller and end.callee:
            contact = self._contact(end.caller, end.callee)
            contact.talked = max(contact.talked, at)

    def talked(self, one: int, other: int) -> int:
        """When the two last talked at length, whoever rang, µs UTC; 0 when not known."""
        there = self._contacts.get((one, other))
        back = self._contacts.get((other, one))
        return max(there.talked if there else 0, back.talked if back else 0)

    def called(self, caller: int, callee: int) -> int:
        """When the caller last rang the callee, µs UTC; 0 when not known."""
        contact = self._contacts.get((caller, callee))
        return contact.called if contact else 0

    def dialled_emergency(self, number: int) -> int:
        """When the number last dialled an emergency number, µs UTC; 0 when not known."""
        return self._emergency.get(number, 0)

    @staticmethod
    def _activity(table: OrderedDict[Any, Activity], key: int | str, most: int) -> Activity:
        activity = table.get(key)
        if activity is None:
            activity = table[key] = Activity()
            if len(table) > most:
                table.popitem(last=False)
        else:
            table.move_to_end(key)
        return activity

    def _contact(self, one: int, other: int) -> Contact:
        pair = (one, other)
        contact = self._contacts.get(pair)
        if contact is None:
            contact = self._contacts[pair] = Contact()
            if len(self._contacts) > self._max_contacts:
                self._contacts.popitem(last=False)
        else:
            self._contacts.move_to_end(pair)
        return contact


def _span(pack: Pack, name: str, unit: int) -> int:
    value = pack.limit(name)
    return 0 if value is None else int(value * unit)
