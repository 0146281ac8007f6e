"""Called numbers under a keyed pseudonym, as the lake keeps them where the pack asks for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

from clearbell.vault import load_secret

_MOST = 500_000
"""Pseudonyms remembered before the memory is emptied."""


class Pseudonyms:
    """Number to pseudonym: a negative 63-bit integer by keyed BLAKE2b, the same for the same key, one way without it.

    Who holds the key can try all numbers, so it is kept apart from the lake. Two numbers in a lake of 100 million have
    the same pseudonym with a chance of about 1 in 2,000.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[int, int] = {}
        self.check = hashlib.blake2b(b"clearbell callee pseudonyms", key=key, digest_size=8).hexdigest()
        """Tells one key from another without giving it away."""

    def of(self, number: int) -> int:
        """The pseudonym; 0 (no number) and pseudonyms stay as they are."""
        if number <= 0:
            return number
        found = self._known.get(number)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            digest = hashlib.blake2b(number.to_bytes(8, "big"), key=self._key, digest_size=8).digest()
            found = self._known[number] = -1 - (int.from_bytes(digest, "big") >> 1)
        return found

    def all_of(self, numbers: Iterable[int]) -> list[int]:
        """The pseudonyms of many."""
        return [self.of(number) for number in numbers]


def load_pseudonyms(path: Path, randomness: Callable[[int], bytes]) -> Pseudonyms:
    """Pseudonyms by the key in the file ``path``, which is made where there is none.

    Raises ``ValueError`` when the file holds something else.
    """
    return Pseudonyms(load_secret(path, randomness))
