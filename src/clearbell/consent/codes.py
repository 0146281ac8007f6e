"""Codes that stand in links and are read out over the phone."""

from __future__ import annotations

from collections.abc import Callable

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, O, 1 and I, so that a code survives being read out."""
_SIGNS = 16


def new_code(randomness: Callable[[int], bytes]) -> str:
    """A code of 80 random bits."""
    return "".join(_ALPHABET[byte % 32] for byte in randomness(_SIGNS))


def plain_code(text: str) -> str:
    """A code as it is kept: upper case, without blanks and hyphens."""
    return "".join(sign for sign in text.upper() if sign in _ALPHABET)
