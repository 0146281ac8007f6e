"""Reading applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from clearbell.ledger.paging import Order, Place, page
from clearbell.registry.admission.queries import Hit, hits
from clearbell.registry.applications.checks import DIGEST
from clearbell.registry.applications.model import State
from clearbell.registry.applications.tables import application, application_document


def queue(conn: Connection, states: Sequence[State] = (), limit: int = 100) -> Sequence[Row[Any]]:
    """Applications in the given states (default: those that wait for a reviewer), longest waiting first."""
    wanted = [state.value for state in states or (State.PENDING, State.REVIEWED)]
    return conn.execute(
        select(application)
        .where(application.c.state.in_(wanted))
        .order_by(application.c.changed_at, application.c.application)
        .limit(limit)
    ).all()


BY_CHANGE = Order((application.c.changed_at, application.c.application))
"""The longest waiting first."""


def applications_listed(
    conn: Connection, order: Order, limit: int, after: Place = (), *, states: Sequence[State] = ()
) -> Sequence[Row[Any]]:
    """Applications in the given states (default: those that wait for a reviewer), past a place of the order."""
    wanted = [state.value for state in states or (State.PENDING, State.REVIEWED)]
    return conn.execute(page(select(application).where(application.c.state.in_(wanted)), order, after, limit)).all()


def due_for_recheck(conn: Connection, at: int, limit: int = 100) -> Sequence[Row[Any]]:
    """Approved applications to be checked again before ``at`` (µs UTC), and those that lapsed."""
    return conn.execute(
        select(application)
        .where(
            (application.c.state == State.LAPSED.value)
            | (
                (application.c.state == State.APPROVED.value)
                & (application.c.recheck_at != 0)
                & (application.c.recheck_at < at)
            )
        )
        .order_by(application.c.recheck_at)
        .limit(limit)
    ).all()


BY_FILED = Order((application.c.filed_at, application.c.application), descending=True)
BY_VALID = Order((application.c.valid_until, application.c.application))


def applications_of(
    conn: Connection,
    party: str,
    limit: int,
    order: Order = BY_FILED,
    after: Place = (),
    *,
    state: str = "",
    line_class: str = "",
) -> Sequence[Row[Any]]:
    """Applications of a party, past a place of the order; the newest first."""
    query = select(application).where(application.c.party == party)
    if state:
        query = query.where(application.c.state == state)
    if line_class:
        query = query.where(application.c.line_class == line_class)
    return conn.execute(page(query, order, after, limit)).all()


def documents_of(conn: Connection, name: str) -> Sequence[Row[Any]]:
    """Documents attached to an application."""
    return conn.execute(
        select(application_document)
        .where(application_document.c.application == name)
        .order_by(application_document.c.kind)
    ).all()


def hits_of(conn: Connection, row: Row[Any], at: int) -> list[Hit]:
    """Entries of the shared blacklist that an application's licence or legal person is on, or has the name of."""
    fields = msgspec.json.decode(row.fields, type=dict[str, str])
    person = fields.get("legal_id", "")
    return hits(
        conn,
        at,
        licence=fields.get("credit_code", ""),
        person=person.removeprefix(DIGEST) if person.startswith(DIGEST) else "",
        names=(fields.get("legal_name", ""), fields.get("entity_name", "")),
    )


class Answerable(msgspec.Struct, frozen=True):
    """Who answers for a holder, as its application named them: what the shared blacklist knows a user by."""

    licence: str
    """Unified social credit code."""
    person: str
    """Digest of the legal person's identity number."""


def answerable_for(conn: Connection, holder: str) -> list[Answerable]:
    """Who answers for a holder by its approved applications, lapsed ones too, each once."""
    query = select(application.c.fields).where(
        application.c.state.in_([State.APPROVED.value, State.LAPSED.value]),
        # Sought as text first: the fields are JSON, and few of them name the holder.
        application.c.fields.contains(holder, autoescape=True),
    )
    found: dict[Answerable, None] = {}
    for text in conn.execute(query.order_by(application.c.application)).scalars():
        fields = msgspec.json.decode(text, type=dict[str, str])
        if fields.get("holder") == holder:
            person = fields.get("legal_id", "")
            known = person.removeprefix(DIGEST) if person.startswith(DIGEST) else ""
            found[Answerable(fields.get("credit_code", ""), known)] = None
    return list(found)
