"""Names for decisions: unique across restarts and nodes, in the order they were made."""

from __future__ import annotations

import itertools
from collections.abc import Callable

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32, lower case: no i, l, o, u to misread


def base32(value: int, width: int = 0) -> str:
    """Write a non-negative number in Crockford's base 32, padded with zeros to ``width``."""
    digits = []
    while value:
        value, digit = divmod(value, 32)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits)).rjust(width, "0")


def decision_ids(started: int, randomness: Callable[[int], bytes]) -> Callable[[], str]:
    """Return a source of ids: start of the process (µs UTC), 40 random bits, and a count.

    The random part keeps an outsider from guessing another caller's decision, whose page explains it.
    """
    prefix = base32(started, 11) + base32(int.from_bytes(randomness(5), "big"), 8)
    counter = itertools.count(1)

    def next_id() -> str:
        return f"{prefix}-{base32(next(counter))}"

    return next_id
