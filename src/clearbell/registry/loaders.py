"""The registry from CSV files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from clearbell.intake import BadCell, Loader, Stored, places
from clearbell.intake.cells import CellError, Row
from clearbell.ledger import Act
from clearbell.numbering import NumberClass, class_of
from clearbell.registry.errors import RegistryError
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkKind,
    TrunkOpened,
)
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party


class RegistryLoader:
    """Reads one kind of fact from rows and registers them one by one, so that one refusal stops no other."""

    def __init__(
        self, name: str, needed: tuple[str, ...], read: Callable[[Row], Any], do: Callable[[Act, Any], None]
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
        """Register the items; those the rules refuse are given back with the reason."""
        refused = []
        for place, item in enumerate(items):
            try:
                self._do(act, item)
            except RegistryError as error:
                refused.append((place, BadCell(error.column, "refused", error.zh, error.en)))
        return Stored(len(items) - len(refused), 0, tuple(refused))


def _party(row: Row) -> PartyRegistered:
    return PartyRegistered(row.needed("party"), row.choice("kind", PartyKind, PartyKind.COMPANY), row.needed("name"))


def _holder(row: Row) -> HolderRegistered:
    return HolderRegistered(row.needed("holder"), row.needed("party"), row.text("category"))


def _trunk(row: Row) -> TrunkOpened:
    return TrunkOpened(
        row.needed("trunk"),
        row.needed("provider"),
        row.choice("kind", TrunkKind, TrunkKind.DOMESTIC),
        row.flag("registered_only"),
    )


def _numbers(row: Row) -> NumbersAssigned:
    first = row.number("first")
    last = row.number("last", optional=True) or first
    return NumbersAssigned(
        row.needed("resource"),
        row.needed("holder"),
        first,
        last,
        row.choice("purpose", Purpose),
        tuple(row.text("trunks").split()),
        row.flag("inbound_only", default=class_of(first) is NumberClass.TOLL_400),
        row.text("category"),
    )


LOADERS: dict[str, Callable[[], Loader[Any]]] = {
    "parties": lambda: RegistryLoader("registry.parties", ("party", "name"), _party, do_register_party),
    "holders": lambda: RegistryLoader("registry.holders", ("holder", "party"), _holder, do_register_holder),
    "trunks": lambda: RegistryLoader("registry.trunks", ("trunk", "provider"), _trunk, do_open_trunk),
    "numbers": lambda: RegistryLoader(
        "registry.numbers",
        ("resource", "holder", "first", "purpose"),
        _numbers,
        lambda act, fact: do_assign_numbers(act, [fact]),
    ),
}
"""By what the file holds; columns are named in the readers above."""
