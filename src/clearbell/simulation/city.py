"""The city itself: an endless story in order of time, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

from clearbell.calls import HOUR, MINUTE, SECOND, Attestation, Call, CallEnd, HangUp
from clearbell.simulation.callers import LOCAL, TRAITS, Caller, Cast, Traits
from clearbell.simulation.config import CityConfig
from clearbell.simulation.model import Attempt, CallerKind, Event, Refusal, Report, Withdrawal

LOCAL_OFFSET_HOURS = 8
START = 1_790_524_800_000_000
"""Midnight in the city on 2026-09-28, a Monday, µs UTC, unless another start is given."""
# Share of a person's calls by local hour; they add up to 1.
_DAY = (
    0.004, 0.002, 0.001, 0.001, 0.002, 0.006, 0.016, 0.035, 0.055, 0.066, 0.068, 0.068,
    0.063, 0.056, 0.058, 0.060, 0.062, 0.068, 0.077, 0.077, 0.065, 0.050, 0.028, 0.012,
)  # fmt: skip
_FRIENDS = 8
_MARKETING = frozenset(
    {CallerKind.MARKETER, CallerKind.REGISTERED_MARKETER, CallerKind.ROTATOR, CallerKind.OUTBOUND_400, CallerKind.DEBT}
)
_ROTATES_AFTER = 3
"""Refusals after which a rotator takes its next number."""


class City:
    """A synthetic city. ``founding`` is what an operator's registry holds; ``events`` tells what happens."""

    def __init__(self, config: CityConfig, seed: int, start: int = START) -> None:
        self.config = config
        self.seed = seed
        self.start = start
        cast = Cast(config, random.Random(f"{seed}/cast"), start)
        self.founding = cast.founding
        self.subscribers = cast.subscribers
        self._callers = cast.callers
        self._kinds = {number: c.kind for c in cast.callers for number in c.numbers}
        rng = random.Random(f"{seed}/people")
        self._couples = [tuple(rng.sample(self.subscribers, 2)) for _ in range(config.couples)]
        self._liars = rng.sample(self.subscribers, min(config.liars, len(self.subscribers)))
        self._refused: set[tuple[str, int]] = set()
        self._consented = {(c.holder, c.callee): c.until for c in cast.founding.consents}

    @property
    def end(self) -> int:
        """Where the story ends, µs UTC."""
        return self.start + self.config.days * 24 * HOUR

    def kind_of(self, number: int) -> CallerKind:
        """What a caller really is."""
        return self._kinds.get(number, CallerKind.PERSON)

    def events(self) -> Iterator[Event]:
        """Yield everything that happens, oldest first. To be walked through once for each city made."""
        later: dict[int, list[tuple[int, int, Event]]] = {}
        count = 0
        for hour in range(self.config.days * 24):
            begin = self.start + hour * HOUR
            rng = random.Random(f"{self.seed}/{hour}")
            made = later.pop(hour, [])
            for event in self._hour(rng, begin, hour % 24):
                at = _time(event)
                place = (at - self.start) // HOUR
                count += 1
                entry = (at, count, event)
                if place <= hour:
                    made.append(entry)
                else:
                    later.setdefault(place, []).append(entry)
            made.sort()
            for _, _, event in made:
                yield event

    def _hour(self, rng: random.Random, begin: int, hour: int) -> Iterator[Event]:
        yield from self._people(rng, begin, hour)
        for caller in self._callers:
            traits = TRAITS[caller.kind]
            if not traits.hours[0] <= hour < traits.hours[1]:
                continue
            calls = int(rng.gauss(traits.per_hour, traits.per_hour * 0.2))
            for _ in range(max(0, calls)):
                yield from self._firm_call(rng, caller, traits, begin + int(rng.random() * HOUR))
        yield from self._bad_reports(rng, begin, hour)
        yield from self._withdrawals(rng, begin)

    def _people(self, rng: random.Random, begin: int, hour: int) -> Iterator[Event]:
        subscribers = self.subscribers
        size = len(subscribers)
        expected = size * self.config.calls_per_person_day * _DAY[hour]
        chance = rng.random
        for serial in range(int(expected)):
            place = int(chance() * size)
            # Friends live at fixed distances, and friendship goes both ways.
            step = 1 + int(chance() * _FRIENDS) ** 2
            other = (place + step) % size if chance() < 0.5 else (place - step) % size
            if other == place:
                continue
            at = begin + int(chance() * HOUR)
            yield from _call(
                rng,
                f"p{begin // HOUR:x}-{serial:x}",
                at,
                subscribers[place],
                subscribers[other],
                CallerKind.PERSON,
                LOCAL,
                0.7,
                95,
            )

    def _firm_call(self, rng: random.Random, caller: Caller, traits: Traits, at: int) -> Iterator[Event]:
        callee = rng.choice(caller.targets or self.subscribers)
        kind = caller.kind
        number = caller.number
        if kind is CallerKind.BOMBER or kind in (CallerKind.CALL_CENTRE, CallerKind.REGISTERED_MARKETER):
            number = rng.choice(caller.numbers)
        wanted = not kind.nuisance
        if kind is CallerKind.CALL_CENTRE:
            until = self._consented.get((caller.holder, callee), -1)
            wanted = until == 0 or at < until
        name = f"f{at:x}-{number % 10_000:x}"
        yield from _call(rng, name, at, number, callee, kind, caller.trunk, traits.answer, traits.talk, wanted=wanted)
        if wanted:
            return
        if rng.random() < self.config.report_share:
            yield Report(at + int(rng.expovariate(1 / 40) * MINUTE), callee, number, at, traits.category, honest=True)
        if kind in _MARKETING and rng.random() < self.config.refuse_share * traits.answer:
            self._refused.add((caller.name, callee))
            yield Refusal(at + MINUTE, callee, number, caller.holder)
            if kind is CallerKind.ROTATOR and len(self._refused) % _ROTATES_AFTER == 0:
                caller.used = (caller.used + 1) % len(caller.numbers)

    def _bad_reports(self, rng: random.Random, begin: int, hour: int) -> Iterator[Event]:
        if not 9 <= hour < 22:
            return
        for one, other in self._couples:
            if rng.random() < 0.25:
                at = begin + int(rng.random() * HOUR)
                yield from _call(rng, f"q{at:x}", at, one, other, CallerKind.COUPLE, LOCAL, 0.8, 240)
                yield Report(at + 10 * MINUTE, other, one, at, "nuisance", honest=False)
        clinics = [c.number for c in self._callers if c.kind is CallerKind.CLINIC]
        for liar in self._liars:
            if clinics and rng.random() < 0.05:
                at = begin + int(rng.random() * HOUR)
                yield Report(at, liar, clinics[0], at - HOUR, "fraud", honest=False)
        if rng.random() < 0.3:
            # Someone careless mistypes a digit and reports a neighbour.
            at = begin + int(rng.random() * HOUR)
            yield Report(
                at, rng.choice(self.subscribers), rng.choice(self.subscribers), at - HOUR, "other", honest=False
            )

    def _withdrawals(self, rng: random.Random, begin: int) -> Iterator[Event]:
        consents = self.founding.consents
        for _ in range(len(consents) // 400):
            grant = consents[int(rng.random() * len(consents))]
            pair = (grant.holder, grant.callee)
            at = begin + HOUR - SECOND
            if self._consented.get(pair) == 0:
                self._consented[pair] = at
                yield Withdrawal(at, grant.callee, grant.holder)


def _time(event: Event) -> int:
    return event.call.at if isinstance(event, Attempt) else event.at


def _call(
    rng: random.Random,
    name: str,
    at: int,
    caller: int,
    callee: int,
    kind: CallerKind,
    trunk: str,
    answer: float,
    talk: float,
    *,
    wanted: bool = True,
) -> Iterator[Event]:
    yield Attempt(
        Call(
            id=name,
            at=at,
            caller=caller,
            callee=callee,
            trunk=trunk,
            source="city",
            attestation=Attestation.NONE,
        ),
        kind,
        wanted,
    )
    answered = rng.random() < answer
    shortest, spread = (1, 2) if kind is CallerKind.WANGIRI else (3, 20)
    ring = int((shortest + rng.random() * spread) * SECOND)
    duration = int((1 + rng.expovariate(1 / talk)) * SECOND) if answered else 0
    hangup = HangUp.CALLEE if answered and kind.nuisance else HangUp.CALLER
    yield CallEnd(
        id=name,
        at=at + ring + duration,
        caller=caller,
        callee=callee,
        answered=answered,
        duration=duration,
        ring=ring,
        hangup=hangup,
        trunk=trunk,
    )
