"""All the views together, and how they are saved."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from clearbell.consent.model import FACTS as CONSENT_FACTS
from clearbell.labels.cards.model import CardShown
from clearbell.labels.model import FACTS as LABEL_FACTS
from clearbell.ledger.model import ERASED, Entry
from clearbell.registry.model import FACTS as REGISTRY_FACTS
from clearbell.registry.model import NumbersAssigned
from clearbell.sanctions.model import FACTS as SANCTION_FACTS
from clearbell.sanctions.model import Restricted
from clearbell.screening.views.entitlements import Entitlements, TrunkView
from clearbell.screening.views.names import Names
from clearbell.screening.views.packed import Columned, go_on
from clearbell.screening.views.restrictions import Restrictions
from clearbell.screening.views.standing import Standing
from clearbell.screening.views.wills import SavedWills, Wills

FACTS: dict[str, type[msgspec.Struct]] = {
    **REGISTRY_FACTS,
    **CONSENT_FACTS,
    **SANCTION_FACTS,
    **LABEL_FACTS,
    "cards.shown": CardShown,
}


class _Rest(msgspec.Struct, frozen=True):
    seq: int
    trunks: dict[str, TrunkView]
    wills: SavedWills


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(_Rest).decode
_SAVED: dict[str, Callable[[memoryview], list[Any]]] = {
    "assigned": msgspec.msgpack.Decoder(list[NumbersAssigned]).decode,
    "categories": msgspec.msgpack.Decoder(list[tuple[str, str]]).decode,
    "restrictions": msgspec.msgpack.Decoder(list[Restricted]).decode,
    "cards": msgspec.msgpack.Decoder(list[CardShown]).decode,
}
"""Rows that are made of what was saved one by one, so many at once that it takes no more than a moment."""
_AT_ONCE = 250


class Saved(msgspec.Struct, frozen=True):
    """Views as bytes."""

    rest: bytes
    columns: dict[str, Columned]
    """By name; each to be laid down whole, its pieces one after the other."""


class Views:
    """All that screening knows of the facts, up to one place in the ledger.

    Built by applying entries in order and nothing else, so views kept up by following equal views rebuilt.
    """

    KINDS = frozenset(FACTS) | {ERASED}

    def __init__(self) -> None:
        self.seq = 0
        """Place in the ledger of the last entry applied."""
        self.needs_rebuild = False
        """Facts were erased: only a rebuild forgets them."""
        self.release: Callable[[], None] | None = None
        """Gives back the memory that the columns lie in, once nobody asks these views any more."""
        self.entitlements = Entitlements()
        self.wills = Wills()
        self.restrictions = Restrictions()
        self.standing = Standing()
        self.names = Names()

    def apply(self, entry: Entry) -> None:
        """Take in an entry; one that was applied before changes nothing."""
        if entry.seq > self.seq:
            self.take_in(entry, list(entry.decode(FACTS)))
            self.passed(entry)

    def take_in(self, entry: Entry, facts: Sequence[msgspec.Struct]) -> None:
        """Take in some of the facts of an entry, in their order.

        So calls can be screened between the pieces of a large one; :meth:`passed` follows the last piece.
        """
        room = entry.kind.partition(".")[0]
        if room == "registry":
            self.entitlements.apply(facts)
        elif room == "consent":
            self.wills.apply(facts, entry.at)
        elif room == "sanctions":
            self.restrictions.apply(facts)
        elif room == "labels":
            self.standing.apply(facts)
        elif room == "cards":
            self.names.apply(facts)

    def passed(self, entry: Entry) -> None:
        """The whole entry is taken in."""
        self.seq = entry.seq
        self.needs_rebuild = self.needs_rebuild or entry.kind == ERASED

    def let_go(self, breathe: Callable[[], None] = go_on) -> None:
        """Free what is large, a piece at a time, once other views took the place of these.

        Left to the interpreter it would be freed in one go, for which every thread waits. ``breathe`` is called between the
        pieces, to let others have their turn.
        """
        self.wills.let_go(breathe)
        self.standing.let_go(breathe)
        for table in (*self.entitlements.tables(), *self.restrictions.tables(), *self.names.tables()):
            while table:
                for _ in range(min(len(table), _AT_ONCE)):
                    table.popitem()
                breathe()
        if self.release is not None:
            self.release()

    @property
    def rows(self) -> int:
        """Rows of the large tables."""
        return self.wills.rows + self.standing.rows

    @property
    def changes(self) -> int:
        """Changes in the large tables that cost memory until they are folded."""
        return self.wills.changes + self.standing.changes

    def fold(self, at_least: int = 0, share: float = 0.0) -> None:
        """Pack the large tables that have at least so many changes, and at least that share of their rows."""
        self.wills.fold(at_least, share)
        self.standing.fold(at_least, share)

    def saved(self) -> Saved:
        """Fold everything, and give what :meth:`restored` makes the same views of."""
        self.fold()
        wills, columns = self.wills.saved()
        known = self.entitlements
        rows: dict[str, list[Any]] = {
            "assigned": known.assigned(),
            "categories": list(known.categories.items()),
            "restrictions": self.restrictions.saved(),
            "cards": self.names.saved(),
        }
        for name, of in rows.items():
            for place, start in enumerate(range(0, len(of), _AT_ONCE)):
                columns[f"{name}.{place}"] = [_ENCODE(of[start : start + _AT_ONCE])]
        return Saved(_ENCODE(_Rest(self.seq, known.trunks, wills)), {**columns, **self.standing.saved()})

    @classmethod
    def restored(cls, rest: bytes, columns: Mapping[str, memoryview], breathe: Callable[[], None] = go_on) -> Views:
        """Make views of what was saved; the columns are used where they lie, not copied.

        ``breathe`` is called between pieces of the work. Raises ``msgspec.DecodeError``, ``KeyError`` or ``ValueError``
        for what was not saved by this version.
        """
        read = _DECODE(rest)
        made = cls()
        made.seq = read.seq
        made.entitlements.trunks = read.trunks
        for name, take in (
            ("assigned", made.entitlements.apply),
            ("categories", made.entitlements.categories.update),
            ("restrictions", made.restrictions.apply),
            ("cards", made.names.apply),
        ):
            for some in _pieces(name, columns):
                take(some)
                breathe()
        made.wills = Wills.restored(read.wills, columns)
        made.standing = Standing.restored(columns)
        return made

    def fingerprint(self) -> str:
        """Digest of the whole state, the same for equal states however they came about."""
        digest = hashlib.sha256()
        parts: Iterable[object] = (
            self.entitlements.state(),
            self.wills.state(),
            self.restrictions.state(),
            self.standing.state(),
            self.names.state(),
        )
        for part in parts:
            digest.update(repr(part).encode())
        return digest.hexdigest()


def _pieces(name: str, columns: Mapping[str, memoryview]) -> Iterator[list[Any]]:
    place = 0
    while (piece := columns.get(f"{name}.{place}")) is not None:
        yield _SAVED[name](piece)
        place += 1
