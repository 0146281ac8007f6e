"""Two servers on one PostgreSQL try the same step at the same time: one takes it, the other is told why not."""

from __future__ import annotations

import threading

import httpx
import pytest

from cases.conftest import EVE, PACK, RULES, due
from clearbell.cases.errors import CaseError
from clearbell.cases.model import Opened, Source, Verdict, number_unit
from clearbell.cases.service import do_note, do_open, do_verify
from clearbell.desk.effects import do_lift_sanction, do_put_in_force
from clearbell.desk.ladder import Asked, do_announce_sanction
from clearbell.desk.sanctioning import keep_up_sanctions
from clearbell.desk.verdicts import do_confirm, do_find
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError
from clearbell.sanctions.model import Lifted, Rung
from clearbell.sanctions.queries import restrictions, sanction_of
from clearbell.sanctions.service import SanctionError
from clearbell.testing import MovableClock
from desk.conftest import OUTBOX, announce, confirmed
from serving.test_server import Node

pytestmark = pytest.mark.process

NUMBER = 8613800000066
REFUSALS = (CaseError, SanctionError, IllegalStepError)


@pytest.fixture
def servers(postgresql_url):
    clock = MovableClock(EVE)
    stores = [Store.open(postgresql_url, clock=clock) for _ in range(2)]
    stores[0].create()
    yield stores
    assert verify(stores[0]).fault is None
    for store in stores:
        store.close()


def race(servers, do):
    """Let both do it at once; what each came to: what it returned, or how it was refused."""
    ready, results = threading.Barrier(2), [None, None]

    def run(place):
        ready.wait()
        try:
            results[place] = do(servers[place])
        except REFUSALS as refusal:
            results[place] = refusal

    threads = [threading.Thread(target=run, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def acting(do):
    def run(store):
        with store.act("test") as act:
            return do(act)

    return run


def one_wins(results):
    """Exactly one was refused, in words."""
    [refusal] = [one for one in results if isinstance(one, REFUSALS)]
    assert refusal.zh
    assert len([one for one in results if not isinstance(one, REFUSALS)]) == 1
    return refusal.en


def moved(store, step):
    return sum(f'"step":"{step}"'.encode() in fact for e in store.entries(0, ["sanctions.moved"]) for fact in e.facts)


def test_of_two_officers_one_takes_each_step(servers):
    store = servers[0]
    with store.act("test") as act:
        do_open(act, "c1", Opened(Source.OFFICER, number_unit(NUMBER), (), "a look"), RULES, due, officer="opener")
    assert "`verify`" in one_wins(race(servers, acting(lambda act: do_verify(act, "c1", due, officer="one"))))
    with store.act("test") as act:
        do_note(act, "c1", "they sell flats", RULES, officer="one")

    def find(act):
        do_find(act, "c1", Verdict.CONFIRMED, "they sell flats", RULES, due, officer="one")

    assert "`propose`" in one_wins(race(servers, acting(find)))
    confirm = acting(lambda act: do_confirm(act, "c1", "", due, agrees=True, officer="two"))
    assert "`confirm`" in one_wins(race(servers, confirm))
    # Both may announce: a second sanction is another one. Each has an id of its own.
    asked = Asked("selling", Rung.BARRED, words="again")
    made = race(servers, acting(lambda act: do_announce_sanction(act, "c1", asked, PACK, due, officer="three")))
    assert sorted(one.sanction for one in made) == ["c1/1", "c1/2"]
    lift = acting(lambda act: do_lift_sanction(act, Lifted("c1/1", "put right")))
    assert "no restriction c1/1 is in force" in one_wins(race(servers, lift))
    assert moved(store, "withdraw") == 1


def test_of_two_nodes_one_takes_each_step_of_time(servers):
    store, clock = servers[0], servers[0].clock
    confirmed(store, NUMBER)
    fact = announce(store, Rung.BARRED)
    for to, step in ((fact.latest, "bite"), (fact.stages[0].until, "step-down"), (fact.until, "expire")):
        clock.move(to - clock.now())
        took = race(servers, lambda server: keep_up_sanctions(server, PACK, OUTBOX))
        assert sorted(took) == [[], ["c1/1"]], step
        assert moved(store, step) == 1
        with store.read() as conn:
            assert len(restrictions(conn, clock.now())) == (step != "expire")
    # An officer and a node, or two by hand: the second finds it in force.
    again = announce(store, Rung.BARRED)
    clock.move(again.latest - clock.now())
    assert "`bite`" in one_wins(race(servers, acting(lambda act: do_put_in_force(act, again.sanction))))


def test_a_lift_and_the_end_of_its_time_do_not_both_happen(servers):
    store, clock = servers[0], servers[0].clock
    confirmed(store, NUMBER)
    fact = announce(store, Rung.WARNING)
    clock.move(fact.latest - clock.now())
    keep_up_sanctions(store, PACK, OUTBOX)
    clock.move(fact.until - clock.now())
    lift = acting(lambda act: do_lift_sanction(act, Lifted(fact.sanction, "put right")))
    ways = [lift, lambda server: keep_up_sanctions(server, PACK, OUTBOX)]
    lifted, ended = race(servers, lambda server: ways[servers.index(server)](server))
    with store.read() as conn:
        state = sanction_of(conn, fact.sanction).state
    if isinstance(lifted, SanctionError):
        assert (state, ended) == ("expired", [fact.sanction])
    else:
        assert (state, ended) == ("lifted", [])
    assert moved(store, "lift") + moved(store, "expire") == 1


def test_two_served_nodes_lift_a_sanction_once(postgresql_url, tmp_path, monkeypatch):
    monkeypatch.setenv("CLEARBELL_DATABASE", postgresql_url)
    store = Store.open(postgresql_url)
    store.create()
    confirmed(store, NUMBER)
    fact = announce(store, Rung.BARRED)
    nodes = []
    try:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            nodes.append(Node(tmp_path / name))
        urls = [f"http://127.0.0.1:{node.http}/v1/sanctions" for node in nodes]
        replies = race(urls, lambda url: httpx.post(f"{url}/{fact.sanction}/lift", json={"reason": "x"}, timeout=30))
        assert sorted(reply.status_code for reply in replies) == [200, 422]
        [refused] = [reply.json() for reply in replies if reply.status_code == 422]
        assert refused["en"] == f"no restriction {fact.sanction} is in force"
        assert refused["zh"] == f"没有生效中的处置 {fact.sanction}"
        assert moved(store, "withdraw") == 1
        assert verify(store).fault is None
    finally:
        for node in nodes:
            node.stop()
        store.close()
