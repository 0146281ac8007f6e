"""The store: write transactions that append facts, reads, and the entries that followers read."""

from __future__ import annotations

import contextlib
import copy
import os
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Connection, Engine, Row, func, select, text, update

from clearbell.ledger import chain
from clearbell.ledger.bulk import insert_rows
from clearbell.ledger.clock import Clock, SystemClock
from clearbell.ledger.engine import open_engine
from clearbell.ledger.model import ERASED, Entry
from clearbell.ledger.tables import ledger_entry, ledger_follower, ledger_sealed

Fact = TypeVar("Fact", bound=msgspec.Struct)

# Any constant will do, so long as nothing else in the database takes the same advisory lock.
_WRITER_LOCK = 0x636C6561
_encode = msgspec.json.Encoder().encode
_AT_ONCE = 1_000
"""Sealed facts that are read with one question, about."""


class Act:
    """One write transaction. Change rows through ``conn``, append what happened, and it lands whole or not at all."""

    def __init__(self, conn: Connection, at: int, actor: str, randomness: Callable[[int], bytes]) -> None:
        self.conn = conn
        self.at = at
        """When the act began, µs UTC."""
        self.actor = actor
        self._randomness = randomness
        self._head: tuple[int, bytes] | None = None

    def append(
        self,
        kind: str,
        facts: Sequence[Fact],
        about: Callable[[Fact], int | str] | None = None,
        note: Mapping[str, Any] | None = None,
    ) -> int:
        """Append one entry with ``facts``, all of the kind's type, and return its place in the chain.

        With ``about`` the facts are personal: each is sealed under the subject it returns and can be erased
        later. Without it they stand in the entry itself, for ever. ``note`` must hold no personal data.
        """
        seq, previous = self._head or self._read_head()
        seq += 1
        encoded = [_encode(fact) for fact in facts]
        commitments: list[bytes] = []
        if about is None:
            body = b"[%s]" % b",".join(encoded)
        else:
            body = b"[]"
            commitments = self._seal(seq, [str(about(fact)) for fact in facts], encoded)
        root = chain.sealed_root(commitments)
        note_json = _encode(dict(note or {}))
        digest = chain.entry_hash(previous, seq, self.at, kind, self.actor, note_json, body, len(commitments), root)
        self.conn.execute(
            ledger_entry.insert().values(
                seq=seq,
                at=self.at,
                kind=kind,
                actor=self.actor,
                note=note_json,
                body=body,
                sealed=len(commitments),
                sealed_root=root,
                hash=digest,
            )
        )
        self._head = (seq, digest)
        return seq

    def _read_head(self) -> tuple[int, bytes]:
        row = self.conn.execute(
            select(ledger_entry.c.seq, ledger_entry.c.hash).order_by(ledger_entry.c.seq.desc()).limit(1)
        ).first()
        return (row.seq, bytes(row.hash)) if row else (0, chain.GENESIS)

    def _seal(self, seq: int, subjects: list[str], encoded: list[bytes]) -> list[bytes]:
        width = chain.SALT_BYTES
        salts = self._randomness(width * len(encoded))
        commit = chain.commitment
        commitments = []
        rows = []
        for item, (subject, data) in enumerate(zip(subjects, encoded, strict=True)):
            salt = salts[item * width : (item + 1) * width]
            digest = commit(salt, subject.encode(), data)
            commitments.append(digest)
            rows.append((seq, item, digest, subject, salt, data))
        insert_rows(self.conn, ledger_sealed, ("seq", "item", "commitment", "subject", "salt", "data"), rows)
        return commitments

    def erase(self, subject: int | str) -> int:
        """Wipe every sealed fact about ``subject`` and append that so many were wiped; returns the count.

        The chain keeps verifying: it holds commitments, which tell nothing without their salts. Nothing is
        appended when there was nothing to wipe.
        """
        return self._wipe(ledger_sealed.c.subject == str(subject))

    def erase_where(self, seq: int, names: Callable[[bytes], bool]) -> int:
        """Wipe the sealed facts of one entry whose JSON ``names`` says yes to, as :meth:`erase` does; returns the count.

        For facts that name a person who is not their subject.
        """
        rows = self.conn.execute(
            select(ledger_sealed.c.item, ledger_sealed.c.data).where(
                ledger_sealed.c.seq == seq, ledger_sealed.c.data.is_not(None)
            )
        )
        items = [item for item, data in rows if names(bytes(data))]
        return self._wipe((ledger_sealed.c.seq == seq) & ledger_sealed.c.item.in_(items)) if items else 0

    def _wipe(self, which: ColumnElement[bool]) -> int:
        wiped = self.conn.execute(
            update(ledger_sealed).where(which).values(subject=None, salt=None, data=None)
        ).rowcount
        if wiped:
            self.append(ERASED, (), note={"facts": wiped})
        return wiped


class Store:
    """One database. Safe to share between threads; other processes may open the same one."""

    def __init__(self, engine: Engine, clock: Clock, randomness: Callable[[int], bytes] = os.urandom) -> None:
        self.engine = engine
        self.clock = clock
        self._randomness = randomness
        self.actor = ""
        """In whose name acts are begun, whatever they say themselves; empty: as they say."""
        # SQLite's own waiting for a writer is to sleep and look again, up to a tenth of a second at a time.
        self._turn: contextlib.AbstractContextManager[object] = (
            threading.Lock() if engine.dialect.name == "sqlite" else contextlib.nullcontext()
        )

    @classmethod
    def open(cls, url: str, *, clock: Clock | None = None, randomness: Callable[[int], bytes] = os.urandom) -> Self:
        """Open the store at a database URL. Does not create tables; see :meth:`create`."""
        return cls(open_engine(url), clock or SystemClock(), randomness)

    def acting_as(self, actor: str) -> Self:
        """The same store in someone's name: whatever acts are begun through it, ``actor`` is who acted."""
        named = copy.copy(self)
        named.actor = actor
        return named

    def create(self) -> None:
        """Bring the database to this version's tables, making them where there are none."""
        from clearbell.ledger.migrations import upgrade

        upgrade(self.engine)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextlib.contextmanager
    def act(self, actor: str) -> Iterator[Act]:
        """Begin a write transaction in the name of ``actor``; commits at the end, rolls back on any exception.

        Writers wait for each other, across processes too, so what an act reads stays true until it commits.
        """
        with self._turn, self.engine.begin() as conn:
            if conn.dialect.name == "postgresql":
                conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _WRITER_LOCK})
            yield Act(conn, self.clock.now(), self.actor or actor, self._randomness)

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Begin a read-only transaction: one consistent picture, never waiting for writers."""
        with self.engine.connect().execution_options(ro=True) as conn, conn.begin():
            yield conn

    def head(self) -> int:
        """Place of the newest entry; 0 when the ledger is empty."""
        with self.read() as conn:
            newest: int | None = conn.execute(select(func.max(ledger_entry.c.seq))).scalar_one()
        return newest or 0

    def hash_at(self, seq: int) -> bytes:
        """Hash of the entry at that place; :data:`clearbell.ledger.chain.GENESIS` of place 0, empty where there is none."""
        if not seq:
            return chain.GENESIS
        with self.read() as conn:
            found = conn.execute(select(ledger_entry.c.hash).where(ledger_entry.c.seq == seq)).scalar_one_or_none()
        return bytes(found) if found is not None else b""

    def entries(self, after: int, kinds: Collection[str] | None = None, limit: int = 1000) -> list[Entry]:
        """Return up to ``limit`` entries past place ``after``, oldest first, of the given kinds or of all."""
        query = select(ledger_entry).where(ledger_entry.c.seq > after).order_by(ledger_entry.c.seq)
        if kinds is not None:
            query = query.where(ledger_entry.c.kind.in_(list(kinds)))
        with self.read() as conn:
            rows = conn.execute(query.limit(limit)).all()
            sealed = self._sealed_of(conn, [(row.seq, row.sealed) for row in rows if row.sealed])
            return [_entry(row, sealed.get(row.seq)) for row in rows]

    @staticmethod
    def _sealed_of(conn: Connection, sizes: Sequence[tuple[int, int]]) -> dict[int, list[bytes | None]]:
        """The sealed facts of entries, of which each place and count are given."""
        found: dict[int, list[bytes | None]] = {}
        c = ledger_sealed.c
        query = select(c.seq, c.data).order_by(c.seq, c.item)
        for seqs in _together(sizes):
            for seq, datum in conn.execute(query.where(c.seq.in_(seqs))):
                found.setdefault(seq, []).append(None if datum is None else bytes(datum))
        return found

    def cursor(self, act: Act, name: str) -> int:
        """Return how far the follower ``name`` has read; 0 when it never did."""
        row = act.conn.execute(
            select(ledger_follower.c.cursor).where(ledger_follower.c.name == name)
        ).scalar_one_or_none()
        return row or 0

    def set_cursor(self, act: Act, name: str, seq: int) -> None:
        """Move the follower's cursor to ``seq`` in the act's transaction, with the effect it follows from."""
        values = {"cursor": seq, "moved_at": act.at}
        moved = act.conn.execute(
            update(ledger_follower).where(ledger_follower.c.name == name).values(**values)
        ).rowcount
        if not moved:
            act.conn.execute(ledger_follower.insert().values(name=name, **values))


def _together(sizes: Sequence[tuple[int, int]]) -> Iterator[list[int]]:
    """Entries in groups to be read with one question: most hold one sealed fact, and some hold thousands."""
    group: list[int] = []
    held = 0
    for seq, size in sizes:
        if group and held + size > _AT_ONCE:
            yield group
            group, held = [], 0
        group.append(seq)
        held += size
    if group:
        yield group


def _entry(row: Row[Any], sealed: list[bytes | None] | None) -> Entry:
    if sealed is None:
        facts: tuple[bytes | None, ...] = tuple(
            bytes(raw) for raw in msgspec.json.decode(bytes(row.body), type=list[msgspec.Raw])
        )
    else:
        facts = tuple(sealed)
    return Entry(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        actor=row.actor,
        note=msgspec.json.decode(bytes(row.note)),
        facts=facts,
    )
