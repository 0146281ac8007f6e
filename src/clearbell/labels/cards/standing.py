"""What stands against showing a card: asked of the registry, of contracts, sanctions and the blacklist."""

from __future__ import annotations

from sqlalchemy import Connection, and_, case, exists, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from clearbell.labels.cards.model import Hidden, Lifecycle
from clearbell.labels.cards.tables import card, card_number
from clearbell.labels.tables import label
from clearbell.registry.admission.tables import blacklist
from clearbell.registry.contracts.model import State as Contract
from clearbell.registry.contracts.tables import contract
from clearbell.registry.tables import resource
from clearbell.sanctions.model import Rung, Target
from clearbell.sanctions.tables import restriction


def against_holder(at: int) -> list[tuple[ColumnElement[bool], Hidden]]:
    """Conditions over :data:`card`, gravest first, with what each is called."""
    ended = exists().where(contract.c.holder == card.c.holder, contract.c.state == Contract.ENDED.value)
    bound = exists().where(contract.c.holder == card.c.holder, contract.c.state == Contract.IN_FORCE.value)
    listed = exists().where(
        blacklist.c.unlisted == 0,
        or_(blacklist.c.until == 0, blacklist.c.until > at),
        or_(blacklist.c.licence == card.c.licence, and_(card.c.legal != "", blacklist.c.person == card.c.legal)),
    )
    barred = exists().where(
        restriction.c.target == Target.HOLDER.value, restriction.c.name == card.c.holder, *_in_force(at)
    )
    black = exists().where(
        restriction.c.target == Target.HOLDER.value,
        restriction.c.name == card.c.holder,
        restriction.c.rung == Rung.BLACKLISTED.value,
        *_in_force(at),
    )
    return [
        (or_(listed, black), Hidden.BLACKLISTED),
        (and_(ended, ~bound), Hidden.CONTRACT_ENDED),
        (and_(card.c.until != 0, card.c.until <= at), Hidden.EXPIRED),
        (barred, Hidden.SANCTIONED),
    ]


def against_number(at: int) -> list[tuple[ColumnElement[bool], Hidden]]:
    """Conditions over :data:`card_number` beside :data:`card`."""
    held = exists().where(
        resource.c.holder == card.c.holder,
        resource.c.first <= card_number.c.number,
        resource.c.last >= card_number.c.number,
    )
    restricted = exists().where(
        restriction.c.target == Target.NUMBER.value, restriction.c.number == card_number.c.number, *_in_force(at)
    )
    labelled = exists().where(label.c.number == card_number.c.number, label.c.category != "", label.c.until > at)
    return [
        (or_(~held, card_number.c.lifecycle == Lifecycle.RELEASED.value), Hidden.RELEASED),
        (restricted, Hidden.RESTRICTED),
        (labelled, Hidden.LABELLED),
    ]


def named(conditions: list[tuple[ColumnElement[bool], Hidden]]) -> ColumnElement[str]:
    """The first condition that holds, by name; empty when none does."""
    return case(*((condition, literal(hidden.value)) for condition, hidden in conditions), else_=literal(""))


def holder_standing(conn: Connection, card_id: str, revision: int, at: int) -> Hidden:
    """What stands against the card's holder at ``at`` (µs UTC)."""
    query = select(named(against_holder(at))).where(card.c.card == card_id, card.c.revision == revision)
    return Hidden(conn.execute(query).scalar_one())


def _in_force(at: int) -> tuple[ColumnElement[bool], ...]:
    return (
        restriction.c.rung != Rung.RATE_LIMIT.value,
        restriction.c.lifted == 0,
        restriction.c.start <= at,
        or_(restriction.c.until == 0, restriction.c.until > at),
    )
