"""Walk the whole chain and name the first entry that is not as it was appended."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select
from sqlalchemy.exc import DBAPIError

from clearbell.ledger import chain
from clearbell.ledger.checkpoints import Checkpoint, checkpoints, signature_holds
from clearbell.ledger.store import Store
from clearbell.ledger.tables import ledger_entry, ledger_sealed


class FaultKind(enum.Enum):
    """What can be wrong with a chain, with the words that say so."""

    MISSING = ("entry is missing", "条目缺失")
    ALTERED = ("entry was altered", "条目被改动")
    SEALED_ALTERED = ("sealed fact was altered", "封存内容被改动")
    SEALED_MISSING = ("sealed fact is missing", "封存内容缺失")
    UNREADABLE = ("entry cannot be read from the store", "条目无法从数据库读出")
    CHECKPOINT = ("entry differs from the signed checkpoint", "条目与已签名的检查点不符")
    SIGNATURE = ("checkpoint's signature does not hold", "检查点签名无效")

    def __init__(self, en: str, zh: str) -> None:
        self.en = en
        self.zh = zh


class Fault(msgspec.Struct, frozen=True):
    """The first thing wrong: at which entry, and which of its sealed facts (-1: the entry itself)."""

    seq: int
    kind: FaultKind
    item: int = -1


class Verified(msgspec.Struct, frozen=True):
    """Result of a verification."""

    entries: int
    """Entries found sound, from the first on."""
    sealed: int
    erased: int
    """Sealed facts that were wiped; their commitments are sound."""
    checkpoints: int
    head: bytes
    """Hash of the last sound entry."""
    fault: Fault | None


class _Walk:
    def __init__(self, signed: Iterable[Checkpoint]) -> None:
        self.signed = {point.seq: point for point in signed}
        self.seq = 0
        self.previous = chain.GENESIS
        self.sealed = 0
        self.erased = 0
        self.points = 0

    def done(self, fault: Fault | None) -> Verified:
        return Verified(self.seq, self.sealed, self.erased, self.points, self.previous, fault)

    def step(self, row: Row[Any], sealed: list[Row[Any]]) -> Fault | None:
        seq = self.seq + 1
        if row.seq != seq:
            return Fault(seq, FaultKind.MISSING)
        if len(sealed) != row.sealed or [s.item for s in sealed] != list(range(row.sealed)):
            return Fault(seq, FaultKind.SEALED_MISSING, min(len(sealed), max(row.sealed - 1, 0)))
        for one in sealed:
            if one.data is None:
                self.erased += 1
            elif chain.commitment(bytes(one.salt or b""), (one.subject or "").encode(), bytes(one.data)) != bytes(
                one.commitment
            ):
                return Fault(seq, FaultKind.SEALED_ALTERED, one.item)
        root = chain.sealed_root(bytes(one.commitment) for one in sealed)
        digest = chain.entry_hash(
            self.previous,
            seq,
            row.at,
            row.kind,
            row.actor,
            bytes(row.note),
            bytes(row.body),
            row.sealed,
            root,
        )
        if digest != bytes(row.hash) or root != bytes(row.sealed_root):
            return Fault(seq, FaultKind.ALTERED)
        point = self.signed.pop(seq, None)
        if point is not None:
            if not signature_holds(point):
                return Fault(seq, FaultKind.SIGNATURE)
            if point.hash != digest:
                return Fault(seq, FaultKind.CHECKPOINT)
            self.points += 1
        self.seq, self.previous = seq, digest
        self.sealed += len(sealed)
        return None


def verify(
    store: Store,
    *,
    outside: Iterable[Checkpoint] = (),
    progress: Callable[[int, int], None] | None = None,
    batch: int = 500,
) -> Verified:
    """Check every entry, every sealed fact that still exists and every checkpoint, oldest first.

    ``outside`` are checkpoints kept elsewhere: a chain rewritten from end to end agrees with itself, but not
    with them. ``progress(entries done, entries in all)`` is called after each batch. Never raises for a damaged
    store: damage is the result.
    """
    try:
        total = store.head()
        with store.read() as conn:
            walk = _Walk([*checkpoints(conn), *outside])
    except (DBAPIError, UnicodeDecodeError):
        return _Walk(()).done(Fault(1, FaultKind.UNREADABLE))
    while True:
        before = walk.seq
        fault = _batch(store, walk, batch)
        if fault is not None:
            return walk.done(fault)
        if progress is not None:
            progress(walk.seq, max(total, walk.seq))
        if walk.seq == before:
            break
    if walk.signed:
        return walk.done(Fault(walk.seq + 1, FaultKind.MISSING))
    return walk.done(None)


def _batch(store: Store, walk: _Walk, size: int) -> Fault | None:
    try:
        with store.read() as conn:
            rows = conn.execute(
                select(ledger_entry).where(ledger_entry.c.seq > walk.seq).order_by(ledger_entry.c.seq).limit(size)
            ).all()
            for row in rows:
                fault = walk.step(row, _sealed(conn, row.seq))
                if fault is not None:
                    return fault
    except (DBAPIError, UnicodeDecodeError, UnicodeEncodeError, TypeError, AttributeError):
        # A damaged page or a byte that is no longer text: take smaller steps until one entry is to blame.
        if size > 1:
            return _batch(store, walk, 1)
        return Fault(walk.seq + 1, FaultKind.UNREADABLE)
    return None


def _sealed(conn: Connection, seq: int) -> list[Row[Any]]:
    return list(
        conn.execute(select(ledger_sealed).where(ledger_sealed.c.seq == seq).order_by(ledger_sealed.c.item)).all()
    )
