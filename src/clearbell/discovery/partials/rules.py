"""What calls are counted by: the pack's limits, its day and hours, and which trunks come from abroad."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from clearbell.calls import SECOND
from clearbell.policy.model import Pack

DEFINITION = 3
"""Raised when the meaning of a partial column changes: partials made before are then made anew."""
NEVER = -1
"""A limit that is off in the pack: nothing counts by it."""


class Rules(msgspec.Struct, frozen=True):
    """Limits as the expressions use them."""

    utc_offset_minutes: int
    country: int
    """Calling code of the home country."""
    short: int
    """Talk up to this is very short, µs."""
    silent: int
    """Talk under this that the caller ended is abandoned, µs."""
    one_ring: int
    """Ringing up to this that the caller ended is one ring, µs."""
    refusal: int
    """Talk up to this that the callee ended is a refusal, µs."""
    sequential_step: int
    regular_gap: int
    """Milliseconds."""
    opens: int
    """Commercial hours begin, minutes since local midnight."""
    closes: int
    foreign_trunks: tuple[str, ...] = ()
    """Names of the trunks that come from abroad, sorted."""

    @property
    def digest(self) -> str:
        """Changes when partials counted by these rules would differ."""
        told = msgspec.json.encode([DEFINITION, self])
        return hashlib.sha256(told).hexdigest()[:16]


def rules_of(pack: Pack, foreign_trunks: Iterable[str] = ()) -> Rules:
    """The rules of a pack."""

    def limit(value: float | None, scale: int) -> int:
        return NEVER if value is None else round(value * scale)

    hours = pack.hours["commercial"]
    return Rules(
        utc_offset_minutes=pack.utc_offset_minutes,
        country=pack.country,
        short=limit(pack.limit("short_seconds"), SECOND),
        silent=limit(pack.features["silent_seconds"].value, SECOND),
        one_ring=limit(pack.limit("one_ring_seconds"), SECOND),
        refusal=limit(pack.features["refusal_seconds"].value, SECOND),
        sequential_step=limit(pack.features["sequential_step"].value, 1),
        regular_gap=limit(pack.features["regular_gap_seconds"].value, 1000),
        opens=hours.start,
        closes=hours.end,
        foreign_trunks=tuple(sorted(foreign_trunks)),
    )
