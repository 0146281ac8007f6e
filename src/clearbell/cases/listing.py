"""The queue of cases, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, literal_column, select

from clearbell.cases.model import State
from clearbell.cases.tables import case_file
from clearbell.ledger.paging import Order, Place, page

BY_URGENCY = Order((case_file.c.urgency, case_file.c.pressing, case_file.c.case), descending=True)
"""The most urgent first, then the soonest due."""
BY_DUE = Order((case_file.c.pressing, case_file.c.case), descending=True)
"""The soonest due first; what is never due comes last."""


class Wanted(msgspec.Struct, frozen=True):
    """Which cases are wanted; what is empty or 0 does not matter."""

    state: State | None = None
    """None: all that are not closed."""
    assignee: str = ""
    number: int = 0
    unit: str = ""
    """Holder or campaign."""
    snoozed: bool = False
    """Those put off too."""
    overdue: bool = False


def cases_listed(
    conn: Connection, wanted: Wanted, now: int, order: Order, limit: int, after: Place = ()
) -> Sequence[Row[Any]]:
    """The cases at ``now`` (µs UTC), past a place of the order; merged ones are left out.

    One that was put off is there again when its deadline has passed.
    """
    query = select(case_file).where(*_conditions(wanted, now))
    return conn.execute(page(query, order, after, limit)).all()


def _conditions(wanted: Wanted, now: int) -> list[ColumnElement[bool]]:
    c = case_file.c
    late = c.pressing > -now
    # Written out, not bound, so that the partial index is seen to fit.
    found: list[ColumnElement[bool]] = [c.merged_into == literal_column("''")]
    found.append(c.state != literal_column("'closed'") if wanted.state is None else c.state == wanted.state.value)
    if wanted.assignee:
        found.append(c.assignee == wanted.assignee)
    if wanted.number:
        found.append(c.number == wanted.number)
    if wanted.unit:
        found += [c.unit_kind.in_(["holder", "campaign"]), c.unit == wanted.unit]
    if wanted.overdue:
        found.append(late)
    if not wanted.snoozed:
        found.append((c.snoozed <= now) | late)
    return found
