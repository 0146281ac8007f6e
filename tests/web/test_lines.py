"""Who answers a line: as data, and on the desk's page of health."""

import json

import pytest
from litestar.testing import TestClient
from tests.web.desk_world import Clerk, Desk

from clearbell.calls import MINUTE
from clearbell.testing import MovableClock
from clearbell.testing.screening import NOON
from clearbell.verification.lines import Holder, do_hold, do_let_go, do_note_fault
from clearbell.verification.service import do_ring
from clearbell.verification.settings import LineSettings
from clearbell.web.app import create_app
from clearbell.web.officers.health_texts import HEALTH

LINE = LineSettings(name="pool-1", number="+8657187650001", domain="192.0.2.1", receives=True)
HOLDER = Holder("node-a", "p1")


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path, MovableClock(NOON))
    yield made
    made.store.close()


@pytest.fixture
def clerk(desk):
    with TestClient(desk.app) as client:
        yield Clerk(client, desk)


def answered(desk):
    """The line is answered, and somebody calls it."""
    with desk.store.act("system") as act:
        assert do_hold(act, LINE, HOLDER, 20)
        do_ring(act, "r1", (LINE.name, LINE.key), (8613800000066, "+8613800000066"))


def test_who_answers_a_line_and_what_it_does_as_data(desk, golden):
    answered(desk)
    app = create_app(desk.gate, lines=("pool-1", "pool-2"))
    with TestClient(app) as client:
        body = client.get("/v1/lines").json()
    golden("lines.json", json.dumps(body, indent=1) + "\n")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_health_shows_the_lines_and_a_line_that_nobody_answers_is_trouble(desk, clerk, language):
    t = HEALTH[language]
    desk.gate.views_seq = 7
    assert t["lines"] not in clerk.see("/desk/health", lang=language)
    answered(desk)
    page = clerk.see("/desk/health", lang=language)
    assert t["well_all"] in page
    assert all(words in page for words in ("pool-1", "node-a", t["line_in-call"]))
    # The page names lines, and not who calls them.
    assert "13800000066" not in page
    with desk.store.act("system") as act:
        do_let_go(act, "pool-1", HOLDER)
        do_note_fault(act, "pool-1", "the port is taken")
    page = clerk.see("/desk/health", lang=language)
    assert t["ill_some"] in page
    assert all(words in page for words in (t["line_unanswered"], "the port is taken"))


def test_a_lease_that_ran_out_is_nobodys(desk):
    answered(desk)
    desk.store.clock.move(MINUTE)
    with TestClient(create_app(desk.gate)) as client:
        (line,) = client.get("/v1/lines").json()
    assert (line["owner"], line["doing"], line["since"]) == ("", "unanswered", 0)
