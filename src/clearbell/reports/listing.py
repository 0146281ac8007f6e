"""Reports and complaints as a list that somebody works through, a page at a time."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, Select, literal_column, select, text

from clearbell.ledger.paging import Order, Place, page
from clearbell.reports.complaints.model import State
from clearbell.reports.complaints.tables import complaint
from clearbell.reports.model import Standing
from clearbell.reports.tables import report, report_trunk

BY_RECEIPT = Order((report.c.received, report.c.report), descending=True)
"""The newest first."""
BY_DUE = Order((complaint.c.due, complaint.c.report))
"""Complaints that are owed something, the soonest due first."""


class Stands(enum.Enum):
    """Which reports are wanted, by what they count for."""

    WAITING = "waiting"
    COUNTED = "counted"
    ASIDE = "aside"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class Wanted(msgspec.Struct, frozen=True):
    """Which reports are wanted; what is empty or 0 does not matter."""

    number: int = 0
    stands: Stands | None = None
    state: State | None = None
    """Of the complaint; only with :data:`BY_DUE`."""
    category: str = ""
    trunk: str = ""
    """That the call came in on, as the call records told."""
    since: int = 0
    """Received in [since, until), µs UTC."""
    until: int = 0


def reports_listed(conn: Connection, wanted: Wanted, order: Order, limit: int, after: Place = ()) -> Sequence[Row[Any]]:
    """The reports, past a place of the order. Each row has the columns of the report, and ``state``, ``due``, ``provider``
    of its complaint (None where it is none).

    Without a number or a period, an index still finds the first page at once; a rare category in a long period takes as
    long as the reports of the period.
    """
    return conn.execute(page(_query(wanted, order), order, after, limit)).all()


def _query(wanted: Wanted, order: Order) -> Select[Any]:
    by_due = any(column is complaint.c.due for column in order.columns)
    query = select(
        report.c.report, report.c.received, report.c.at, report.c.number, report.c.category, report.c.source,
        report.c.standing, report.c.why, report.c.withdrawn, report.c.void, report.c.wanted,
        complaint.c.state, complaint.c.due, complaint.c.provider,
    ).select_from(report.join(complaint, complaint.c.report == report.c.report, isouter=not by_due))  # fmt: skip
    return query.where(*_conditions(wanted, by_due=by_due))


def _conditions(wanted: Wanted, *, by_due: bool) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if by_due:
        # Written out, not bound, so that the partial index is seen to fit; so below.
        found.append(complaint.c.due != text("0"))
    if wanted.state is not None:
        found.append(complaint.c.state == wanted.state.value)
    if wanted.number:
        found.append(report.c.number == wanted.number)
    if wanted.category:
        found.append(report.c.category == wanted.category)
    if wanted.trunk:
        on = select(report_trunk.c.report).where(
            report_trunk.c.report == report.c.report, report_trunk.c.trunk == wanted.trunk
        )
        found.append(on.exists())
    if wanted.since:
        found.append(report.c.received >= wanted.since)
    if wanted.until:
        found.append(report.c.received < wanted.until)
    if wanted.stands is Stands.WITHDRAWN:
        found.append(report.c.withdrawn != text("0"))
    elif wanted.stands is Stands.VOID:
        found += [report.c.void > 0, report.c.withdrawn == 0]
    elif wanted.stands is not None:
        standing = Standing(wanted.stands.value)
        found += [report.c.standing == literal_column(f"'{standing.value}'"), report.c.withdrawn == 0]
    return found
