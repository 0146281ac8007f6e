"""Reading lines issued and the blacklist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, or_, select

from clearbell.registry.admission.tables import blacklist, line
from clearbell.registry.identity import plain


def cards_of(conn: Connection, person: str) -> dict[str, int]:
    """Lines in use on an identity (its digest), by carrier (一证通查)."""
    rows = conn.execute(
        select(line.c.carrier, func.count())
        .where(line.c.person == person, line.c.ended == 0)
        .group_by(line.c.carrier)
        .order_by(line.c.carrier)
    )
    return {carrier: count for carrier, count in rows if person}


def lines_at(conn: Connection, column: str, digest: str) -> int:
    """Lines in use that went to an address or are in a device (``column``: ``address`` or ``device``), by digest."""
    query = select(func.count()).select_from(line).where(line.c[column] == digest, line.c.ended == 0)
    return conn.execute(query).scalar_one() if digest else 0


def listed(conn: Connection, at: int, *, licence: str = "", person: str = "", name: str = "") -> Sequence[Row[Any]]:
    """Blacklist entries in force at ``at`` (µs UTC) on a licence, person (digest) or name; of all when none is given."""
    query = (
        select(blacklist)
        .where(blacklist.c.unlisted == 0, (blacklist.c.until == 0) | (blacklist.c.until > at))
        .order_by(blacklist.c.entry)
    )
    given = {"licence": licence, "person": person, "name": name}
    wanted = [blacklist.c[column] == value for column, value in given.items() if value]
    return conn.execute(query.where(or_(*wanted)) if wanted else query).all()


class Hit(msgspec.Struct, frozen=True):
    """An entry of the blacklist that whoever asks is on, or has the name of."""

    by: str
    """``licence``, ``legal-person`` (or person), or ``name``."""
    entry: str
    breach: str
    source: str

    @property
    def is_certain(self) -> bool:
        """Whether it is known to be the same; equal names are not equal people."""
        return self.by != "name"


def hits(conn: Connection, at: int, *, licence: str = "", person: str = "", names: Sequence[str] = ()) -> list[Hit]:
    """Entries in force at ``at`` (µs UTC) on a licence or person (digest), then those with one of the names.

    ``names``: first that of the legal person or person, then that of the organisation. A name tells nothing where the entry
    also tells who is meant: the person's identity number, or, for an organisation's name, the licence.
    """
    certain = [
        Hit(by, row.entry, row.breach, row.source)
        for by, rows in (
            ("licence", listed(conn, at, licence=plain(licence)) if plain(licence) else ()),
            ("legal-person", listed(conn, at, person=person) if person else ()),
        )
        for row in rows
    ]
    known = {one.entry for one in certain}
    alike: dict[str, Hit] = {}
    for place, name in enumerate(plain(name) for name in names):
        for row in listed(conn, at, name=name) if name else ():
            meant = row.person or (row.licence if place else "")
            if not meant and row.entry not in known:
                alike[row.entry] = Hit("name", row.entry, row.breach, row.source)
    return certain + list(alike.values())


def entry_of(conn: Connection, name: str) -> Row[Any] | None:
    """The entry of that id, whether it stands or not."""
    return conn.execute(select(blacklist).where(blacklist.c.entry == name)).first()


def entries_of(conn: Connection, prefix: str) -> list[str]:
    """Ids of the entries that stand and whose id begins with ``prefix``."""
    query = select(blacklist.c.entry).where(
        blacklist.c.entry.startswith(prefix, autoescape=True), blacklist.c.unlisted == 0
    )
    return list(conn.execute(query.order_by(blacklist.c.entry)).scalars())
