"""Numbers that nobody ties together but their behaviour: those that ring one victim, those that share a trunk and habits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from clearbell.records.lake import Lake

_ODD = 3.5
"""Standard deviations from the group's share at which a number does not belong to it. Statistics, not policy."""
_STEPS = 4
_MEMBER_COLUMNS = (
    "unit", "attempts", "answered", "callees", "talk_mean_s", "short_share", "callee_hangup_share", "refused_share", "in_attempts",
)  # fmt: skip
GROUP_SCHEMA = pa.schema(
    [
        ("unit", pa.string()),
        ("members", pa.list_(pa.int64())),
        ("callers", pa.int64()),
        ("attempts", pa.int64()),
        ("attempts_per_number", pa.float64()),
        ("answer_share", pa.float64()),
        ("talk_mean_s", pa.float64()),
        ("short_share", pa.float64()),
        ("callee_hangup_share", pa.float64()),
        ("refused_share", pa.float64()),
        ("disjoint_share", pa.float64()),
        ("alternation", pa.float64()),
    ]
)


class Habits(msgspec.Struct, frozen=True):
    """Shares that tell whose calls they are."""

    answered: float
    hung_up: float
    short: float
    rung: float
    """Calls that come in for each made."""


class Member(msgspec.Struct, frozen=True):
    """A number, and its sums within the window."""

    number: int
    attempts: int
    answered: int
    callees: int
    talk: float
    short: float
    hung_up: float
    refused: float
    rung: int
    """Calls that came in."""


def trunk_groups(callers: pa.Table, lake: Lake, day: int, window: int, limits: Mapping[str, float]) -> pa.Table:
    """Numbers of one trunk that are strangers to whom they call, as rows of :data:`GROUP_SCHEMA`.

    ``callers``: rows of unregistered numbers; ``limits``: those that a member keeps.
    """
    chosen = callers.filter(
        pc.and_kleene(
            pc.and_kleene(
                pc.and_kleene(
                    pc.greater_equal(callers.column("attempts"), limits["member_attempts"]),
                    pc.less_equal(callers.column("attempts"), limits["member_attempts_most"]),
                ),
                pc.less_equal(callers.column("in_share"), limits["member_in_share"]),
            ),
            pc.and_kleene(
                pc.greater_equal(callers.column("callee_share"), limits["member_callee_share"]),
                pc.greater_equal(callers.column("first_callee_share"), limits["member_first_callee_share"]),
            ),
        )
    )
    members = {member.number: member for member in _members(chosen)}
    calls = lake.read(
        day - window + 1, day, ["caller", "callee", "trunk", "start"],
        pc.field("caller").isin(pa.array(sorted(members), pa.int64())),
    ).sort_by([("start", "ascending"), ("caller", "ascending"), ("callee", "ascending")])  # fmt: skip
    rows = zip(*(calls.column(name).to_pylist() for name in ("caller", "callee", "trunk")), strict=True)
    by_trunk: dict[str, list[tuple[int, int]]] = {}
    for caller, callee, trunk in rows:
        by_trunk.setdefault(trunk, []).append((caller, callee))
    others = _usual(callers.filter(pc.greater_equal(callers.column("attempts"), limits["member_attempts"])))
    found = []
    for trunk, made in sorted(by_trunk.items()):
        if trunk:
            mine = [members[number] for number in sorted({caller for caller, _ in made})]
            alike = _belonging(mine, others, math.log(limits["member_odds"]))
            kept = {member.number for member in alike}
            found.append(_row(trunk, alike, [pair for pair in made if pair[0] in kept]))
    return pa.Table.from_pylist([row for row in found if row], GROUP_SCHEMA)


def victim_groups(
    callers: pa.Table, victims: Sequence[int], lake: Lake, day: int, limits: Mapping[str, float]
) -> pa.Table:
    """Numbers that on a day called one of the victims and hardly anyone else, a row a victim."""
    calls = lake.read(day, day, ["caller", "callee"], pc.field("callee").isin(pa.array(sorted(victims), pa.int64())))
    counted = calls.group_by(["callee", "caller"]).aggregate([("caller", "count")])
    to_victim: dict[int, dict[int, int]] = {}
    for victim, caller, count in zip(
        *(counted.column(n).to_pylist() for n in ("callee", "caller", "caller_count")), strict=True
    ):
        to_victim.setdefault(victim, {})[caller] = count
    asked = pa.array(sorted({str(caller) for ours in to_victim.values() for caller in ours}), pa.string())
    members = {one.number: one for one in _members(callers.filter(pc.is_in(callers.column("unit"), asked)))}
    found = []
    for victim, ours in sorted(to_victim.items()):
        chosen = [
            members[caller]
            for caller, count in sorted(ours.items())
            if caller in members
            and count >= limits["member_attempts"]
            and count >= limits["member_victim_share"] * members[caller].attempts
        ]
        found.append(_row(str(victim), _alike(chosen), []))
    return pa.Table.from_pylist([row for row in found if row], GROUP_SCHEMA)


def _members(rows: pa.Table) -> Iterable[Member]:
    for unit, attempts, answered, callees, talk, short, hung_up, refused, rung in zip(
        *(rows.column(name).to_pylist() for name in _MEMBER_COLUMNS), strict=True
    ):
        yield Member(
            int(unit), attempts, answered, callees, (talk or 0.0) * answered, (short or 0.0) * answered,
            (hung_up or 0.0) * answered, (refused or 0.0) * attempts, rung or 0,
        )  # fmt: skip


def _usual(callers: pa.Table) -> Habits:
    """Habits of the ordinary caller: every number counts the same, however much it calls."""

    def mean(name: str) -> float:
        return float(pc.mean(callers.column(name)).as_py() or 0.0)

    return Habits(mean("answer_share"), mean("callee_hangup_share"), mean("short_share"), mean("in_share"))


def _belonging(members: Sequence[Member], others: Habits, least: float) -> list[Member]:
    """Those whose calls are more likely the group's than an ordinary caller's, by odds of which ``least`` is the log.

    The group's habits are those of its members, so it is found step by step, from those that are answered less and hung
    up on more than others; a trunk of ordinary callers leaves nobody.
    """
    rude = others.hung_up + others.short
    kept = [
        one
        for one in members
        if one.answered < others.answered * one.attempts and one.hung_up + one.short > rude * one.answered
    ]
    for _ in range(_STEPS):
        if not kept:
            break
        habits = _habits(kept)
        kept = [one for one in members if _log_odds(one, habits, others) >= least]
    return kept


def _habits(members: Sequence[Member]) -> Habits:
    attempts = sum(one.attempts for one in members)
    answered = sum(one.answered for one in members)
    return Habits(
        answered / attempts,
        sum(one.hung_up for one in members) / max(1, answered),
        sum(one.short for one in members) / max(1, answered),
        sum(one.rung for one in members) / attempts,
    )


def _log_odds(one: Member, group: Habits, others: Habits) -> float:
    def binomial(count: float, of: int, ours: float, theirs: float) -> float:
        # Off the ends, so that a single call cannot settle it.
        ours, theirs = (min(max(share, 0.02), 0.98) for share in (ours, theirs))
        return count * math.log(ours / theirs) + (of - count) * math.log((1 - ours) / (1 - theirs))

    def rung(rate: float) -> float:
        # How often one is called differs so much between people that the count is geometric, not Poisson.
        expected = max(rate, 0.001) * one.attempts
        return one.rung * math.log(expected / (1 + expected)) - math.log(1 + expected)

    answers = binomial(one.answered, one.attempts, group.answered, others.answered)
    if answers < 0:
        # Couriers hang up as soon as a pest's callee does; but theirs are calls that people take.
        return answers
    return (
        answers
        + binomial(one.hung_up, one.answered, group.hung_up, others.hung_up)
        + binomial(one.short, one.answered, group.short, others.short)
        + rung(group.rung)
        - rung(others.rung)
    )


def _alike(members: Sequence[Member]) -> list[Member]:
    """Without those whose calls end otherwise than the group's."""
    kept = list(members)
    for _ in range(2):
        attempts = sum(one.attempts for one in kept)
        answered = sum(one.answered for one in kept)
        answers = answered / attempts if attempts else 0.0
        hang_ups = sum(one.hung_up for one in kept) / answered if answered else 0.0
        kept = [
            one
            for one in kept
            if not _odd(one.answered, one.attempts, answers) and not _odd(one.hung_up, one.answered, hang_ups)
        ]
    return kept


def _odd(count: float, of: int, share: float) -> bool:
    spread = math.sqrt(max(of * share * (1 - share), 0.25))
    return abs(count - of * share) > _ODD * spread


def _row(unit: str, members: Sequence[Member], calls: Sequence[tuple[int, int]]) -> dict[str, object] | None:
    attempts = sum(one.attempts for one in members)
    answered = sum(one.answered for one in members)
    if not attempts:
        return None
    callees = len({callee for _, callee in calls})
    of_answered = {
        "talk_mean_s": sum(one.talk for one in members),
        "short_share": sum(one.short for one in members),
        "callee_hangup_share": sum(one.hung_up for one in members),
    }
    return {
        "unit": unit,
        "members": [one.number for one in members],
        "callers": len(members),
        "attempts": attempts,
        "attempts_per_number": attempts / len(members),
        "answer_share": answered / attempts,
        **{name: total / answered if answered else None for name, total in of_answered.items()},
        "refused_share": sum(one.refused for one in members) / attempts,
        "disjoint_share": callees / sum(one.callees for one in members) if calls else None,
        "alternation": _alternation([caller for caller, _ in calls], len(members)),
    }


def _alternation(callers: Sequence[int], members: int) -> float | None:
    """Share of calls whose number was not used in the calls before, as many as half the numbers: 1 for strict turns.

    Numbers used at random reach about 0.6, a number used up before the next hardly anything.
    """
    back = members // 2
    if back < 1 or len(callers) <= back:
        return None
    last: dict[int, int] = {}
    fresh = 0
    for place, caller in enumerate(callers):
        if place >= back:
            fresh += place - last.get(caller, -len(callers)) > back
        last[caller] = place
    return fresh / (len(callers) - back)
