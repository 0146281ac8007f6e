"""Test calls on PostgreSQL."""

import random

import pytest

from clearbell.calls import HOUR
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.testing.clock import START, MovableClock
from clearbell.vault import Vault
from clearbell.verification.model import Evidence, Outcome
from clearbell.verification.queries import calls_to_lines, prints_with
from clearbell.verification.service import Plan, do_finish, do_forget_number, do_plan, do_receive, do_start

from .conftest import NUMBER, OWN, RULES

pytestmark = pytest.mark.process


def test_a_call_its_prints_and_its_call_back_are_kept_and_forgotten(postgresql_url, tmp_path):
    store = Store.open(postgresql_url, clock=MovableClock(START + 2 * HOUR))
    store.create()
    vault = Vault(tmp_path, bytes(32), random.Random(1).randbytes)
    with store.act("officer") as act:
        do_plan(act, RULES, Plan("c1", NUMBER, "line", OWN, "default"))
        do_start(act, RULES, "c1")
        do_finish(act, "c1", Outcome.MACHINE, Evidence(status=200), [(7, 1), (7, 1), (9, 2)])
    with store.act("officer") as act:
        behind = do_receive(act, RULES, "r1", ("line", OWN), (NUMBER, "x"), act.at + HOUR, Evidence())
    assert behind == ("c1", True)
    with store.read() as conn:
        assert {call: sorted(found) for call, found in prints_with(conn, [7, 9]).items()} == {"c1": [(7, 1), (9, 2)]}
        assert len(calls_to_lines(conn, answers="c1")) == 1
    with store.act("officer") as act:
        assert do_forget_number(act, vault, NUMBER) == 2
        act.erase(NUMBER)
    assert verify(store).fault is None
    store.close()
