"""An access key whose passwords cost nothing, and the code that a phone would show."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
from argon2 import PasswordHasher

from clearbell.access.keys import AccessKey
from clearbell.access.second_factor import PERIOD


def counted_randomness() -> Callable[[int], bytes]:
    """Bytes that are different every time and the same in every run."""
    drawn = 0

    def more(size: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return drawn.to_bytes(8, "big").rjust(size, b"\1")[-size:]

    return more


def quick_access_key(randomness: Callable[[int], bytes] | None = None) -> AccessKey:
    """A key for tests: passwords are hashed with the least that argon2 allows."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return AccessKey(b"k" * 32, randomness or counted_randomness(), cheap)


def phone_code(secret: str, now: int) -> str:
    """What the phone shows at ``now``, µs UTC."""
    return pyotp.TOTP(secret, interval=PERIOD).at(now // 1_000_000)
