"""What recorded decisions would have come to with other points or other totals: the sums are all there, nothing is judged anew.

A decision that a symbol made outright stays as it is: what would have been seen after it was never looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

import msgspec

from clearbell.calls import Action, Decision
from clearbell.policy.model import ActionStep, Pack

TOTAL = "total"


class Draft(msgspec.Struct, frozen=True):
    """Points and totals that are tried; what it does not name stays as the pack says."""

    points: Mapping[str, float]
    """By symbol."""
    totals: Mapping[Action, float]
    """From which total on an action is taken."""

    def steps(self, pack: Pack) -> tuple[ActionStep, ...]:
        """The steps of a pack with the draft's totals, ascending."""
        changed = [
            msgspec.structs.replace(step, at_least=self.totals.get(step.action, step.at_least)) for step in pack.actions
        ]
        return tuple(sorted(changed, key=lambda step: step.at_least))


class Shift(msgspec.Struct, frozen=True):
    """A decision that would have been another."""

    decision: Decision
    total: float
    action: Action


class Tried(msgspec.Struct):
    """What a draft would have changed."""

    looked: int = 0
    first: int = 0
    """When the first and the last decision that were looked at were made, µs UTC."""
    last: int = 0
    whole: bool = True
    """False: there were more than could be looked at."""
    moved: Counter[tuple[Action, Action]] = msgspec.field(default_factory=Counter)
    """By action before and after, how many."""
    some: list[Shift] = msgspec.field(default_factory=list)
    """The first of them."""


def total_of(decision: Decision, draft: Draft) -> float:
    """What a decision's sum would have been."""
    return sum(draft.points.get(charge.symbol, charge.points) for charge in decision.charges)


def action_at(total: float, steps: Iterable[ActionStep]) -> Action:
    """What a total leads to; the first step is where every total stands at least."""
    found = [step.action for place, step in enumerate(steps) if not place or total >= step.at_least]
    return found[-1]


def try_out(
    decisions: Iterable[Decision],
    draft: Draft,
    pack: Pack,
    *,
    clock: Callable[[], float],
    most: int = 50_000,
    seconds: float = 2.0,
    shown: int = 20,
) -> Tried:
    """Reckon decisions anew, at most so many and, by ``clock`` (seconds), for about so long."""
    steps = draft.steps(pack)
    found = Tried()
    until = clock() + seconds
    for decision in decisions:
        if found.looked >= most or (found.looked % 500 == 499 and clock() > until):
            found.whole = False
            break
        found.looked += 1
        found.first = found.first or decision.call.at
        found.last = decision.call.at
        if decision.decided_by != TOTAL:
            continue
        total = total_of(decision, draft)
        action = action_at(total, steps)
        if action is not decision.action:
            found.moved[decision.action, action] += 1
            if len(found.some) < shown:
                found.some.append(Shift(decision, total, action))
    return found
