"""The list of reports: every page is found by an index."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from clearbell.ledger.paging import Order, page
from clearbell.reports.complaints.model import State
from clearbell.reports.listing import BY_DUE, BY_RECEIPT, Stands, Wanted, reports_listed
from clearbell.reports.tables import report
from clearbell.testing import fresh_store

MONTH = {"since": 5, "until": 500}


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    yield store
    store.close()


def plan(store, ask):
    """How SQLite would find it."""
    asked = []
    with store.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda _c, _u, text, args, *_: asked.append((text, args)))
        ask(conn)
        text, args = asked[-1]
        return [row[-1] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", args)]


@pytest.mark.parametrize(
    ("wanted", "order", "after"),
    [
        (Wanted(), BY_RECEIPT, ()),
        (Wanted(), BY_RECEIPT, (7, "x")),
        (Wanted(), BY_RECEIPT.turned(), (7, "x")),
        (Wanted(category="loans", **MONTH), BY_RECEIPT, ()),
        (Wanted(stands=Stands.ASIDE, **MONTH), BY_RECEIPT, (7, "x")),
        (Wanted(stands=Stands.WITHDRAWN), BY_RECEIPT, ()),
        (Wanted(), BY_DUE, ()),
        (Wanted(state=State.FORWARDED), BY_DUE, (7, "x")),
        (Wanted(number=8613800000066), BY_RECEIPT, ()),
    ],
)
def test_no_page_goes_through_all_reports(store, wanted, order, after):
    found = plan(store, lambda conn: reports_listed(conn, wanted, order, 51, after))
    assert not [line for line in found if line.startswith("SCAN") and "INDEX" not in line], found
    if not wanted.number and not wanted.category:
        # In the order of the index: nothing is sorted.
        assert not [line for line in found if "TEMP B-TREE FOR ORDER" in line], found


def test_a_page_begins_past_the_last_row_of_the_one_before(store):
    order = Order((report.c.received, report.c.report))
    text = str(page(report.select(), order, (7, "x"), 3))
    assert "(report.received, report.report) > (:param_1, :param_2)" in text
    assert order.fits((7, "x"))
    assert not order.fits(("7", "x"))
    assert not order.fits((7,))
    assert not order.fits((True, "x"))
