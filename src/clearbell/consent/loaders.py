"""What subscribers said, from CSV files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from clearbell.consent.errors import ConsentError, LapsedBeforeGivenError
from clearbell.consent.granting import do_grant
from clearbell.consent.hours import read_hours
from clearbell.consent.model import (
    Channel,
    ConsentGranted,
    ConsentWithdrawn,
    Listed,
    ListVerdict,
    Provenance,
    Refused,
    Wished,
)
from clearbell.consent.service import do_list, do_refuse, do_wish, do_withdraw
from clearbell.intake import BadCell, Loader, Stored, places
from clearbell.intake.cells import CellError, Row
from clearbell.ledger import Act
from clearbell.numbering import to_key

_SHARED = 10_000
"""Different endings of rows that are remembered while a file is read."""
GRANTS_CHUNK = 200_000
"""Consents stored in one act: each act touches pages all over the tree, so few large ones beat many small ones."""


class StatementLoader:
    """Reads one kind of statement and records them one by one, so that one refusal stops no other."""

    def __init__(
        self, name: str, needed: tuple[str, ...], read: Callable[[Row], Any], do: Callable[[Act, Any], object]
    ) -> None:
        self.name = name
        self.required = needed
        self._read = read
        self._do = do

    def bind(self, header: Sequence[str]) -> Callable[[Sequence[str]], msgspec.Struct | list[BadCell]]:
        """Return the reader of one row."""
        found = places(header, self.required)

        def read(cells: Sequence[str]) -> msgspec.Struct | list[BadCell]:
            try:
                fact: msgspec.Struct = self._read(Row(found, cells))
            except CellError as error:
                return [error.bad]
            return fact

        return read

    def store(self, act: Act, items: Sequence[msgspec.Struct]) -> Stored:
        """Record the items; those that are refused are given back with the reason."""
        refused = []
        for place, item in enumerate(items):
            try:
                self._do(act, item)
            except ConsentError as error:
                refused.append((place, BadCell(error.column, "refused", error.zh, error.en)))
        return Stored(len(items) - len(refused), 0, tuple(refused))


class GrantLoader(StatementLoader):
    """Records consents a chunk at a time: there may be millions."""

    def bind(self, header: Sequence[str]) -> Callable[[Sequence[str]], msgspec.Struct | list[BadCell]]:
        """Return the reader of one row; what most rows of a file share is read once."""
        carefully = super().bind(header)
        found = places(header, self.required)
        columns = ("purpose", "until", "evidence", "provenance", "per_day")
        shared_places = [found[name] for name in columns if name in found]
        holder_at, callee_at = found["holder"], found["callee"]
        shared: dict[tuple[str, ...], ConsentGranted] = {}

        def read(cells: Sequence[str]) -> msgspec.Struct | list[BadCell]:
            holder = cells[holder_at].strip()
            callee = to_key(cells[callee_at].encode(), "CN")
            like = tuple([cells[place] for place in shared_places])
            known = shared.get(like)
            if known is None or not holder or not callee:
                fact = carefully(cells)
                if isinstance(fact, ConsentGranted) and not fact.evidence and len(shared) < _SHARED:
                    shared[like] = fact
                return fact
            return ConsentGranted(
                holder, callee, known.purpose, known.until, known.channel, "", known.provenance, known.per_day
            )

        return read

    def store(self, act: Act, items: Sequence[msgspec.Struct]) -> Stored:
        """Record the chunk; consents that lapsed already are given back."""
        grants = [item for item in items if isinstance(item, ConsentGranted)]
        late = LapsedBeforeGivenError()
        why = BadCell(late.column, "lapsed", late.zh, late.en)
        refused = tuple((place, why) for place, g in enumerate(grants) if g.until and g.until <= act.at)
        do_grant(act, [g for g in grants if not g.until or g.until > act.at])
        return Stored(len(grants) - len(refused), 0, refused)


def _grant(row: Row) -> ConsentGranted:
    return ConsentGranted(
        row.needed("holder"),
        row.number("callee"),
        row.text("purpose", "*"),
        row.moment("until"),
        Channel.IMPORT,
        row.text("evidence"),
        row.choice("provenance", Provenance, Provenance.UNKNOWN),
        row.count("per_day"),
    )


def _withdrawal(row: Row) -> ConsentWithdrawn:
    return ConsentWithdrawn(row.needed("holder"), row.number("callee"), row.text("purpose", "*"), Channel.IMPORT)


def _refusal(row: Row) -> Refused:
    return Refused(row.number("callee"), row.text("holder"), row.number("caller", optional=True), Channel.IMPORT)


def _line(row: Row) -> Listed:
    first = row.number("first")
    return Listed(
        row.number("owner"), first, row.number("last", optional=True) or first, row.choice("verdict", ListVerdict)
    )


def _wish(row: Row) -> Wished:
    return Wished(
        row.number("owner"),
        tuple(row.text("refuse").split()),
        row.flag("refuse_withheld"),
        read_hours(row.text("hours")),
        row.text("zone"),
    )


LOADERS: dict[str, Callable[[], Loader[Any]]] = {
    "grants": lambda: GrantLoader("consent.grants", ("holder", "callee"), _grant, lambda _act, _fact: None),
    "withdrawals": lambda: StatementLoader("consent.withdrawals", ("holder", "callee"), _withdrawal, do_withdraw),
    "refusals": lambda: StatementLoader("consent.refusals", ("callee",), _refusal, do_refuse),
    "lists": lambda: StatementLoader("consent.lists", ("owner", "first", "verdict"), _line, do_list),
    "wishes": lambda: StatementLoader("consent.wishes", ("owner",), _wish, do_wish),
}
"""By what the file holds; columns are named in the readers above."""
