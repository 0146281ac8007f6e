"""Answers that were given, so that a retransmission gets the same one and is not judged twice."""

from __future__ import annotations

from collections import OrderedDict

from clearbell.calls import SECOND

LIFETIME = 32 * SECOND
"""64 × T1: a sender repeats no request for longer (RFC 3261 §17)."""
Key = tuple[bytes, bytes, bytes, str]


class Transactions:
    """A bounded memory of answers; the oldest goes first."""

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        # A plain dict would pass over every hole before its first key each time the oldest goes.
        self._answers: OrderedDict[Key, tuple[int, bytes]] = OrderedDict()

    def __len__(self) -> int:
        """How many answers are remembered."""
        return len(self._answers)

    def find(self, key: Key, now: int) -> bytes | None:
        """The answer given to that request, if it was given lately."""
        found = self._answers.get(key)
        if found is None or now - found[0] > LIFETIME:
            return None
        return found[1]

    def keep(self, key: Key, now: int, answer: bytes) -> None:
        """Remember an answer."""
        self._answers[key] = (now, answer)
        self._answers.move_to_end(key)
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)

    def forget_old(self, now: int) -> int:
        """Drop what is too old to be asked for again; returns how many."""
        dropped = 0
        while self._answers:
            key = next(iter(self._answers))
            if now - self._answers[key][0] <= LIFETIME:
                break
            self._answers.popitem(last=False)
            dropped += 1
        return dropped
