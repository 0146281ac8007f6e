"""Name cards by number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from clearbell.labels.cards.model import CardShown, Hidden


class Names:
    """Cards that are shown."""

    def __init__(self) -> None:
        self._cards: dict[int, CardShown] = {}

    def apply(self, facts: Iterable[msgspec.Struct]) -> None:
        """Take in facts of cards; a tombstone takes the card away."""
        for fact in facts:
            if isinstance(fact, CardShown):
                if fact.hidden is Hidden.NONE:
                    self._cards[fact.number] = fact
                else:
                    self._cards.pop(fact.number, None)

    def card_of(self, number: int, at: int) -> CardShown | None:
        """The card in force at ``at`` (µs UTC)."""
        card = self._cards.get(number)
        return card if card is not None and at < card.until else None

    def state(self) -> object:
        """Canonical form of the state."""
        return sorted((number, repr(card)) for number, card in self._cards.items())

    def saved(self) -> list[CardShown]:
        """What :meth:`apply` makes it of again."""
        return list(self._cards.values())

    def tables(self) -> list[dict[Any, Any]]:
        """What it is made of, to be emptied when it is of no use any more."""
        return [self._cards]
