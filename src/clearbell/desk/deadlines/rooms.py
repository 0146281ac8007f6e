"""Deadlines that their own rooms pass: listed with the others, and told by facts of those rooms.

A room that has states of its own to change when time passes keeps its own time, each step once. Here stands only where
its open deadlines are, and which fact tells that one passed.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Text, cast, exists, literal, literal_column

from clearbell.desk.deadlines.sources import Kept, Source, each_state
from clearbell.enforcement.model import OPEN as TASK_OPEN
from clearbell.enforcement.tables import task
from clearbell.labels.cards.model import LIVE
from clearbell.labels.cards.tables import card
from clearbell.labels.tables import label
from clearbell.policy.model import Pack
from clearbell.sanctions.model import State as Standing
from clearbell.sanctions.orders.model import OPEN, MustDoState
from clearbell.sanctions.orders.model import State as Order
from clearbell.sanctions.orders.tables import order_must_do, regulator_order
from clearbell.sanctions.tables import sanction


def _must_do(_pack: Pack) -> Kept:
    row = order_must_do.c
    of = exists().where(regulator_order.c.order == row.order, regulator_order.c.state.in_([one.value for one in OPEN]))
    return Kept(row.order + "/" + cast(row.place, Text), row.due, (row.state == MustDoState.OPEN.value) & of)


def _bites(_pack: Pack) -> Sequence[Kept]:
    row = sanction.c
    coming = row.state == Standing.ANNOUNCED.value
    # The number is written out, so that the indexes are seen to fit: they have them in order.
    none: ColumnElement[int] = literal_column("0")
    # One that waits for its notice bites earlier when that was delivered, and at the latest then.
    return (
        Kept(row.sanction, row.start, coming & (row.channels == none)),
        Kept(row.sanction, row.latest, coming & (row.channels > none)),
    )


_TASK = task.c.target + literal(" ") + task.c.operation + literal(" ") + task.c.restriction
ROOMS: tuple[Source, ...] = (
    Source(
        "order_acknowledge",
        lambda _: Kept(
            regulator_order.c.order, regulator_order.c.acknowledge_by, regulator_order.c.state == Order.RECEIVED.value
        ),
        fact="order.overdue",
    ),
    Source(
        "order_due",
        each_state(regulator_order.c.order, regulator_order.c.due, regulator_order.c.state, OPEN),
        fact="order.overdue",
    ),
    Source("must_do_due", _must_do, fact="order.overdue"),
    Source("sanction_bites", _bites, fact="sanctions.moved"),
    Source(
        "sanction_ends",
        each_state(sanction.c.sanction, sanction.c.until, sanction.c.state, (Standing.IN_FORCE, Standing.STEPPED_DOWN)),
        fact="sanctions.moved",
    ),
    Source(
        "enforcement_acknowledge",
        each_state(_TASK, task.c.deadline, task.c.state, TASK_OPEN),
        fact="enforcement.overdue",
    ),
    Source(
        "label_ends",
        lambda _: Kept(cast(label.c.number, Text), label.c.until, label.c.category != "", label.c.number),
        fact="labels.published",
    ),
    Source(
        "card_ends",
        each_state(card.c.card + "/" + cast(card.c.revision, Text), card.c.until, card.c.state, LIVE),
        fact="cards.moved",
    ),
)
"""Every deadline that a room passes by itself."""
