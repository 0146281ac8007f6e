"""What is published about numbers: labels and the scores behind them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from clearbell.labels.model import Labelled


class Standing:
    """Published labels by number."""

    def __init__(self) -> None:
        self._labels: dict[int, Labelled] = {}

    def apply(self, facts: Iterable[msgspec.Struct]) -> None:
        """Take in facts of labels; an empty category takes the label away."""
        for fact in facts:
            if isinstance(fact, Labelled):
                if fact.category:
                    self._labels[fact.number] = fact
                else:
                    self._labels.pop(fact.number, None)

    def label_of(self, number: int, at: int) -> Labelled | None:
        """The label in force at ``at`` (µs UTC)."""
        label = self._labels.get(number)
        return label if label is not None and at < label.until else None

    def state(self) -> object:
        """Canonical form of the state."""
        return sorted((number, repr(label)) for number, label in self._labels.items())
