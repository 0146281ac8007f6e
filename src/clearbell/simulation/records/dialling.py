"""Whom a group of callers dials on a day, and when."""

from __future__ import annotations

import numpy as np

from clearbell.simulation.records.calls import DAY_SECONDS, Placed
from clearbell.simulation.records.cast import STRANGERS, Cast, Group
from clearbell.simulation.records.chance import Flags, Floats, Ints, scattered_below
from clearbell.simulation.records.model import Whom
from clearbell.simulation.records.numbers import mobiles

_SHARES = np.array(
    [
        0.004, 0.002, 0.001, 0.001, 0.002, 0.006, 0.016, 0.035, 0.055, 0.066, 0.068, 0.068,
        0.063, 0.056, 0.058, 0.060, 0.062, 0.068, 0.077, 0.077, 0.065, 0.050, 0.028, 0.012,
    ]
)  # fmt: skip
"""Share of people's calls by local hour."""
_BY_HOUR = np.r_[0.0, np.cumsum(_SHARES)] / _SHARES.sum()
_CLOCK = np.arange(25) * 3600.0
_NOWHERE = 86_199_00_000_000
"""Numbers from here on that nobody has."""


def human_times(rng: np.random.Generator, size: int) -> Floats:
    """Times of day at which people call."""
    return np.asarray(np.interp(rng.random(size), _BY_HOUR, _CLOCK))


def dial(rng: np.random.Generator, cast: Cast, group: Group, day: int, *, weekend: bool) -> Placed:
    """The first tries of a day; what is tried again comes after."""
    habits = group.habits
    size = len(group)
    rate = habits["rate"] * np.where(weekend, habits["weekend"], 1.0)
    spread = habits["unsteady"]
    expected = rate * np.exp(rng.standard_normal(size) * spread - spread**2 / 2)
    works = (group.begins <= day) & (day < group.until) & (rng.random(size) < habits["active"])
    counts = np.where(works, rng.poisson(expected), 0)
    who = np.repeat(np.arange(size), counts)
    turn = np.arange(len(who)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = _times(rng, group, counts, who, turn)
    # Whom one calls in turn, one calls in order of time.
    at = at[np.lexsort((at, who))]
    callee, exists = _callees(rng, cast, group, day, who, turn)
    return Placed(who, at, callee, exists)


def _times(rng: np.random.Generator, group: Group, counts: Ints, who: Ints, turn: Ints) -> Floats:
    if group.profile.human_hours:
        return human_times(rng, len(who))
    habits = group.habits
    starts = habits["starts"] * 3600
    room = np.maximum(600.0, habits["ends"] * 3600 - starts)
    span = np.minimum(habits["span"] * 3600, room)
    begin = starts + rng.random(len(group)) * (room - span)
    regular = habits["regular"][who]
    even = (turn + 0.5) / counts[who]
    share = regular * even + (1 - regular) * rng.random(len(who))
    return np.asarray(np.minimum(begin[who] + share * span[who], DAY_SECONDS - 1))


def listed_place(cast: Cast, group: Group, who: Ints, position: Ints) -> Ints:
    """Place, among all mobile numbers, of a position on a caller's list."""
    return scattered_below(STRANGERS, cast.seed, group.first + who, position)


def _callees(rng: np.random.Generator, cast: Cast, group: Group, day: int, who: Ints, turn: Ints) -> tuple[Ints, Flags]:
    habits = group.habits
    size = len(who)
    listed = np.maximum(1, habits["listed"][who].astype(np.int64))
    daily = np.maximum(1, habits["rate"]).astype(np.int64)[who]
    exists = rng.random(size) >= habits["failed"][who]
    match group.profile.whom:
        case Whom.FRIENDS:
            seat = group.seats[who]
            step = 1 + (rng.random(size) ** 2 * listed).astype(np.int64)
            place = (seat + np.where(rng.random(size) < 0.5, step, -step)) % cast.subscribers
            place = np.where(cast.joined[place] > day, (seat + 1) % cast.subscribers, place)
            callee = mobiles(place)
        case Whom.LIST:
            callee = mobiles(listed_place(cast, group, who, (rng.random(size) ** 1.5 * listed).astype(np.int64)))
        case Whom.ROUND:
            callee = mobiles(listed_place(cast, group, who, (day * daily + turn) % listed))
        case Whom.SWEEP:
            range_of = mobiles(scattered_below(STRANGERS, cast.seed, group.first + who, 1))
            callee = range_of // 1_000_000 * 1_000_000 + (day * daily + turn) * 2 % 900_000 + rng.integers(0, 2, size)
        case Whom.VICTIM:
            epoch = day // np.maximum(1, habits["persists"][who]).astype(np.int64)
            callee = mobiles(scattered_below(STRANGERS, cast.seed, group.first + who, epoch))
            exists = np.ones(size, np.bool_)
    fresh = rng.random(size) < habits["fresh"][who]
    callee = np.where(fresh, mobiles(rng.integers(0, STRANGERS, size)), callee)
    if group.profile.whom is not Whom.SWEEP:
        callee = np.where(exists, callee, _NOWHERE + rng.integers(0, 10**8, size))
    return callee, exists
