"""What is due and overdue, over HTTP and at the command line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from litestar.testing import TestClient
from tests.web.test_orders import Gate

from clearbell.calls import DAY, HOUR
from clearbell.desk.deadlines.catalogue import EVERY
from clearbell.desk.ordering import Asked, Incoming, do_take_in
from clearbell.labels.model import Labelled
from clearbell.labels.publishing import do_change_labels
from clearbell.sanctions.orders.model import Bears, Kind
from clearbell.web.app import create_app

NUMBER = 8613800000066


@pytest.fixture
def gate(tmp_path):
    gate = Gate(tmp_path)
    asked = (Asked(Kind.SHUT_OFF, Bears.NUMBER, NUMBER), Asked(Kind.OTHER, Bears.NOTHING, detail="tell us"))
    with gate.store.act("test") as act:
        do_take_in(act, Incoming("O-7", "miit", "no. 7", "shut it off", asked), gate.pack)
        made = Labelled(NUMBER, "loans", 6, 6.0, 6.0, act.at, act.at + 90 * DAY)
        do_change_labels(act, [made], {"published": 1, "renewed": 0, "removed": 0}, act.at)
    yield gate
    gate.store.close()


@pytest.fixture
def ask(gate):
    with TestClient(create_app(gate)) as client:
        yield lambda query="": client.get(f"/v1/deadlines{query}")


def test_what_is_due_is_listed_the_soonest_first_with_its_names_in_both_languages(gate, ask):
    rows = ask().json()
    assert [(one["kind"], one["subject"], one["overdue"]) for one in rows] == [
        ("must_do_due", "O-7/1", False),
        ("order_acknowledge", "O-7", False),
        ("must_do_due", "O-7/2", False),
        ("order_due", "O-7", False),
        ("label_ends", "+86138****0066", False),
    ]
    assert (rows[1]["zh"], rows[1]["en"], rows[1]["duty"]) == ("签收监管指令", "an order is acknowledged", True)
    assert (rows[4]["duty"], rows[1]["due"]) == (False, gate.now() + 24 * HOUR)


def test_it_can_be_asked_for_by_kind_by_days_and_for_what_is_overdue(gate, ask):
    assert {one["kind"] for one in ask("?kind=must_do_due").json()} == {"must_do_due"}
    assert len(ask("?days=1").json()) == 2
    assert ask("?overdue=true").json() == []
    gate.store.clock.move(2 * DAY)
    assert [one["subject"] for one in ask("?overdue=true").json()] == ["O-7/1", "O-7"]
    assert len(ask("?limit=1").json()) == 1


def test_a_kind_that_there_is_not_is_refused_with_those_that_there_are(ask):
    reply = ask("?kind=tax_return")
    assert reply.status_code == 400
    assert (reply.json()["where"], "must_do_due" in reply.json()["en"]) == ("kind", True)


def test_every_kind_can_be_asked_for(ask):
    for source in EVERY:
        assert ask(f"?kind={source.kind}").status_code == 200, source.kind


def clearbell(home, *words):
    done = subprocess.run(
        [sys.executable, "-m", "clearbell", "deadlines", *words, "--home", home],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CLEARBELL_LANG": "en", "COLUMNS": "200"},
    )
    return done.stdout + done.stderr


def test_the_command_line_lists_the_same(gate, tmp_path):
    listed = clearbell(tmp_path)
    # By the machine's own clock, long after the world's: an ended label is no longer listed, duties are overdue.
    for words in ("must_do_due", "O-7/2", "an order is acknowledged", "(overdue)"):
        assert words in listed
    assert "order_due" not in clearbell(tmp_path, "--overdue", "--kind", "must_do_due")
    assert "there is no deadline `rent`" in clearbell(tmp_path, "--kind", "rent")
