"""Deadlines that their own rooms pass: listed with the others, and told by facts of those rooms.

A room that has states of its own to change when time passes keeps its own time, each step once. Here stands only where
its open deadlines are, and which fact tells that one passed.
"""

from __future__ import annotations

from sqlalchemy import Text, case, cast, literal, literal_column, select

from clearbell.desk.deadlines.sources import Kept, Source
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

_OPEN_ORDER = regulator_order.c.state.in_([state.value for state in OPEN])


def _must_do(_pack: Pack) -> Kept:
    row = order_must_do.c
    of = select(regulator_order.c.order).where(_OPEN_ORDER)
    return Kept(
        row.order + "/" + cast(row.place, Text), row.due, (row.state == MustDoState.OPEN.value) & row.order.in_(of)
    )


def _bites(_pack: Pack) -> Kept:
    row = sanction.c
    # One that waits for its notice bites earlier when that was delivered, and at the latest then.
    due = case((row.channels == 0, row.start), else_=row.latest)
    return Kept(row.sanction, due, row.state == Standing.ANNOUNCED.value)


def _tasks(_pack: Pack) -> Kept:
    row = task.c
    name = row.target + literal(" ") + row.operation + literal(" ") + row.restriction
    return Kept(name, row.deadline, row.state.in_([state.value for state in TASK_OPEN]))


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
        lambda _: Kept(regulator_order.c.order, regulator_order.c.due, _OPEN_ORDER),
        fact="order.overdue",
    ),
    Source("must_do_due", _must_do, fact="order.overdue"),
    Source("sanction_bites", _bites, fact="sanctions.moved"),
    Source(
        "sanction_ends",
        lambda _: Kept(
            sanction.c.sanction,
            sanction.c.until,
            # Those alive, written out so that their index by end is seen to fit: it has them in order.
            (sanction.c.ended == literal_column("0"))
            & sanction.c.state.in_([Standing.IN_FORCE.value, Standing.STEPPED_DOWN.value]),
        ),
        fact="sanctions.moved",
    ),
    Source("enforcement_acknowledge", _tasks, fact="enforcement.overdue"),
    Source(
        "label_ends",
        lambda _: Kept(cast(label.c.number, Text), label.c.until, label.c.category != "", label.c.number),
        fact="labels.published",
    ),
    Source(
        "card_ends",
        lambda _: Kept(
            card.c.card + "/" + cast(card.c.revision, Text),
            card.c.until,
            card.c.state.in_([state.value for state in LIVE]),
        ),
        fact="cards.moved",
    ),
)
"""Every deadline that a room passes by itself."""
