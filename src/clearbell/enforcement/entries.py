"""A restriction as targets are told it, and who connected what it bears on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.enforcement.model import Entry, Operation, State
from clearbell.enforcement.tables import task
from clearbell.registry.queries import holder_name, resource_of
from clearbell.registry.tables import party, resource, trunk
from clearbell.sanctions.model import Target
from clearbell.sanctions.tables import restriction

_BATCH = 500


def restriction_of(conn: Connection, name: str) -> Row[Any] | None:
    """The restriction of that id; None for one that was forgotten."""
    return conn.execute(select(restriction).where(restriction.c.restriction == name)).first()


def entry_of(conn: Connection, row: Row[Any]) -> Entry:
    """A restriction with the numbers that it bears on, as they are registered now."""
    title = ""
    ranges: tuple[tuple[int, int], ...] = ((row.number, row.number),) if row.number else ()
    if row.target == Target.HOLDER.value:
        title = holder_name(conn, row.name)
        held = select(resource.c.first, resource.c.last).where(resource.c.holder == row.name)
        ranges = tuple((first, last) for first, last in conn.execute(held.order_by(resource.c.first)))
    elif row.target == Target.PROVIDER.value:
        title = conn.execute(select(party.c.name).where(party.c.party == row.name)).scalar_one_or_none() or ""
    return Entry(
        row.restriction,
        row.target,
        row.rung,
        row.reason,
        row.start,
        row.until,
        row.number,
        row.name,
        title,
        row.limit,
        row.order,
        ranges,
    )


def forgotten(name: str) -> Entry:
    """What is left to say of a restriction whose number was erased: its id."""
    return Entry(name, "", "", "", 0, 0)


def wanted_entries(conn: Connection, name: str, at: int) -> list[Entry]:
    """What a target should have at ``at`` (µs UTC), in the order in which it is told."""
    put = task.alias("put")
    gone = task.alias("gone")
    query = (
        select(restriction)
        .join(put, put.c.restriction == restriction.c.restriction)
        .outerjoin(
            gone,
            (gone.c.restriction == put.c.restriction)
            & (gone.c.target == put.c.target)
            & (gone.c.operation == Operation.REMOVE.value),
        )
        .where(
            put.c.target == name,
            put.c.operation == Operation.PUT.value,
            put.c.state != State.WITHDRAWN.value,
            put.c.release <= at,
            gone.c.restriction.is_(None),
            restriction.c.lifted == 0,
            (restriction.c.until == 0) | (restriction.c.until > at),
        )
        .order_by(put.c.serial)
    )
    return [entry_of(conn, row) for row in conn.execute(query).all()]


def providers_of(conn: Connection, row: Row[Any]) -> frozenset[str]:
    """Who connected what a restriction bears on; empty where nobody registered it."""
    match Target(row.target):
        case Target.NUMBER:
            found = resource_of(conn, row.number)
            trunks = found.trunks.split() if found is not None else []
        case Target.HOLDER:
            held = conn.execute(select(resource.c.trunks).where(resource.c.holder == row.name)).scalars()
            trunks = [name for names in held for name in names.split()]
        case Target.TRUNK:
            trunks = [row.name]
        case Target.PROVIDER:
            return frozenset({row.name})
    return frozenset(_providers(conn, trunks))


def _providers(conn: Connection, trunks: Iterable[str]) -> set[str]:
    names = sorted(set(trunks))
    found: set[str] = set()
    for start in range(0, len(names), _BATCH):
        query = select(trunk.c.provider).where(trunk.c.trunk.in_(names[start : start + _BATCH]))
        found.update(conn.execute(query.distinct()).scalars())
    return found
