"""Reading lines issued and the blacklist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select

from clearbell.registry.admission.tables import blacklist, line


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


def entry_of(conn: Connection, name: str) -> Row[Any] | None:
    """The entry of that id, whether it stands or not."""
    return conn.execute(select(blacklist).where(blacklist.c.entry == name)).first()


def entries_of(conn: Connection, prefix: str) -> list[str]:
    """Ids of the entries that stand and whose id begins with ``prefix``."""
    query = select(blacklist.c.entry).where(
        blacklist.c.entry.startswith(prefix, autoescape=True), blacklist.c.unlisted == 0
    )
    return list(conn.execute(query.order_by(blacklist.c.entry)).scalars())
