"""Columns of calls, and how a call that was placed went: lines are busy, callees answer, decline or let it ring."""

from __future__ import annotations

import dataclasses
from typing import Self

import numpy as np

from clearbell.simulation.records.cast import Group
from clearbell.simulation.records.chance import Flags, Floats, Ints

DISPOSITIONS = ("answered", "unanswered", "busy", "failed")
ANSWERED, UNANSWERED, BUSY, FAILED = range(4)
HANGUPS = ("caller", "callee", "network")
CALLER, CALLEE, NETWORK = range(3)
DAY_SECONDS = 86_400.0


@dataclasses.dataclass
class Placed:
    """Calls of one group on one day, before it is known how they went."""

    who: Ints
    """Place of the caller in its group."""
    at: Floats
    """Seconds since local midnight."""
    callee: Ints
    exists: Flags

    def __len__(self) -> int:
        return len(self.who)

    def take(self, chosen: Ints | Flags) -> Self:
        """Only the chosen ones, or in another order."""
        return type(self)(self.who[chosen], self.at[chosen], self.callee[chosen], self.exists[chosen])


@dataclasses.dataclass
class Outcome:
    """How calls went, in the same order."""

    disposition: Ints
    hangup: Ints
    cause: Ints
    ring: Floats
    """Seconds."""
    talk: Floats
    """Seconds."""

    def take(self, chosen: Ints | Flags) -> Self:
        """Only the chosen ones, or in another order."""
        return type(self)(*(getattr(self, field.name)[chosen] for field in dataclasses.fields(self)))


def joined(parts: list[tuple[Placed, Outcome]]) -> tuple[Placed, Outcome]:
    """All parts as one."""
    placed = [one for one, _ in parts]
    went = [one for _, one in parts]
    return (
        Placed(*(np.concatenate([getattr(p, f.name) for p in placed]) for f in dataclasses.fields(Placed))),
        Outcome(*(np.concatenate([getattr(o, f.name) for o in went]) for f in dataclasses.fields(Outcome))),
    )


def outcome(rng: np.random.Generator, group: Group, placed: Placed) -> Outcome:
    """Draw how the calls go, by the habits of each caller."""
    size = len(placed)

    def chance(name: str) -> Flags:
        return np.asarray(rng.random(size) < group.habits[name][placed.who])

    failed = ~placed.exists
    busy = ~failed & (rng.random(size) < 0.04)
    answered = ~failed & ~busy & chance("answer")
    silent = answered & chance("silent")
    cut = answered & ~silent & chance("cut_short")
    played = answered & ~silent & ~cut & chance("script")
    median = group.habits["talk"][placed.who]
    talk = median * np.exp(rng.standard_normal(size) * group.habits["talk_spread"][placed.who])
    talk = np.where(played, median * 1.3 + rng.random(size), talk)
    talk = np.where(cut, 1.0 + np.minimum(talk, 60.0) * rng.beta(1.2, 5.0, size), talk)
    talk = np.where(silent, rng.uniform(0.3, 2.5, size), talk)
    talk = np.where(answered, np.clip(talk, 0.3, 3 * 3600.0), 0.0)
    rejected = ~answered & ~failed & ~busy & chance("rejects")
    one_ring = ~answered & ~failed & ~busy & ~rejected & chance("one_ring")
    ring = np.where(answered, 2.0 + np.minimum(rng.exponential(7.0, size), 50.0), rng.uniform(12.0, 58.0, size))
    ring = np.where(rejected, rng.uniform(3.0, 18.0, size), ring)
    ring = np.where(one_ring, rng.uniform(0.8, 3.8, size), ring)
    ring = np.where(failed | busy, rng.uniform(0.1, 1.5, size), ring)
    rang_out = ~answered & ~failed & ~busy & ~rejected & (ring > 50.0)
    by_callee = cut | (answered & ~silent & ~played & chance("callee_ends")) | rejected
    return Outcome(
        disposition=np.select([answered, busy, failed], [ANSWERED, BUSY, FAILED], UNANSWERED),
        hangup=np.select([by_callee, failed | busy | rang_out], [CALLEE, NETWORK], CALLER),
        cause=np.select([busy, failed, rejected, rang_out], [17, 1, 21, 19], 16),
        ring=ring,
        talk=talk,
    )


def in_turn(key: Ints, at: Floats, busy_for: Floats) -> Floats:
    """Put off calls until the line ``key`` they go out on is free; rows must be in order of key and time."""
    if not len(key):
        return at
    spent = np.cumsum(busy_for) - busy_for
    opening = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    base = np.repeat(spent[opening], np.diff(np.r_[opening, len(key)]))
    slack = at - (spent - base)
    # One running maximum serves all lines when each begins above whatever the one before could reach.
    lift = np.repeat(np.arange(len(opening)), np.diff(np.r_[opening, len(key)])) * 1e7
    return np.asarray(np.maximum.accumulate(slack + lift) - lift + (spent - base))
