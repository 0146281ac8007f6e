"""Answers that were given, so that a retransmission gets the same one and is not judged twice."""

from __future__ import annotations

from clearbell.calls import SECOND
from clearbell.screening.recent import Recent

LIFETIME = 32 * SECOND
"""64 × T1: a sender repeats no request for longer (RFC 3261 §17)."""


class Transactions:
    """A bounded memory of answers; those given first go first."""

    __slots__ = ("_answers", "_most", "_turned")

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._answers = Recent(most)
        """By what makes a request one and the same."""
        self._turned = 0

    def __len__(self) -> int:
        """How many answers are remembered."""
        return len(self._answers)

    def find(self, key: bytes) -> bytes | None:
        """The answer given to that request, if it was given lately."""
        answer: bytes | None = self._answers.get(key)
        return answer

    def keep(self, key: bytes, answer: bytes) -> None:
        """Remember an answer."""
        self._answers.put(key, answer)

    def forget_old(self, now: int) -> None:
        """Let go what was given more than two lifetimes before ``now`` (µs UTC), and keep what is younger than one."""
        since = now - self._turned
        if since > 2 * LIFETIME:
            self._answers = Recent(self._most)
        elif since > LIFETIME:
            self._answers.turn()
        else:
            return
        self._turned = now
