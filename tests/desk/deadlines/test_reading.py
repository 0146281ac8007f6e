"""Reading deadlines: a page of any kind is read down an index and reads no more than the page, however many there are."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

from clearbell.calls import DAY
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn
from clearbell.consent.service import do_withdraw
from clearbell.desk.deadlines.catalogue import EVERY
from clearbell.desk.deadlines.queries import open_deadlines
from clearbell.policy.pack import builtin_pack, builtin_pack_text, load_pack
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.screening import NOON

PACK = builtin_pack("cn")
LAPSING = load_pack(
    re.sub(
        r"^consent_days = { value = false", "consent_days = { value = 90", builtin_pack_text("cn"), flags=re.MULTILINE
    ),
    "test.toml",
)
FIRST = 8613900000000


@pytest.fixture
def store(tmp_path):
    made = fresh_store(tmp_path, clock=MovableClock(NOON))
    yield made
    made.close()


def plans(store, pack, **asked):
    """How SQLite finds each part of a page."""
    said = []
    with store.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda _c, _u, text, args, *_: said.append((text, args)))
        open_deadlines(conn, pack, NOON, limit=51, **asked)
        return [[row[-1] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", args)] for text, args in said[:]]


@pytest.mark.parametrize("kind", [source.kind for source in EVERY])
@pytest.mark.parametrize("after", [None, "the same", "another"])
def test_no_kind_is_sorted_nor_gone_through(store, kind, after):
    place = {None: None, "the same": (NOON, kind, f"{FIRST}/H/loans"), "another": (NOON, "zz", "x")}[after]
    found = plans(store, LAPSING, kinds=[kind], after=place)
    assert found
    for plan in found:
        assert re.match("SEARCH .* INDEX ", plan[0]), plan
        # The last columns only, of those that are due in the same microsecond.
        assert not [line for line in plan if line == "USE TEMP B-TREE FOR ORDER BY"], plan


def steps(store, pack, **asked):
    """How many steps SQLite takes for a page."""
    taken = 0

    def step():
        nonlocal taken
        taken += 1

    with store.read() as conn:
        conn.connection.driver_connection.set_progress_handler(step, 10)
        rows = open_deadlines(conn, pack, NOON, kinds=["consent_ends"], limit=51, **asked)
        conn.connection.driver_connection.set_progress_handler(None, 0)
    return rows, taken


@pytest.mark.parametrize("until", [0, NOON + 30 * DAY])
def test_a_page_of_consents_costs_the_same_however_many_lapse_at_once(store, until):
    def grant(first, count):
        with store.act("li") as act:
            do_grant(act, [ConsentGranted("H", FIRST + n, "loans", until) for n in range(first, first + count)])

    grant(0, 200)
    place = ()
    rows, few = steps(store, LAPSING)
    assert len(rows) == 51
    place = (rows[49].due, rows[49].kind, rows[49].subject)
    _, few_after = steps(store, LAPSING, after=place)
    grant(200, 5_000)
    again, many = steps(store, LAPSING)
    rows_after, many_after = steps(store, LAPSING, after=place)
    assert [one.subject for one in again] == [one.subject for one in rows]
    assert rows_after[0].subject == rows[50].subject
    assert many < 2 * few
    assert many_after < 2 * few_after


def test_those_with_an_end_and_those_that_the_pack_ends_come_in_one_order(store):
    with store.act("li") as act:
        do_grant(act, [ConsentGranted("H", FIRST + n, "loans", act.at + n * 10 * DAY) for n in (1, 8, 10)])
        do_grant(act, [ConsentGranted("H", FIRST + 9, "loans"), ConsentGranted("H", FIRST + 2, "loans")])
        do_withdraw(act, ConsentWithdrawn("H", FIRST + 2))
    with store.read() as conn:
        found = open_deadlines(conn, LAPSING, NOON, kinds=["consent_ends"])
        assert [one.number - FIRST for one in found] == [1, 8, 9, 10]
        pages, place = [], None
        while rows := open_deadlines(conn, LAPSING, NOON, kinds=["consent_ends"], limit=1, after=place):
            pages += rows
            place = (rows[-1].due, rows[-1].kind, rows[-1].subject)
        assert pages == found
        assert [one.number - FIRST for one in open_deadlines(conn, PACK, NOON, kinds=["consent_ends"])] == [1, 8, 10]
