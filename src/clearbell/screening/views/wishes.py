"""Subscribers' wishes, tens of millions of them: 12 bytes each where others wish the same."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from clearbell.consent.hours import QuietHours, zone_of
from clearbell.consent.model import Wished
from clearbell.screening.views.packed import Columned, Columns, PackedTable
from clearbell.screening.views.pool import Pool

_CODE_BYTES = 4
_READ = 100_000
"""Different wishes that are kept as they were read."""


class Wish(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a subscriber wishes; see :class:`clearbell.consent.model.Wished`. Many subscribers share one."""

    refuse: tuple[str, ...]
    refuse_withheld: bool
    hours: tuple[QuietHours, ...]
    zone: str


_ENCODE = msgspec.msgpack.Encoder().encode
_DECODE = msgspec.msgpack.Decoder(Wish).decode


class Wishes:
    """Wishes by subscriber."""

    def __init__(self) -> None:
        self.table = PackedTable(_CODE_BYTES)
        self._pool = Pool()
        self._read: dict[bytes, Wish] = {}
        self.zones: set[str] = set()
        """Zones that any hours were said in."""

    def __len__(self) -> int:
        """Subscribers with wishes."""
        return len(self.table)

    def apply(self, fact: Wished) -> None:
        """Take in wishes; they replace earlier ones of the subscriber."""
        if fact.hours and fact.zone not in self.zones:
            self._know(fact.zone)
        wish = Wish(fact.refuse, fact.refuse_withheld, fact.hours, fact.zone)
        self.table.put(fact.owner, self._pool.code(_ENCODE(wish)).to_bytes(_CODE_BYTES))

    def _know(self, zone: str) -> None:
        # Read from the machine's database now, so that no call waits for it.
        zone_of(zone, "UTC")
        self.zones.add(zone)

    def get(self, owner: int) -> Wish | None:
        """The wishes of a subscriber; None when he never said any."""
        code = self.table.get(owner)
        return self._wish(code) if code is not None else None

    def _wish(self, code: bytes) -> Wish:
        wish = self._read.get(code)
        if wish is None:
            if len(self._read) >= _READ:
                self._read.clear()
            wish = self._read[code] = _DECODE(self._pool.value(int.from_bytes(code)))
        return wish

    def state(self) -> object:
        """Canonical form of the state."""
        return sorted((owner, repr(self._wish(code))) for owner, code in self.table.items())

    def saved(self) -> dict[str, Columned]:
        """What :meth:`restored` makes it of again, with the zones. Everything must be folded."""
        ends, texts = self._pool.saved()
        columns = self.table.columns
        return {
            "wishes.keys": [memoryview(columns.keys).cast("B")] if len(columns.keys) else [],
            "wishes.rows": [columns.rows],
            "wishes.ends": [ends],
            "wishes.texts": [texts],
        }

    @classmethod
    def restored(cls, zones: list[str], columns: Mapping[str, memoryview]) -> Wishes:
        """Make it of what was saved. Raises ``KeyError`` or ``ValueError`` when it does not fit together."""
        made = cls()
        made.table = PackedTable(_CODE_BYTES, Columns(columns["wishes.keys"], columns["wishes.rows"], _CODE_BYTES))
        made._pool = Pool(columns["wishes.ends"], columns["wishes.texts"])
        for zone in zones:
            made._know(zone)
        return made
