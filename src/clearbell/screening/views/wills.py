"""What subscribers agreed to, refused and wished."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from clearbell.consent.model import ConsentGranted, ConsentWithdrawn, Listed, RefusalEnded, Refused, Wished
from clearbell.screening.views.own_lists import OwnLists, RefusedNumbers
from clearbell.screening.views.packed import Columned, PackedTable, WideTable, go_on
from clearbell.screening.views.pool import Pool
from clearbell.screening.views.ragged import RaggedTable
from clearbell.screening.views.wishes import Wishes

EVERY = "*"
_CALLEE_BITS = 60
"""A number has at most 18 digits."""
_CALLEE = (1 << _CALLEE_BITS) - 1
_CODE_BYTES = 4
_TIME_BYTES = 8
_READ = 100_000
"""Combinations of grants that are kept as they were read."""


class Grant(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Consent to one holder for one purpose. Many subscribers share one, so it is replaced, never changed."""

    purpose: str

    until: int
    """µs UTC; 0: without end."""
    given: int
    """When it was given, µs UTC."""
    withdrawn: int = 0
    """When it was withdrawn, µs UTC; 0: it was not."""
    per_day: int = 0
    """Calls in 24 hours that were agreed to; 0: no number was named."""


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(tuple[Grant, ...]).decode


class SavedWills(msgspec.Struct, frozen=True):
    """Everything of :class:`Wills` but its columns."""

    holders: list[str]
    grants: list[tuple[int, int]]
    refused_holders: list[tuple[int, int]]
    zones: list[str]


class Wills:
    """Consents, refusals, own lists and wishes, each by subscriber."""

    def __init__(self) -> None:
        # Both by holder and subscriber. Most consents of a file differ in the subscriber alone, so a row names one of
        # the combinations of grants.
        self._grants = WideTable(_CODE_BYTES)
        self._combinations = Pool()
        self._read: dict[bytes, tuple[Grant, ...]] = {}
        self._refused_holders = WideTable(_TIME_BYTES)
        self._holders: dict[str, int] = {}
        self.refused_numbers = RefusedNumbers()
        self.lists = OwnLists()
        self.wishes = Wishes()

    def apply(self, facts: Iterable[msgspec.Struct], at: int) -> None:
        """Take in facts of consent, stated at ``at`` (µs UTC)."""
        for fact in facts:
            if isinstance(fact, ConsentGranted):
                self._grant(fact.holder, fact.callee, Grant(fact.purpose, fact.until, at, 0, fact.per_day))
                self._refused_holders.pop(self._key(fact.holder, fact.callee))
            elif isinstance(fact, ConsentWithdrawn):
                self._withdraw(fact.holder, fact.callee, fact.purpose, at)
            elif isinstance(fact, Refused):
                if fact.holder:
                    self._withdraw(fact.holder, fact.callee, EVERY, at)
                    self._refused_holders.put(self._key(fact.holder, fact.callee), at.to_bytes(_TIME_BYTES))
                if fact.caller:
                    self.refused_numbers.put(fact.caller, fact.callee, at)
            elif isinstance(fact, RefusalEnded):
                if fact.holder:
                    self._refused_holders.pop(self._key(fact.holder, fact.callee))
                self.refused_numbers.put(fact.caller, fact.callee, 0)
            elif isinstance(fact, Listed):
                self.lists.apply(fact)
            elif isinstance(fact, Wished):
                self.wishes.apply(fact)

    def _key(self, holder: str, callee: int) -> int:
        return self._holders.setdefault(holder, len(self._holders)) << _CALLEE_BITS | callee

    def _grant(self, holder: str, callee: int, grant: Grant) -> None:
        others = (one for one in self.grants_of(holder, callee) if one.purpose != grant.purpose)
        self._set_grants(holder, callee, (*others, grant))

    def _set_grants(self, holder: str, callee: int, grants: tuple[Grant, ...]) -> None:
        code = self._combinations.code(_ENCODE(grants))
        self._grants.put(self._key(holder, callee), code.to_bytes(_CODE_BYTES))

    def _withdraw(self, holder: str, callee: int, purpose: str, at: int) -> None:
        before = self.grants_of(holder, callee)
        after = tuple(
            msgspec.structs.replace(one, withdrawn=at) if purpose in (EVERY, one.purpose) and not one.withdrawn else one
            for one in before
        )
        if after != before:
            self._set_grants(holder, callee, after)

    def grants_of(self, holder: str, callee: int) -> tuple[Grant, ...]:
        """Every consent of the subscriber to the holder, withdrawn ones too."""
        index = self._holders.get(holder)
        code = None if index is None else self._grants.get(index << _CALLEE_BITS | callee)
        if code is None:
            return ()
        grants = self._read.get(code)
        if grants is None:
            if len(self._read) >= _READ:
                self._read.clear()
            grants = self._read[code] = _DECODE(self._combinations.value(int.from_bytes(code)))
        return grants

    def refused_holder_at(self, holder: str, callee: int) -> int:
        """When the subscriber refused the holder, µs UTC; 0: not, or it ended since."""
        index = self._holders.get(holder)
        row = None if index is None else self._refused_holders.get(index << _CALLEE_BITS | callee)
        return int.from_bytes(row) if row is not None else 0

    def grant_for(self, holder: str, callee: int, purpose: str) -> Grant | None:
        """The grant that covers the purpose: of that very purpose, else of every purpose."""
        exact = every = None
        for grant in self.grants_of(holder, callee):
            if grant.purpose == EVERY:
                every = grant
            elif grant.purpose == purpose:
                exact = grant
        if purpose == EVERY or exact is None or (exact.withdrawn and every is not None):
            return every
        return exact

    def state(self) -> object:
        """Canonical form of the state."""
        names = list(self._holders)
        return (
            sorted(
                (
                    names[key >> _CALLEE_BITS],
                    key & _CALLEE,
                    sorted(
                        msgspec.structs.astuple(one) for one in _DECODE(self._combinations.value(int.from_bytes(row)))
                    ),
                )
                for key, row in self._grants.items()
            ),
            sorted(
                (names[key >> _CALLEE_BITS], key & _CALLEE, int.from_bytes(row))
                for key, row in self._refused_holders.items()
            ),
            self.refused_numbers.state(),
            self.lists.state(),
            self.wishes.state(),
        )

    @property
    def _tables(self) -> tuple[WideTable | PackedTable | RaggedTable, ...]:
        return (
            self._grants,
            self._refused_holders,
            self.refused_numbers.table,
            self.lists.table,
            self.wishes.table,
        )

    @property
    def rows(self) -> int:
        """Consents and refusals of holders, and subscribers with refused numbers, lists and wishes."""
        return sum(map(len, self._tables))

    @property
    def changes(self) -> int:
        """Changes that are not folded yet."""
        return sum(table.changes for table in self._tables)

    def fold(self, at_least: int = 0, share: float = 0.0) -> None:
        """Fold what has so many changes; see :meth:`WideTable.fold`."""
        for table in self._tables:
            table.fold(at_least, share)

    def let_go(self, breathe: Callable[[], None] = go_on) -> None:
        """Free them, a piece at a time; they are of no use afterwards. ``breathe`` is called between the pieces."""
        for table in self._tables:
            table.let_go(breathe)

    def saved(self) -> tuple[SavedWills, dict[str, Columned]]:
        """What :meth:`restored` makes it of again. Everything must be folded."""
        granted, grant_keys, grant_rows = self._grants.saved()
        refused, refused_keys, refused_rows = self._refused_holders.saved()
        ends, texts = self._combinations.saved()
        rest = SavedWills(
            list(self._holders),
            granted,
            refused,
            sorted(self.wishes.zones),
        )
        columns: dict[str, Columned] = {
            "grants.keys": grant_keys,
            "grants.rows": grant_rows,
            "combinations.ends": [ends],
            "combinations.texts": [texts],
            "refused.keys": refused_keys,
            "refused.rows": refused_rows,
            **self.refused_numbers.saved(),
            **self.lists.saved(),
            **self.wishes.saved(),
        }
        return rest, columns

    @classmethod
    def restored(cls, rest: SavedWills, columns: Mapping[str, memoryview]) -> Wills:
        """Make it of what was saved. Raises ``KeyError`` or ``ValueError`` when it does not fit together."""
        made = cls()
        made._holders = {holder: place for place, holder in enumerate(rest.holders)}
        made._combinations = Pool(columns["combinations.ends"], columns["combinations.texts"])
        made._grants = WideTable.restored(_CODE_BYTES, rest.grants, columns["grants.keys"], columns["grants.rows"])
        made._refused_holders = WideTable.restored(
            _TIME_BYTES, rest.refused_holders, columns["refused.keys"], columns["refused.rows"]
        )
        made.refused_numbers = RefusedNumbers.restored(columns)
        made.lists = OwnLists.restored(columns)
        made.wishes = Wishes.restored(rest.zones, columns)
        return made
