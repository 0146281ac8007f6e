"""The hash chain: how an entry and its sealed facts are digested. Pure; changing it breaks every chain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

GENESIS = bytes(32)
"""What the first entry names as the hash before it."""
SALT_BYTES = 16
_ENTRY = b"clearbell-entry-1"
_SEAL = b"clearbell-seal-1"


def _length_prefixed(*parts: bytes) -> bytes:
    # Lengths first: no two different entries can run together into the same bytes.
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def commitment(salt: bytes, subject: bytes, data: bytes) -> bytes:
    """Digest that stands in the chain for one sealed fact; without the salt it tells nothing."""
    return hashlib.sha256(b"%s%s%d:%s%s" % (_SEAL, salt, len(subject), subject, data)).digest()


def sealed_root(commitments: Iterable[bytes]) -> bytes:
    """Digest over an entry's commitments in their order; empty bytes when there are none."""
    joined = b"".join(commitments)
    return hashlib.sha256(joined).digest() if joined else b""


def entry_hash(
    previous: bytes,
    seq: int,
    at: int,
    kind: str,
    actor: str,
    note: bytes,
    body: bytes,
    sealed: int,
    root: bytes,
) -> bytes:
    """Digest of one entry, chained to the digest of the entry before it."""
    return hashlib.sha256(
        _length_prefixed(
            _ENTRY,
            previous,
            b"%d" % seq,
            b"%d" % at,
            kind.encode(),
            actor.encode(),
            note,
            body,
            b"%d" % sealed,
            root,
        )
    ).digest()
