"""What ground truth says of a run: who was let through, labelled and refused, rightly or not."""

from __future__ import annotations

from collections import Counter

from clearbell.calls import Action
from clearbell.simulation.model import Attempt, CallerKind


class Score:
    """Counts calls by what they were and what was done with them."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[CallerKind, bool, Action]] = Counter()
        self.reasons: Counter[tuple[Action, str]] = Counter()

    def add(self, attempt: Attempt, action: Action, reason: str) -> None:
        """Count one call; ``reason`` is what decided."""
        self.counts[attempt.kind, attempt.wanted, action] += 1
        self.reasons[action, reason] += 1

    @property
    def total(self) -> int:
        """Calls counted."""
        return sum(self.counts.values())

    def share(self, action: Action, *, wanted: bool) -> float:
        """Share of the wanted (or unwanted) calls that got the action; 0 when there were none."""
        every = sum(n for (_, w, _), n in self.counts.items() if w is wanted)
        got = sum(n for (_, w, a), n in self.counts.items() if w is wanted and a is action)
        return got / every if every else 0.0

    def by_kind(self) -> list[tuple[CallerKind, bool, dict[Action, int]]]:
        """Counts by kind and by whether the calls were wanted, lawful kinds first."""
        rows: dict[tuple[CallerKind, bool], dict[Action, int]] = {}
        for (kind, wanted, action), count in self.counts.items():
            rows.setdefault((kind, wanted), {})[action] = count
        order = list(CallerKind)
        return [
            (kind, wanted, rows[kind, wanted])
            for kind, wanted in sorted(rows, key=lambda key: (order.index(key[0]), not key[1]))
        ]
