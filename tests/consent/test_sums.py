"""Consents are counted for a page at once where there are few, and beside the pages where there are very many."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from clearbell.calls import DAY
from clearbell.consent.granting import do_grant
from clearbell.consent.holdings import Holding
from clearbell.consent.model import ConsentGranted, ConsentWithdrawn
from clearbell.consent.service import do_withdraw
from clearbell.consent.sums import counted, keep_sums
from clearbell.registry.model import HolderRegistered, PartyKind, PartyRegistered
from clearbell.registry.queries import held_by
from clearbell.registry.service import do_register_holder, do_register_party
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.screening import NOON

FIRST, MANY = 8613900000000, 5


@pytest.fixture
def clock():
    return MovableClock(NOON)


@pytest.fixture
def store(tmp_path, clock):
    made = fresh_store(tmp_path, clock=clock)
    with made.act("li") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "P"))
        for name in ("few", "many"):
            do_register_holder(act, HolderRegistered(name, "p"))
        do_grant(act, [ConsentGranted("few", FIRST + n, "loans") for n in range(3)])
    yield made
    made.close()


def grant_many(store, count=8):
    with store.act("li") as act:
        do_grant(act, [ConsentGranted("many", FIRST + n, "loans", n % 2 * (act.at + 9 * DAY)) for n in range(count)])
        do_withdraw(act, ConsentWithdrawn("many", FIRST))


def look(store, clock):
    with store.read() as conn:
        return counted(conn, held_by("p"), clock.now(), None, 480, MANY)


def test_few_are_counted_as_they_stand(store, clock):
    found = look(store, clock)
    assert (found.holding, found.at, found.missing) == (Holding(3, 0, 0), 0, False)
    assert sum(week.given for week in found.weeks) == 3
    with store.act("li") as act:
        do_withdraw(act, ConsentWithdrawn("few", FIRST))
    assert look(store, clock).holding == Holding(2, 0, 1)


def test_very_many_are_in_the_figures_once_they_were_counted_with_their_time(store, clock):
    grant_many(store)
    before = look(store, clock)
    assert (before.holding, before.missing) == (Holding(3, 0, 0), True)
    assert keep_sums(store, None, 480, MANY) == 1
    found = look(store, clock)
    assert (found.holding, found.at, found.missing) == (Holding(10, 4, 1), clock.now(), False)
    assert sum(week.given for week in found.weeks) == 11
    assert sum(week.withdrawn for week in found.weeks) == 1
    # They stand until they are counted anew.
    clock.move(DAY)
    with store.act("li") as act:
        do_withdraw(act, ConsentWithdrawn("many", FIRST + 1))
    assert look(store, clock).holding == Holding(10, 4, 1)
    keep_sums(store, None, 480, MANY)
    assert (look(store, clock).holding.withdrawn, look(store, clock).at) == (2, clock.now())


def test_a_page_reads_no_more_however_many_there_are(store, clock):
    def steps():
        taken = 0

        def step():
            nonlocal taken
            taken += 1

        with store.read() as conn:
            conn.connection.driver_connection.set_progress_handler(step, 10)
            counted(conn, held_by("p"), clock.now(), None, 480, MANY)
            conn.connection.driver_connection.set_progress_handler(None, 0)
        return taken

    grant_many(store)
    few = steps()
    grant_many(store, 5_000)
    assert steps() < 2 * few
    keep_sums(store, None, 480, MANY)
    assert steps() < 2 * few


def test_nothing_is_written_where_nobody_has_very_many(store):
    head = store.head()
    said = []
    with store.read() as conn:
        event.listen(conn.engine, "before_cursor_execute", lambda _c, _u, text, *_: said.append(text))
    assert keep_sums(store, None, 480, MANY) == 0
    assert not [one for one in said if one.startswith(("INSERT", "DELETE"))]
    assert store.head() == head
