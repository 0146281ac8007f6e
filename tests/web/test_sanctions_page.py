"""Sanctions at the desk: which come next, whether it is proven that they were told, and how they end."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient
from tests.web.desk_world import Clerk, Desk, cells, link

from clearbell.access.queries import reads
from clearbell.calls import DAY, HOUR
from clearbell.cases.model import Opened, Source, number_unit
from clearbell.cases.service import do_open
from clearbell.desk.ordering import Asked, Incoming, do_take_in
from clearbell.enforcement.model import State as Task
from clearbell.enforcement.tables import task
from clearbell.enforcement.wording import STATES
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.sanctions.life import do_announce, do_bite, do_tell
from clearbell.sanctions.model import Announced, Restricted, Rung, Stage, Target, Told
from clearbell.sanctions.orders.model import Bears, Kind
from clearbell.sanctions.queries import sanction_of
from clearbell.sanctions.service import do_restrict
from clearbell.testing import MovableClock
from clearbell.testing.screening import NOON
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.officers.sanction_texts import SANCTIONS

NUMBER = 8613800000066
T = SANCTIONS["en"]


@pytest.fixture
def clock():
    return MovableClock(NOON)


@pytest.fixture
def desk(tmp_path, clock):
    made = Desk(tmp_path, clock)
    yield made
    made.store.close()


@pytest.fixture
def client(desk):
    with TestClient(desk.app) as client:
        yield client


@pytest.fixture
def clerk(client, desk):
    return Clerk(client, desk)


@pytest.fixture
def announce(desk):
    def announce(case, number=NUMBER, days=30, rung=Rung.OUTGOING_BARRED, **more):
        with desk.store.act("li") as act:
            opened = Opened(Source.OFFICER, number_unit(number), (), "rings")
            do_open(act, case, opened, desk.gate.pack.cases, desk.gate.desk.due, officer="li")
            stage = Stage(rung, act.at + days * DAY)
            reason = "marketing without consent"
            fact = Announced(
                f"{case}/1", case, Target.NUMBER, reason, act.at, act.at + DAY, (stage,), number, officer="li", **more
            )
            do_announce(act, fact)
        return f"{case}/1"

    return announce


def bite(desk, name, undelivered=()):
    with desk.store.act("node") as act:
        do_bite(act, name, undelivered)


def names(rows):
    return [row[0][0] for row in rows]


def test_each_group_is_in_the_order_that_suits_it(clerk, announce, desk, clock):
    announce("C1")
    for case, days in (("C2", 60), ("C3", 10), ("C4", 20)):
        clock.move(HOUR)
        bite(desk, announce(case, NUMBER + int(case[1]), days))
    clerk.send("/desk/sanctions/C4/1/lift", words="it was another")
    assert names(clerk.rows("/desk/sanctions")) == ["C4/1", "C3/1", "C2/1", "C1/1"]
    assert names(clerk.rows("/desk/sanctions", group="coming")) == ["C1/1"]
    assert names(clerk.rows("/desk/sanctions", group="in-force")) == ["C3/1", "C2/1"]
    assert names(clerk.rows("/desk/sanctions", group="over")) == ["C4/1"]
    assert names(clerk.rows("/desk/sanctions", sort="-until")) == ["C2/1", "C1/1", "C3/1"]


def test_it_is_narrowed_by_number_rung_and_whom_it_falls_on(clerk, announce, desk):
    announce("C1")
    announce("C2", NUMBER + 1, rung=Rung.WARNING)
    assert names(clerk.rows("/desk/sanctions", number="13800000066")) == ["C1/1"]
    assert names(clerk.rows("/desk/sanctions", rung="warning")) == ["C2/1"]
    assert clerk.rows("/desk/sanctions", holder="nobody") == [[LISTING["en"]["nothing"].split()]]
    page = clerk.see("/desk/sanctions")
    assert str(NUMBER) not in page
    with desk.store.read() as conn:
        assert [(row.what, row.subject) for row in reads(conn)] == [("/desk/sanctions", f"+{NUMBER}")]


def test_the_pages_together_are_all_of_them_each_once(clerk, announce, desk):
    for n in range(55):
        bite(desk, announce(f"C{n:02}", NUMBER + n, days=10 + n % 3))
    for query in ({}, {"group": "in-force"}):
        page = clerk.see("/desk/sanctions", **query)
        more = link(page, LISTING["en"]["more"])
        assert sorted(names(cells(page)) + names(clerk.rows(more))) == [f"C{n:02}/1" for n in range(55)]


@pytest.mark.parametrize(("lang", "holder", "on"), [("zh", "使用主体", "号码"), ("en", "holder", "number")])
def test_a_page_names_who_holds_the_number(clerk, announce, desk, lang, holder, on):
    with desk.store.act("li") as act:
        do_register_party(act, PartyRegistered("P", PartyKind.COMPANY, "Bright Flats"))
        do_register_holder(act, HolderRegistered("H", "P", "property"))
        do_assign_numbers(act, [NumbersAssigned("r1", "H", NUMBER, NUMBER, Purpose.PERSONAL)])
    page = clerk.see(f"/desk/sanctions/{announce('C1')}", lang=lang)
    assert "H Bright Flats" in page
    assert holder in page
    assert f"{on} +{NUMBER}" in page


def test_a_page_says_how_its_subject_was_told_and_who_has_not_acknowledged(clerk, announce, desk):
    name = announce("C1")
    with desk.store.act("node") as act:
        do_tell(act, Told(name, "ahead", "mail", "N1", NUMBER, fault="no such address"))
    bite(desk, name, ("mail N1: no such address",))
    with desk.store.act("node") as act:
        values = dict.fromkeys((column.name for column in task.columns), 0)
        values |= {
            "restriction": name, "target": "edge", "operation": "put", "state": Task.OVERDUE.value, "provider": "ap1",
            "spread": False, "how": "", "message": "", "digest": "", "fault": "connection refused", "deadline": act.at,
        }  # fmt: skip
        act.conn.execute(task.insert().values(values))
    page = clerk.see("/desk/sanctions/C1/1")
    for words in (
        "no such address",
        "edge",
        "connection refused",
        STATES[Task.OVERDUE]["en"],
        T["unproven"],
        str(NUMBER),
    ):
        assert words in page
    assert names(clerk.rows("/desk/sanctions", unproven="true")) == [name]
    assert T["unproven"] in clerk.see("/desk/sanctions")
    with desk.store.read() as conn:
        assert "/desk/sanctions/{case}/{place}" in [row.what for row in reads(conn)]


def test_it_is_lifted_with_words_by_who_may(client, clerk, announce, desk):
    bite(desk, announce("C1"))
    auditor = Clerk(client, desk, "auditor")
    assert "<form" not in auditor.see("/desk/sanctions/C1/1").partition("<main")[2]
    auditor.send("/desk/sanctions/C1/1/lift", expected=403, words="x")
    clerk.send("/desk/sanctions/C1/1/lift", expected=422, words=" ")
    clerk.send("/desk/sanctions/C1/1/lift", words="the number was another's")
    with desk.store.read() as conn:
        assert sanction_of(conn, "C1/1").state == "lifted"
    assert T["nothing_now"] in clerk.see("/desk/sanctions/C1/1")
    clerk.send("/desk/sanctions/C1/1/lift", expected=422, words="again")


def test_one_that_has_not_bitten_is_withdrawn(clerk, announce, desk):
    announce("C1")
    assert T["withdraw_do"] in clerk.see("/desk/sanctions/C1/1")
    clerk.send("/desk/sanctions/C1/1/lift", words="too early")
    with desk.store.read() as conn:
        assert sanction_of(conn, "C1/1").state == "withdrawn"


def test_one_that_there_is_not(clerk):
    clerk.see("/desk/sanctions/C1/1", expected=404)
    clerk.send("/desk/sanctions/C1/1/lift", expected=404, words="x")


def test_a_case_leads_to_its_sanctions_and_back(clerk, announce):
    announce("C1")
    assert 'href="/desk/sanctions/C1/1"' in clerk.see("/desk/cases/C1")
    assert 'href="/desk/cases/C1"' in clerk.see("/desk/sanctions/C1/1")


def test_restrictions_that_an_order_gave_straight_are_listed_with_it(desk, clerk, client):
    with desk.store.act("supervisor") as act:
        asks = (Asked(Kind.OTHER, Bears.NOTHING, detail="bar it"),)
        do_take_in(act, Incoming("O1", "bureau", "7", "bar it", asks), desk.gate.pack)
        for name, number, start in (("R1", NUMBER, act.at), ("R2", 0, act.at + DAY)):
            target = Target.NUMBER if number else Target.HOLDER
            fact = Restricted(
                name,
                target,
                Rung.OUTGOING_BARRED,
                "as ordered",
                start,
                number=number,
                name="" if number else "firm",
                order="O1",
            )
            do_restrict(act, fact)
    assert "1 more are in force" in clerk.see("/desk/sanctions")
    rows = clerk.rows("/desk/restrictions")
    assert [row[0] for row in rows] == [["R2"], ["R1"]]
    assert [row[3] for row in rows] == [["O1"], ["O1"]]
    assert clerk.rows("/desk/restrictions", group="in-force")[0][0] == ["R1"]
    assert clerk.rows("/desk/restrictions", group="coming")[0][0] == ["R2"]
    assert clerk.rows("/desk/restrictions", number=str(NUMBER))[0][0] == ["R1"]
    assert str(NUMBER) not in clerk.see("/desk/restrictions")
    assert [row[0] for row in clerk.file("/desk/restrictions", holder="firm")[1:]] == ["R2"]
    assert 'href="/desk/orders/O1"' in clerk.see("/desk/restrictions")
    assert "直接下达的限制" in Clerk(client, desk, lang="zh").see("/desk/restrictions")
