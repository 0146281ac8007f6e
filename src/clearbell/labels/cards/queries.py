"""Reading name cards: on one number, and what changed since a version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, select

from clearbell.labels.cards.model import OPEN, State, Texts
from clearbell.labels.cards.showing import last_card_version
from clearbell.labels.cards.standing import against_holder, against_number, named
from clearbell.labels.cards.tables import card, card_document, card_number, card_shown
from clearbell.ledger.paging import Order, Place, page
from clearbell.registry.queries import held_by

__all__ = [
    "CardOnNumber", "card_of", "cards", "cards_in_bucket", "cards_of_party", "changes", "documents_of", "last_card_version", "on_cards", "shown_cards",
]  # fmt: skip


class CardOnNumber(msgspec.Struct, frozen=True):
    """A card as it now stands on a number, or its tombstone, and the version it changed in."""

    version: int
    number: int
    card: str
    revision: int
    texts: Texts
    at: int
    until: int
    hidden: str
    """Why it is gone; empty while it is shown."""

    @property
    def removed(self) -> bool:
        """Whether nothing is shown any more."""
        return bool(self.hidden)


def card_of(conn: Connection, number: int, at: int) -> CardOnNumber | None:
    """The card shown on a number at ``at`` (µs UTC); a label in force, a release or a restriction hides it at once."""
    return next(iter(_in_force(conn, _shown(at).where(card_shown.c.number == number))), None)


def cards_in_bucket(conn: Connection, bucket: int, at: int) -> list[CardOnNumber]:
    """Cards shown on numbers whose digests begin with ``bucket``; see ``labels.hashing``."""
    return _in_force(conn, _shown(at).where(card_shown.c.bucket == bucket).order_by(card_shown.c.number))


def shown_cards(conn: Connection, at: int, limit: int) -> list[CardOnNumber]:
    """Cards shown at ``at`` (µs UTC), by number."""
    return _in_force(conn, _shown(at).order_by(card_shown.c.number).limit(limit))


def changes(conn: Connection, since_version: int, limit: int = 10_000) -> list[CardOnNumber]:
    """Up to ``limit`` changes past a version, oldest first, tombstones among them; from 0 those are spared."""
    query = _rows().where(card_shown.c.version > since_version)
    if not since_version:
        query = query.where(card_shown.c.hidden == "")
    return _in_force(conn, query.order_by(card_shown.c.version).limit(limit))


def cards(conn: Connection, states: Sequence[State] = OPEN, limit: int = 100) -> Sequence[Row[Any]]:
    """Versions in the given states (default: those that wait), longest waiting first."""
    query = select(card).where(card.c.state.in_([state.value for state in states]))
    return conn.execute(query.order_by(card.c.changed_at, card.c.card, card.c.revision).limit(limit)).all()


BY_CHANGE = Order((card.c.changed_at, card.c.card), descending=True)
BY_END = Order((card.c.until, card.c.card))


def cards_of_party(
    conn: Connection, party: str, limit: int, order: Order = BY_CHANGE, after: Place = (), state: str = ""
) -> Sequence[Row[Any]]:
    """The newest version of every card of the holders that a party is, past a place of the order; the latest changed first."""
    later = card.alias()
    newest = ~select(later.c.card).where(later.c.card == card.c.card, later.c.revision > card.c.revision).exists()
    query = select(card).where(card.c.holder.in_(held_by(party)), newest)
    if state:
        query = query.where(card.c.state == state)
    return conn.execute(page(query, order, after, limit)).all()


def documents_of(conn: Connection, name: str, revision: int) -> Sequence[Row[Any]]:
    """Documents of a version."""
    query = select(card_document).where(card_document.c.card == name, card_document.c.revision == revision)
    return conn.execute(query.order_by(card_document.c.kind)).all()


def on_cards(conn: Connection, numbers: Sequence[int]) -> set[int]:
    """Those of up to some hundred numbers that a card names or was shown on."""
    claimed = select(card_number.c.number).where(card_number.c.number.in_(numbers))
    shown = select(card_shown.c.number).where(card_shown.c.number.in_(numbers))
    return set(conn.execute(claimed).scalars()) | set(conn.execute(shown).scalars())


def _rows() -> Select[Any]:
    same = (card.c.card == card_shown.c.card) & (card.c.revision == card_shown.c.revision)
    return select(
        card_shown, card.c.name_zh, card.c.name_en, card.c.department_zh, card.c.department_en, card.c.logo
    ).join(card, same)


def _shown(at: int) -> Select[Any]:
    same = (
        (card_number.c.card == card_shown.c.card)
        & (card_number.c.revision == card_shown.c.revision)
        & (card_number.c.number == card_shown.c.number)
    )
    # The sweep is a moment behind; a look-up is not.
    return (
        _rows()
        .join(card_number, same)
        .where(card_shown.c.hidden == "", named(against_holder(at)) == "", named(against_number(at)) == "")
    )


def _in_force(conn: Connection, query: Select[Any]) -> list[CardOnNumber]:
    return [
        CardOnNumber(
            row.version,
            row.number,
            row.card,
            row.revision,
            Texts("", "")
            if row.hidden
            else Texts(row.name_zh, row.name_en, row.department_zh, row.department_en, row.logo),
            row.at,
            row.until,
            row.hidden,
        )
        for row in conn.execute(query).all()
    ]
