"""Every list of the desk is filtered, sorted, paged and taken away in the same way, and finds its rows by an index."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient
from tests.web.desk_world import Clerk, Desk, cells, link

from clearbell.calls import DAY, HOUR
from clearbell.cases.files import change
from clearbell.cases.listing import BY_DUE, BY_URGENCY, Wanted, cases_listed
from clearbell.cases.model import Opened, Source, State, Unit, UnitKind, number_unit
from clearbell.cases.service import do_open, do_snooze
from clearbell.testing import MovableClock
from clearbell.testing.screening import NOON
from clearbell.web.officers.listing_texts import LISTING

NUMBER = 8613800000066
L = LISTING["en"]
LISTS = {
    "/desk/cases": "urgency",
    "/desk/reports": "received",
    "/desk/sanctions": "announced",
    "/desk/appeals": "due",
    "/desk/orders": "due",
    "/desk/applications": "changed",
    "/desk/deadlines": "due",
    "/desk/providers": "unwanted_share",
    "/desk/unacknowledged": "alarmed",
    "/desk/reads": "when",
    "/desk/accounts": "account",
    "/desk/restrictions": "begins",
    "/desk/ledger": "seq",
}


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path, MovableClock(NOON))
    yield made
    made.store.close()


@pytest.fixture
def clerk(desk):
    with TestClient(desk.app) as client:
        yield Clerk(client, desk, "supervisor")


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """A clerk of a desk with sixty cases, who changes nothing."""
    desk = Desk(tmp_path_factory.mktemp("desk"), MovableClock(NOON))
    for n in range(60):
        opened(desk, f"C{n:02}", number_unit(NUMBER + n))
    with TestClient(desk.app) as client:
        yield Clerk(client, desk, "supervisor")
    desk.store.close()


def opened(desk, case, unit, source=Source.OFFICER):
    with desk.store.act("li") as act:
        reason = Opened(source, unit, (), "rings")
        do_open(act, case, reason, desk.gate.pack.cases, desk.gate.desk.due, officer="li")


@pytest.mark.parametrize("path", list(LISTS))
def test_each_list_says_how_it_is_sorted_and_is_taken_away_as_it_stands(standing, path):
    page = standing.see(path)
    assert page.count("aria-sort=") == 1
    head = page.partition("aria-sort=")[2].partition("</th>")[0]
    assert L[LISTS[path]] in head
    lines = standing.file(path)
    shown = page.partition("<thead>")[2].partition("</thead>")[0].count("<th ")
    assert len(lines[0]) == shown
    assert all(len(line) == shown for line in lines)


@pytest.mark.parametrize("path", list(LISTS))
def test_each_list_refuses_what_it_does_not_know(standing, path):
    for query in ({"sort": "nothing"}, {"sort": "--due"}, {"after": "WzFd"}, {"after": "x" * 5000}):
        page = standing.see(path, expected=422, **query)
        assert 'role="alert"' in page
        assert cells(page) == [[L["nothing"].split()]]


@pytest.mark.parametrize("path", list(LISTS))
def test_a_place_of_one_list_is_none_of_another(standing, path):
    after = link(standing.see("/desk/cases"), L["more"]).partition("after=")[2]
    if path == "/desk/cases":
        assert len(standing.rows(path, after=after)) == 10
    else:
        standing.see(path, expected=422, after=after)


def test_the_queue_is_in_the_order_of_urgency_then_of_what_is_due_and_each_case_is_there_once(clerk, desk):
    clock = desk.store.clock
    for n in range(70):
        opened(desk, f"C{n:02}", number_unit(NUMBER + n), Source.DETECTOR if n % 3 == 0 else Source.OFFICER)
        if n % 20 == 19:
            clock.move(DAY)
    page = clerk.see("/desk/cases")
    found = cells(page)
    found += clerk.rows(link(page, L["more"]))
    assert sorted(row[7][0] for row in found) == [f"C{n:02}" for n in range(70)]
    keys = [(-int(row[2][0]), " ".join(row[3][:2])) for row in found]
    assert keys == sorted(keys)


def test_the_queue_is_narrowed_to_a_number_a_holder_and_what_is_mine(clerk, desk):
    opened(desk, "C1", number_unit(NUMBER))
    opened(desk, "C2", Unit(UnitKind.HOLDER, "H"))
    assert [row[7] for row in clerk.rows("/desk/cases", number="13800000066")] == [["C1"]]
    assert [row[7] for row in clerk.rows("/desk/cases", holder_campaign="H")] == [["C2"]]
    clerk.send("/desk/cases/C2/take")
    assert [row[7] for row in clerk.rows("/desk/cases", mine="true")] == [["C2"]]
    assert [row[7] for row in clerk.rows("/desk/cases", state="verifying")] == [["C2"]]


def test_what_was_put_off_is_there_when_it_is_asked_for_or_late(desk):
    opened(desk, "C1", number_unit(NUMBER))
    with desk.store.act("li") as act:
        do_snooze(act, "C1", act.at + 2 * HOUR, "later", desk.gate.pack.cases, officer="li")

    def names(now, **more):
        with desk.store.read() as conn:
            return [row.case for row in cases_listed(conn, Wanted(**more), now, BY_URGENCY, 10)]

    assert names(NOON) == []
    assert names(NOON, snoozed=True) == ["C1"]
    assert names(NOON + 3 * HOUR) == ["C1"]
    assert names(NOON + 60 * DAY, overdue=True) == ["C1"]
    assert names(NOON, snoozed=True, state=State.CLOSED) == []


def test_a_form_that_is_refused_leaves_the_queue_in_sight(clerk, desk):
    opened(desk, "C1", number_unit(NUMBER))
    page = clerk.send("/desk/open-case", expected=422, number="hello", holder="", words="x")
    assert [row[7] for row in cells(page)] == [["C1"]]
    assert 'action="/desk/cases"' in page


def test_what_is_overdue_is_there_with_the_longest_first_page_after_page(desk, clerk):
    for n in range(60):
        opened(desk, f"O{n:02}", number_unit(NUMBER + n))
    with desk.store.act("li") as act:
        for n in range(60):
            change(act, f"O{n:02}", due=NOON + n * HOUR, urgency=n % 7)
    desk.store.clock.move(60 * DAY)
    page = clerk.see("/desk/cases", overdue="true")
    first = [line[7] for line in clerk.file("/desk/cases", overdue="true")[1:]]
    assert first == [f"O{n:02}" for n in range(60)]
    assert L["due"] in page.partition("aria-sort=")[2].partition("</th>")[0]
    rest = clerk.see(link(page, L["more"]))
    assert [f"O{n:02}" in rest for n in (49, 50, 59)] == [False, True, True]
    # Asked for by urgency, it is as in the queue.
    with desk.store.read() as conn:
        rows = cases_listed(conn, Wanted(overdue=True), desk.store.clock.now(), BY_URGENCY, 60)
    by_urgency = [line[7] for line in clerk.file("/desk/cases", overdue="true", sort="urgency")[1:]]
    assert by_urgency == [row.case for row in rows]


def test_the_queue_by_what_is_due_ends_with_what_never_is(desk):
    for n in range(3):
        opened(desk, f"D{n}", number_unit(NUMBER + n))
    with desk.store.act("li") as act:
        for n, due in enumerate((0, NOON + HOUR, NOON + DAY)):
            change(act, f"D{n}", due=due)
    with desk.store.read() as conn:
        rows = cases_listed(conn, Wanted(), desk.store.clock.now(), BY_DUE, 10)
        past = cases_listed(conn, Wanted(), desk.store.clock.now(), BY_DUE, 10, BY_DUE.place_of(rows[1]))
    assert [row.case for row in rows] == ["D1", "D2", "D0"]
    assert [row.case for row in past] == ["D0"]


def test_accounts_are_narrowed_down_and_may_be_stepped_on_from_the_list(desk):
    with TestClient(desk.app) as client:
        admin = Clerk(client, desk, "administrator")
        for who in ("auditor", "officer", "officer2"):
            desk.cookie(who)
        assert [row[0] for row in admin.rows("/desk/accounts", role="officer")] == [["officer"], ["officer2"]]
        assert [row[0] for row in admin.rows("/desk/accounts", named="OFFICER2")] == [["officer2"]]
        assert next(row[0] for row in admin.rows("/desk/accounts", sort="-account")) == ["officer2"]
        assert 'action="/desk/accounts/officer2/suspend"' in admin.see("/desk/accounts")
        admin.send("/desk/accounts/officer2/suspend", 200)
        assert [row[0] for row in admin.rows("/desk/accounts", state="suspended")] == [["officer2"]]
        assert [line[0] for line in admin.file("/desk/accounts", state="suspended")[1:]] == ["officer2"]
        # Who only looks on is offered no step.
        assert "/suspend" not in Clerk(client, desk, "auditor").see("/desk/accounts")
