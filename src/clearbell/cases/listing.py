"""The queue of cases, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, case, literal_column, select

from clearbell.cases.model import State
from clearbell.cases.tables import case_file
from clearbell.ledger.paging import Order, Place, page

_NEVER = -(1 << 62)
# The sooner due, the larger; what is never due is the least.
_PRESSING = case((case_file.c.due == 0, _NEVER), else_=-case_file.c.due).label("pressing")
BY_URGENCY = Order((case_file.c.urgency, _PRESSING, case_file.c.case), descending=True)
"""The most urgent first, then the soonest due."""


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
    query = select(case_file, _PRESSING).where(*_conditions(wanted, now))
    return conn.execute(page(query, order, after, limit)).all()


def _conditions(wanted: Wanted, now: int) -> list[ColumnElement[bool]]:
    c = case_file.c
    late = (c.due != 0) & (c.due < now)
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
