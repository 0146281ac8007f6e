"""What is known about mass notices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, func, literal, select

from clearbell.ledger.paging import Order, Place, page
from clearbell.notices.mass.errors import UnknownMassError
from clearbell.notices.mass.model import OPEN, MassState, Outcome
from clearbell.notices.mass.tables import mass, mass_recipient

_PAGE = 5000
_TOLD = (Outcome.TAKEN, Outcome.ACCEPTED, Outcome.DELIVERED, Outcome.DOUBT, Outcome.NO_RECEIPT)


def mass_of(conn: Connection, number: int) -> Row[Any]:
    """The mass notice of that number. Raises :class:`UnknownMassError`."""
    row = conn.execute(select(mass).where(mass.c.mass == number)).first()
    if row is None:
        raise UnknownMassError(number)
    return row


def masses(conn: Connection, state: MassState | None = None, limit: int = 50, start: int = 0) -> list[Row[Any]]:
    """The newest mass notices past ``start``, in a state where one is given."""
    query = select(mass).order_by(mass.c.mass.desc()).limit(limit).offset(start)
    if state is not None:
        query = query.where(mass.c.state == state.value)
    return list(conn.execute(query))


BY_NUMBER = Order((mass.c.mass,), descending=True)
"""The newest first."""


def masses_listed(
    conn: Connection, order: Order, limit: int, after: Place = (), *, state: str = "", purpose: str = "", text: str = ""
) -> list[Row[Any]]:
    """Mass notices past a place of the order; ``text``: in their name, whatever its case."""
    query = select(mass)
    if state:
        query = query.where(mass.c.state == state)
    if purpose:
        query = query.where(mass.c.purpose == purpose)
    if text:
        query = query.where(mass.c.name.icontains(text, autoescape=True))
    return list(conn.execute(page(query, order, after, limit)))


def counts_of(conn: Connection, number: int) -> dict[Outcome, int]:
    """Recipients by where they stand; reads all of them."""
    query = select(mass_recipient.c.outcome, func.count()).where(mass_recipient.c.mass == number)
    found = conn.execute(query.group_by(mass_recipient.c.outcome)).all()
    return {Outcome(outcome): count for outcome, count in found}


def is_done(counts: dict[Outcome, int]) -> bool:
    """Whether everyone was told or has a reason."""
    return not any(counts.get(outcome) for outcome in OPEN)


def reasons_of(conn: Connection, number: int, limit: int = 20) -> list[tuple[Outcome, str, int]]:
    """The most frequent reasons of those who were not told."""
    count = func.count()
    query = (
        select(mass_recipient.c.outcome, mass_recipient.c.reason, count)
        .where(mass_recipient.c.mass == number, mass_recipient.c.reason != "")
        .group_by(mass_recipient.c.outcome, mass_recipient.c.reason)
        .order_by(count.desc())
        .limit(limit)
    )
    return [(Outcome(outcome), reason, many) for outcome, reason, many in conn.execute(query)]


def outcomes(conn: Connection, number: int, after: str = "") -> Iterator[Row[Any]]:
    """Every recipient with what became of it, in order."""
    query = select(mass_recipient).where(mass_recipient.c.mass == number).order_by(mass_recipient.c.recipient)
    while page := conn.execute(query.where(mass_recipient.c.recipient > after).limit(_PAGE)).all():
        yield from page
        after = page[-1].recipient


def page_of(conn: Connection, number: int, after: str, most: int, outcome: Outcome | None = None) -> list[Row[Any]]:
    """Some recipients with what became of them, in order, past ``after``."""
    query = select(mass_recipient).where(mass_recipient.c.mass == number, mass_recipient.c.recipient > after)
    if outcome is not None:
        query = query.where(mass_recipient.c.outcome == int(outcome))
    return list(conn.execute(query.order_by(mass_recipient.c.recipient).limit(most)))


def last_told(conn: Connection, recipient: str, since: int) -> Row[Any] | None:
    """The mass notice that someone was last told, at ``since`` (µs UTC) or later, with ``told`` and ``language``."""
    # First the notices, which are few: of each a recipient is found by its key, of all of them only by reading millions.
    numbers = conn.execute(select(mass.c.mass).where(mass.c.not_after > since, mass.c.digest != "")).scalars().all()
    told = mass_recipient.c.since
    query = (
        select(mass_recipient.c.mass, told, mass_recipient.c.language)
        .where(mass_recipient.c.mass.in_(numbers), mass_recipient.c.recipient == recipient, told >= since)
        .where(mass_recipient.c.outcome.in_([int(outcome) for outcome in _TOLD]))
    )
    last = conn.execute(query.order_by(told.desc()).limit(1)).first()
    if last is None:
        return None
    found = select(mass, literal(last.since).label("told"), literal(last.language).label("language"))
    return conn.execute(found.where(mass.c.mass == last.mass)).first()
