"""Deadlines and health at the desk: what is due, what waits, and where it is dealt with."""

from __future__ import annotations

import base64
import html

import pytest
from litestar.testing import TestClient
from sqlalchemy import event
from tests.web.desk_world import Clerk, Desk, cells, link

from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.cases.model import Opened, Source, number_unit
from clearbell.cases.service import do_open
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted
from clearbell.desk.deadlines.queries import open_deadlines
from clearbell.desk.deadlines.wording import name_of
from clearbell.desk.followers import followers_standing
from clearbell.labels.publishing import publish_labels
from clearbell.labels.settings import label_settings
from clearbell.records.checking import Damage
from clearbell.registry.model import HolderRegistered, PartyKind, PartyRegistered
from clearbell.registry.service import do_register_holder, do_register_party
from clearbell.reports.model import Reported
from clearbell.reports.service import do_file_reports
from clearbell.reports.settings import reputation_settings
from clearbell.testing import MovableClock
from clearbell.testing.screening import NOON
from clearbell.web.officers.health_texts import HEALTH
from clearbell.web.officers.listing_texts import LISTING

NUMBER, CALLEE = 8613800000066, 8613900000009


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


def open_case(desk, name, number):
    with desk.store.act("li") as act:
        opened = Opened(Source.OFFICER, number_unit(number), (), "rings")
        do_open(act, name, opened, desk.gate.pack.cases, desk.gate.desk.due, officer="li")


def subjects(rows):
    return [row[2][0] for row in rows]


def test_what_is_due_leads_to_where_it_is_met(clerk, desk):
    open_case(desk, "C1", NUMBER)
    page = clerk.see("/desk/deadlines")
    assert subjects(cells(page)) == ["C1"]
    assert name_of("case_verify", "en") in html.unescape(page)
    assert link(page, "C1") == "/desk/cases/C1"


def test_the_pages_together_are_all_of_them_each_once_though_many_are_due_at_once(clerk, desk):
    for n in range(60):
        open_case(desk, f"C{n:02}", NUMBER + n)
    with desk.store.act("li") as act:
        reports = [
            Reported(f"api:{n:02}", "api", NUMBER, act.at - HOUR, act.at, CALLEE + n, "property") for n in range(60)
        ]
        do_file_reports(act, reports, reputation_settings(desk.gate.pack), records=True, due=desk.gate.desk.due)
    found, page = [], clerk.see("/desk/deadlines")
    while True:
        found += subjects(cells(page))
        if not (more := link(page, LISTING["en"]["more"])):
            break
        page = clerk.see(more)
    assert sorted(found) == sorted([f"C{n:02}" for n in range(60)] + [f"api:{n:02}" for n in range(60)])


def test_it_is_narrowed_by_kind_time_and_being_late(clerk, desk, clock):
    open_case(desk, "C1", NUMBER)
    assert clerk.rows("/desk/deadlines", overdue="true") == [[LISTING["en"]["nothing"].split()]]
    assert subjects(clerk.rows("/desk/deadlines", kind="case_verify", within="30")) == ["C1"]
    assert clerk.rows("/desk/deadlines", kind="order_due") == [[LISTING["en"]["nothing"].split()]]
    clock.move(60 * DAY)
    desk.sign_in_again("officer")
    assert subjects(clerk.rows("/desk/deadlines", overdue="true")) == ["C1"]
    assert LISTING["en"]["bad_sort"] in clerk.see("/desk/deadlines", expected=422, sort="-due")


def test_no_number_stands_in_the_list_nor_in_the_address_of_its_next_page(clerk, desk):
    with desk.store.act("li") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "P"))
        do_register_holder(act, HolderRegistered("H", "p"))
        do_grant(act, [ConsentGranted("H", CALLEE + n, "loans", act.at + DAY) for n in range(60)])
    page = clerk.see("/desk/deadlines", kind="consent_ends")
    assert len(cells(page)) == 50
    more = link(page, LISTING["en"]["more"])
    assert "139000000" not in page
    assert b"139000000" not in base64.urlsafe_b64decode(more.partition("after=")[2] + "===")
    assert len(clerk.rows(more)) == 10


def test_health_tells_what_waits_and_for_how_long(clerk, desk, clock):
    t = HEALTH["en"]
    desk.gate.views_seq = 7
    assert t["well_all"] in clerk.see("/desk/health")
    with desk.store.act("li") as act:
        reported = Reported("api:1", "api", NUMBER, act.at - HOUR, act.at, CALLEE, "property")
        do_file_reports(act, [reported], reputation_settings(desk.gate.pack))
    clock.move(5 * MINUTE)
    page = clerk.see("/desk/health")
    assert t["ill_some"] in page
    assert "5 min" in page
    publish_labels(desk.store, label_settings(desk.gate.pack))
    with desk.store.read() as conn:
        standing = {one.followed.name: one for one in followers_standing(conn, clock.now())}
    assert (standing["labels"].behind, standing["labels"].well) == (0, True)
    assert (standing["cases"].behind > 0, standing["cases"].well) == (True, False)
    desk.gate.stale = True
    assert t["stale"] in clerk.see("/desk/health")


def test_the_cases_that_are_due_next_are_found_by_an_index(desk):
    asked = []
    with desk.store.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda _c, _u, text, args, *_: asked.append((text, args)))
        open_deadlines(conn, desk.gate.pack, NOON, kinds=["case_verify"], limit=51)
        text, args = asked[-1]
        plan = [row[-1] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", args)]
    assert "ix_case_file_due" in plan[0], plan


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_damaged_journal_is_an_alarm_with_what_to_do(desk, clerk, language):
    t = HEALTH[language]
    assert t["well_all"] in clerk.see("/desk/health", lang=language)
    desk.gate.journal_damage = (Damage("000000000007.segment", 400, 9000),)
    page = clerk.see("/desk/health", lang=language)
    assert t["ill_some"] in page
    assert t["journal_line"].format(segment="000000000007.segment", at=400, hidden=9000) in page
    assert t["journal_hint"] in page
