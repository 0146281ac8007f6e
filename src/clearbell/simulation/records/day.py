"""All calls of one day."""

from __future__ import annotations

import dataclasses

import numpy as np

from clearbell.simulation.records.calls import (
    ANSWERED,
    BUSY,
    CALLEE,
    DAY_SECONDS,
    FAILED,
    UNANSWERED,
    Outcome,
    Placed,
    in_turn,
    joined,
    outcome,
)
from clearbell.simulation.records.cast import STRANGERS, Cast, Group
from clearbell.simulation.records.chance import Floats, Ints, between, scattered_below
from clearbell.simulation.records.dialling import dial, human_times
from clearbell.simulation.records.model import Kind, Trunk, Use
from clearbell.simulation.records.numbers import mobiles

_TRIES = 4
_UNWANTED = 607


@dataclasses.dataclass
class Rows:
    """Finished calls as columns; ``holder`` is the place of a holder among the registered ones, -1 for none."""

    at: Floats
    caller: Ints
    callee: Ints
    holder: Ints
    trunk: Ints
    went: Outcome

    def __len__(self) -> int:
        return len(self.at)


@dataclasses.dataclass
class Refusals:
    """Who asked whom not to call again: grows day by day."""

    group: list[Kind] = dataclasses.field(default_factory=list)
    who: list[Ints] = dataclasses.field(default_factory=list)
    callee: list[Ints] = dataclasses.field(default_factory=list)
    day: list[int] = dataclasses.field(default_factory=list)

    def of(self, kind: Kind) -> tuple[Ints, Ints]:
        """Callers (places in their group) and callees of a kind's refusals so far."""
        chosen = [n for n, one in enumerate(self.group) if one is kind]
        empty = np.zeros(0, np.int64)
        return (
            np.concatenate([empty, *(self.who[n] for n in chosen)]),
            np.concatenate([empty, *(self.callee[n] for n in chosen)]),
        )

    def add(self, kind: Kind, day: int, placed: Placed) -> None:
        """File the refusals of a day; they count from its end on."""
        if len(placed):
            self.group.append(kind)
            self.who.append(placed.who)
            self.callee.append(placed.callee)
            self.day.append(day)


def calls_of_day(cast: Cast, day: int, holders: dict[Kind, int], refusals: Refusals, *, weekend: bool) -> list[Rows]:
    """Everything that was dialled on a day. ``holders``: place of each kind's first registered holder."""
    parts = []
    for place, (kind, group) in enumerate(cast.groups.items()):
        rng = np.random.default_rng([cast.seed, 1, day, place])
        placed, went = _went(rng, cast, group, day, refusals, weekend=weekend)
        rows = _shown(rng, group, day, placed, went, holders.get(kind, -1))
        parts.append(rows)
        parts.append(_returned(rng, cast, group, rows, placed.who))
        parts.append(_inbound(rng, cast, group, day))
    return parts


def _went(
    rng: np.random.Generator, cast: Cast, group: Group, day: int, refusals: Refusals, *, weekend: bool
) -> tuple[Placed, Outcome]:
    placed = dial(rng, cast, group, day, weekend=weekend)
    habits = group.habits
    insisted = np.zeros(len(placed), np.bool_)
    if habits["refused"].any():
        placed, insisted = _regarding(rng, group, placed, refusals)
    went = outcome(rng, group, placed)
    # Who is called again after a refusal tells the network that the call is not wanted, half of the time.
    unwanted = insisted & (went.disposition == UNANSWERED) & (rng.random(len(placed)) < 0.5)
    asked = placed.exists & ~insisted & (rng.random(len(placed)) < habits["refused"][placed.who])
    unwanted |= asked & (went.disposition == UNANSWERED)
    went.cause = np.where(unwanted, _UNWANTED, went.cause)
    went.hangup = np.where(unwanted, CALLEE, went.hangup)
    refusals.add(group.kind, day, placed.take(asked))
    parts = [(placed, went)]
    for _ in range(_TRIES):
        last, ended = parts[-1]
        again = np.isin(ended.disposition, (UNANSWERED, BUSY)) & (ended.cause != _UNWANTED)
        again &= rng.random(len(last)) < habits["redials"][last.who]
        if not again.any():
            break
        retry = last.take(again)
        retry.at = retry.at + ended.ring[again] + 20.0 + rng.exponential(240.0, len(retry))
        parts.append((retry, outcome(rng, group, retry)))
    placed, went = joined(parts)
    kept = placed.at < DAY_SECONDS
    return placed.take(kept), went.take(kept)


def _regarding(
    rng: np.random.Generator, group: Group, placed: Placed, refusals: Refusals
) -> tuple[Placed, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Honest firms leave out who refused; others call them all the more."""
    who, callee = refusals.of(group.kind)
    insists = group.habits["insists"][placed.who]
    insisted = np.zeros(len(placed), np.bool_)
    if not len(who):
        return placed, insisted
    order = np.argsort(who, kind="stable")
    who, callee = who[order], callee[order]
    begin = np.searchsorted(who, placed.who)
    known = np.searchsorted(who, placed.who, side="right") - begin
    insisted = (known > 0) & (rng.random(len(placed)) < insists)
    chosen = begin + (rng.random(len(placed)) * known).astype(np.int64)
    placed.callee = np.where(insisted, callee[np.minimum(chosen, len(callee) - 1)], placed.callee)
    placed.exists = placed.exists | insisted
    # A refused pair as one word: no caller's place reaches 2^20, no callee 2^43.
    refused = np.isin((placed.who << 43) + placed.callee, (who << 43) + callee)
    kept = insisted | ~refused | (insists > 0)
    return placed.take(kept), insisted[kept]


def _shown(rng: np.random.Generator, group: Group, day: int, placed: Placed, went: Outcome, holder: int) -> Rows:
    """Give every call its line, its moment and the number it shows."""
    habits = group.habits
    size = len(placed)
    order = np.lexsort((placed.at, placed.who))
    placed.who[:], placed.at[:], placed.callee[:] = placed.who[order], placed.at[order], placed.callee[order]
    went.__dict__.update(went.take(order).__dict__)
    counts = np.bincount(placed.who, minlength=len(group))
    turn = np.arange(size) - np.repeat(np.cumsum(counts) - counts, counts)
    lines = np.maximum(1, habits["lines"].astype(np.int64))[placed.who]
    line = turn % lines
    by_line = np.lexsort((turn, line, placed.who))
    key = placed.who[by_line] * 1_000 + line[by_line]
    busy_for = (went.ring + went.talk)[by_line] + rng.uniform(1.0, 8.0, size)
    at = np.empty(size)
    at[by_line] = in_turn(key, placed.at[by_line], busy_for)
    placed.at[:] = at
    of = group.sizes[placed.who]
    match group.profile.use:
        case Use.LINE:
            used = line % of
        case Use.TURNS:
            quota = habits["quota"][placed.who]
            used = ((day * habits["rate"][placed.who] + turn) / quota).astype(np.int64) % of
        case Use.ALTERNATE:
            used = turn % of
        case Use.RANDOM | Use.NEIGHBOUR:
            used = (rng.random(size) * of).astype(np.int64)
    caller = group.numbers[group.offsets[placed.who] + used]
    if group.profile.use is Use.NEIGHBOUR:
        caller = placed.callee // 10_000 * 10_000 + rng.integers(0, 10_000, size)
    held = np.full(size, -1) if holder < 0 else holder + placed.who
    return Rows(at, caller, placed.callee, held, group.trunks[placed.who], went)


def _returned(rng: np.random.Generator, cast: Cast, group: Group, rows: Rows, who: Ints) -> Rows:
    """Callees who ring back: those who missed the call more than those who answered it."""
    talked = rows.went.disposition == ANSWERED
    wish = group.habits["called_back"][who] * np.where(talked, 0.4, 1.0)
    chosen = (rng.random(len(rows)) < wish) & (rows.went.disposition != FAILED)
    ended = (rows.at + rows.went.ring + rows.went.talk)[chosen]
    at = ended + 30.0 + rng.exponential(1_800.0, len(ended))
    answer = 0.25 if group.profile.nuisance else 0.65
    return _simple(rng, cast, at, rows.callee[chosen], rows.caller[chosen], answer)


def _inbound(rng: np.random.Generator, cast: Cast, group: Group, day: int) -> Rows:
    """Calls that others make to the group's numbers without having been called."""
    live = (group.begins <= day) & (day < group.until)
    counts = np.where(live, rng.poisson(group.habits["inbound"]), 0)
    size = int(counts.sum())
    who = np.repeat(np.arange(len(group)), counts)
    callee = group.numbers[group.offsets[who]]
    near = rng.random(size) < 0.5
    place = np.where(near, rng.integers(0, cast.subscribers, size), rng.integers(0, STRANGERS, size))
    return _simple(rng, cast, human_times(rng, size), mobiles(place), callee, 0.75)


def _simple(rng: np.random.Generator, cast: Cast, at: Floats, caller: Ints, callee: Ints, answer: float) -> Rows:
    """Calls of people who call once."""
    kept = (at < DAY_SECONDS) & (caller != callee)
    at, caller, callee = at[kept], caller[kept], callee[kept]
    size = len(at)
    answered = rng.random(size) < answer
    talk = np.where(answered, between(rng, (10, 240), size), 0.0)
    ring = np.where(answered, rng.uniform(3, 20, size), rng.uniform(10, 58, size))
    local = sum(name.startswith(Trunk.LOCAL.value) for name in cast.trunks)
    hangup = np.where(answered & (rng.random(size) < 0.5), CALLEE, 0)
    went = Outcome(
        np.where(answered, ANSWERED, UNANSWERED), hangup, np.full(size, 16), ring, talk
    )  # fmt: skip
    return Rows(at, caller, callee, np.full(size, -1), scattered_below(local, cast.seed, caller), went)
