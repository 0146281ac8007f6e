"""Names for decisions: unique across restarts and nodes, in the order they were made."""

from __future__ import annotations

from collections.abc import Callable

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case: no i, l, o, u to misread


def base32(value: int, width: int = 0) -> str:
    """Write a non-negative number in Crockford's base 32, padded with zeros to ``width``."""
    digits = []
    while value:
        value, digit = divmod(value, 32)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits)).rjust(width, "0")


_PAIRS = tuple(base32(value, 2) for value in range(1 << 10))


def decision_ids(started: int, randomness: Callable[[int], bytes]) -> Callable[[], str]:
    """Return a source of ids: start of the process (µs UTC), 40 random bits, and a count.

    The random part keeps an outsider from guessing another caller's decision, whose page explains it.
    """
    return _Ids(base32(started, 11) + base32(int.from_bytes(randomness(5), "big"), 8)).take


class _Ids:
    """Counts. The digits above the lowest two change once in 1,024 ids and are kept."""

    __slots__ = ("_count", "_front", "_prefix")

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._front = f"{prefix}-"
        self._count = 0

    def take(self) -> str:
        self._count += 1
        low = self._count & (len(_PAIRS) - 1)
        if low == 0:
            self._front = f"{self._prefix}-{base32(self._count >> 10)}"
        return self._front + (_PAIRS[low] if self._count >= len(_PAIRS) else base32(low))
