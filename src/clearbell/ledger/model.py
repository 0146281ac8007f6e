"""What a follower reads: entries of the ledger."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

ERASED = "ledger.erased"
"""Kind of the entry that says: sealed facts of one subject were wiped. Its note holds the count, never the subject."""


@functools.cache
def _decoder(fact: type[msgspec.Struct]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(fact)


class Entry(msgspec.Struct, frozen=True):
    """One act, as appended: who did what when, and its facts."""

    seq: int
    """Place in the chain, from 1, without gaps."""
    at: int
    """When it was appended, µs UTC."""
    kind: str
    actor: str
    """Who acted: ``cli:<user>``, ``web:<account>``, ``system:<task>``."""
    note: dict[str, Any]
    """Circumstances that are nobody's personal data (file digest, counts)."""
    facts: tuple[bytes | None, ...]
    """JSON of each fact, in the order given; ``None`` where it was erased."""

    def decode(self, types: Mapping[str, type[msgspec.Struct]]) -> Iterator[Any]:
        """Yield the facts that still exist as structs of the kind's type in ``types``.

        Yields nothing when the kind is not in ``types``. Raises ``msgspec.ValidationError`` when a stored fact does
        not fit its type, which only a change outside Clearbell can cause.
        """
        fact_type = types.get(self.kind)
        if fact_type is None:
            return
        decode = _decoder(fact_type).decode
        for fact in self.facts:
            if fact is not None:
                yield decode(fact)
