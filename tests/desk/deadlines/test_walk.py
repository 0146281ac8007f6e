"""Every deadline of the pack fires when the movable clock passes it, once, also after a restart and with two servers."""

from __future__ import annotations

import threading

import pytest

from cases.conftest import PACK
from clearbell.desk.deadlines.sources import SOURCES
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.policy.deadlines import DEADLINES, STATED, Nature
from clearbell.testing import MovableClock

from .conftest import EVE, STARTS, World


def test_whatever_waits_for_the_clock_has_a_source_and_is_walked_here():
    waiting = {kind for kind, terms in {**DEADLINES, **STATED}.items() if terms.nature in (Nature.DUTY, Nature.END)}
    assert {source.kind for source in SOURCES} == waiting == set(STARTS)
    assert set(DEADLINES) == set(PACK.deadlines)


@pytest.mark.parametrize("kind", STARTS)
def test_it_passes_once(kind, world):
    start, due = STARTS[kind]
    start(world, "x")
    assert world.passing([kind]) == []
    world.clock.move(due - 1 - world.clock.now())
    assert world.passing([kind]) == []
    assert world.passed(kind) == []
    world.clock.move(1)
    [one] = world.passing([kind])
    assert (one.kind, one.due) == (kind, due)
    assert world.passed(kind) == [one]
    assert world.passing([kind]) == []
    world.restart()
    assert world.passing([kind]) == []
    world.clock.move(due)
    assert world.passing([kind]) == []
    assert world.passed(kind) == [one]
    assert verify(world.store).fault is None


def race(world):
    """Two servers pass the same deadlines at the same time."""
    ready = threading.Barrier(2)
    other = World.__new__(World)
    other.store, other.works = world.second(), world.works
    found = []

    def run(server):
        ready.wait()
        for _ in range(3):
            found.extend(server.passing())

    threads = [threading.Thread(target=run, args=(server,)) for server in (world, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.store.close()
    return found


def check_race(world):
    for n in range(3):
        for kind, (start, _) in STARTS.items():
            start(world, f"{kind}-{n}")
    world.clock.move(max(due for _, due in STARTS.values()) - EVE)
    found = race(world)
    facts = world.passed()
    assert sorted(map(repr, found)) == sorted(map(repr, facts))
    assert len({(one.kind, one.subject, one.due) for one in facts}) == len(facts)
    assert {kind: sum(one.kind == kind for one in facts) for kind in STARTS} == dict.fromkeys(STARTS, 3)
    assert verify(world.store).fault is None


def test_two_servers_on_one_file_pass_each_once(world):
    check_race(world)


@pytest.mark.process
def test_two_servers_on_postgresql_pass_each_once(postgresql_url, tmp_path):
    store = Store.open(postgresql_url, clock=MovableClock(EVE))
    store.create()
    check_race(World(tmp_path, store))
    store.close()
