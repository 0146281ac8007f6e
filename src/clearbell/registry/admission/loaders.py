"""The shared blacklist as a CSV file, in and out."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Row as SqlRow

from clearbell.intake import BadCell, Stored, places
from clearbell.intake.cells import CellError, Row
from clearbell.ledger import Act
from clearbell.registry.admission.model import Blacklisted
from clearbell.registry.admission.service import do_blacklist
from clearbell.registry.errors import RegistryError
from clearbell.registry.identity import IdentityKey, is_resident_id

COLUMNS = ("entry", "licence", "person_id", "name", "breach", "source", "until")


class BlacklistLoader:
    """Reads entries; identity numbers become digests before anything is kept."""

    name = "admission.blacklist"
    required = ("entry", "breach", "source")

    def __init__(self, identities: IdentityKey) -> None:
        self._identities = identities

    def bind(self, header: Sequence[str]) -> Callable[[Sequence[str]], msgspec.Struct | list[BadCell]]:
        """Return the reader of one row."""
        found = places(header, self.required)

        def read(cells: Sequence[str]) -> msgspec.Struct | list[BadCell]:
            row = Row(found, cells)
            try:
                person = row.text("person_id")
                if person and not is_resident_id(person):
                    return [
                        BadCell(
                            "person_id",
                            "check-digit",
                            "身份证号校验位不符",
                            "the identity number's check digit does not fit",
                        )
                    ]
                return Blacklisted(
                    entry=row.needed("entry"),
                    breach=row.needed("breach"),
                    source=row.needed("source"),
                    licence=row.text("licence"),
                    person=self._identities.digest("id", person),
                    name=row.text("name"),
                    until=row.moment("until"),
                )
            except CellError as error:
                return [error.bad]

        return read

    def store(self, act: Act, items: Sequence[msgspec.Struct]) -> Stored:
        """Record the entries; those that are refused are given back with the reason."""
        refused = []
        for place, item in enumerate(items):
            try:
                if isinstance(item, Blacklisted):
                    do_blacklist(act, item)
            except RegistryError as error:
                refused.append((place, BadCell(error.column, "refused", error.zh, error.en)))
        return Stored(len(items) - len(refused), 0, tuple(refused))


def write_blacklist(path: Path, entries: Sequence[SqlRow[Any]]) -> None:
    """Write entries as a file that another carrier can take in.

    Identity numbers are not in it, as they are nowhere kept: persons go out by name.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for entry in entries:
            until = datetime.datetime.fromtimestamp(entry.until / 1e6, datetime.UTC).isoformat() if entry.until else ""
            writer.writerow([entry.entry, entry.licence, "", entry.name, entry.breach, entry.source, until])
