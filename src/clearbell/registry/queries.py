"""Reading the registry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, select

from clearbell.ledger.paging import Order, Place, page
from clearbell.registry.model import TrunkKind
from clearbell.registry.tables import holder, party, resource, trunk


def resource_of(conn: Connection, number: int) -> Row[Any] | None:
    """The resource a number belongs to, with its holder and party; None when nobody registered it."""
    return conn.execute(
        select(resource, holder.c.party, party.c.kind.label("party_kind"), party.c.name)
        .join(holder, holder.c.holder == resource.c.holder)
        .join(party, party.c.party == holder.c.party)
        .where(resource.c.first <= number, resource.c.last >= number)
        .order_by(resource.c.first.desc())
        .limit(1)
    ).first()


# Built once: building a query costs more than asking it.
_HOLDER = (
    select(resource.c.holder)
    .where(resource.c.first <= bindparam("number"), resource.c.last >= bindparam("number"))
    .order_by(resource.c.first.desc())
    .limit(1)
)


def holder_of(conn: Connection, number: int) -> str:
    """Id of who holds a number; empty when nobody registered it."""
    found: str | None = conn.execute(_HOLDER, {"number": number}).scalar_one_or_none()
    return found or ""


def resources(conn: Connection, holder_id: str = "", limit: int = 100, after: str = "") -> Sequence[Row[Any]]:
    """Resources of a holder, or of all, in the order of their ids."""
    query = select(resource).where(resource.c.resource > after).order_by(resource.c.resource).limit(limit)
    if holder_id:
        query = query.where(resource.c.holder == holder_id)
    return conn.execute(query).all()


def holder_name(conn: Connection, holder_id: str) -> str:
    """Name of the party that a holder is; empty when there is no such holder."""
    query = select(party.c.name).join(holder, holder.c.party == party.c.party).where(holder.c.holder == holder_id)
    name: str | None = conn.execute(query).scalar_one_or_none()
    return name or ""


def party_of(conn: Connection, holder_id: str) -> str:
    """Id of the party that a holder is; empty when there is no such holder."""
    query = select(holder.c.party).where(holder.c.holder == holder_id)
    found: str | None = conn.execute(query).scalar_one_or_none()
    return found or ""


def providers_of(conn: Connection, number: int, trunk_id: str = "") -> list[str]:
    """Names, or ids, of who connected a number: the provider of the trunk that its call came in on, before those that the
    registry names for it.
    """
    known = resource_of(conn, number)
    names = [trunk_id, *(known.trunks.split() if known is not None else ())]
    query = select(trunk.c.trunk, trunk.c.provider, party.c.name).join(
        party, party.c.party == trunk.c.provider, isouter=True
    )
    rows = {row.trunk: row.name or row.provider for row in conn.execute(query.where(trunk.c.trunk.in_(names)))}
    return list(dict.fromkeys(rows[name] for name in names if name in rows))


def party_row(conn: Connection, party_id: str) -> Row[Any] | None:
    """A party as it is registered."""
    return conn.execute(select(party).where(party.c.party == party_id)).first()


def held_by(party_id: str) -> Select[Any]:
    """Ids of the holders that a party is, for use inside of another query."""
    return select(holder.c.holder).where(holder.c.party == party_id)


BY_FIRST = Order((resource.c.first,))
BY_HOLDER = Order((resource.c.holder, resource.c.first))
BY_PURPOSE = Order((resource.c.purpose, resource.c.first))


def resources_of_party(
    conn: Connection, party_id: str, limit: int, order: Order = BY_FIRST, after: Place = (), purpose: str = ""
) -> Sequence[Row[Any]]:
    """Resources of all holders that a party is, past a place of the order."""
    query = select(resource).where(resource.c.holder.in_(held_by(party_id)))
    if purpose:
        query = query.where(resource.c.purpose == purpose)
    return conn.execute(page(query, order, after, limit)).all()


def resources_on(
    conn: Connection, connected: Collection[str], limit: int, order: Order = BY_FIRST, after: Place = ()
) -> list[Row[Any]]:
    """Resources that name their trunks by one of the texts, past a place of their order, each text down its index."""
    found: list[Row[Any]] = []
    for names in connected:
        found += conn.execute(page(select(resource).where(resource.c.trunks == names), order, after, limit))
    return sorted(found, key=order.place_of, reverse=order.descending)[:limit]


def holders_of(conn: Connection, party_id: str) -> list[str]:
    """Ids of the holders that a party is."""
    return list(conn.execute(select(holder.c.holder).where(holder.c.party == party_id)).scalars())


def holders(conn: Connection, limit: int = 100, after: str = "") -> Sequence[Row[Any]]:
    """Holders with their parties."""
    return conn.execute(
        select(holder, party.c.kind, party.c.name)
        .join(party, party.c.party == holder.c.party)
        .where(holder.c.holder > after)
        .order_by(holder.c.holder)
        .limit(limit)
    ).all()


def trunks(conn: Connection, limit: int = 100, after: str = "") -> Sequence[Row[Any]]:
    """Trunks with their access providers."""
    return conn.execute(select(trunk).where(trunk.c.trunk > after).order_by(trunk.c.trunk).limit(limit)).all()


def trunks_of(conn: Connection, party_id: str) -> list[str]:
    """Names of the trunks that an access provider connected."""
    return list(
        conn.execute(select(trunk.c.trunk).where(trunk.c.provider == party_id).order_by(trunk.c.trunk)).scalars()
    )


def foreign_trunks(conn: Connection) -> list[str]:
    """Names of the trunks that come from abroad."""
    query = select(trunk.c.trunk).where(trunk.c.kind == TrunkKind.FOREIGN.value).order_by(trunk.c.trunk)
    return list(conn.execute(query).scalars())


def spans_of(conn: Connection, holder_id: str) -> list[tuple[int, int]]:
    """First and last number of every resource of a holder, in order."""
    query = select(resource.c.first, resource.c.last).where(resource.c.holder == holder_id)
    return [(row.first, row.last) for row in conn.execute(query.order_by(resource.c.first))]


def numbers_of(conn: Connection, holder_id: str, most: int) -> list[int] | None:
    """Every number of a holder, in order; None when there are more than ``most``."""
    spans = spans_of(conn, holder_id)
    if sum(last - first + 1 for first, last in spans) > most:
        return None
    return [number for first, last in spans for number in range(first, last + 1)]
