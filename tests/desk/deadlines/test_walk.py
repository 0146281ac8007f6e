"""Every deadline of the pack fires when the movable clock passes it, once, also after a restart and with two servers."""

from __future__ import annotations

import threading

import pytest

from cases.conftest import PACK, SETTINGS
from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.desk.deadlines.catalogue import EVERY, Fires, catalogue, source_of
from clearbell.desk.deadlines.sources import SOURCES
from clearbell.desk.matching import Matcher
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.policy.deadlines import DEADLINES, STATED, Nature
from clearbell.records.model import CallRecord
from clearbell.records.opening import open_lake
from clearbell.reports import do_file_reports
from clearbell.reports.model import Reported
from clearbell.testing import MovableClock

from .conftest import EVE, STARTS, World
from .walks import WALKS, Chores


def test_whatever_waits_for_the_clock_has_a_source_and_is_walked_here():
    waiting = {kind for kind, terms in {**DEADLINES, **STATED}.items() if terms.nature in (Nature.DUTY, Nature.END)}
    assert {source.kind for source in EVERY} == waiting
    assert {source.kind for source in SOURCES} == set(STARTS)
    assert {source.kind for source in EVERY} == set(STARTS) | {walk.kind for walk in WALKS}
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


def test_each_time_of_the_pack_that_sets_a_deadline_is_walked():
    """Those that the clock itself passes are walked by their names, the others by the time of the pack."""
    clock = {source.kind for source in SOURCES}
    walked = {(walk.path, walk.kind) for walk in WALKS}
    for line in catalogue(PACK):
        if isinstance(line.rule, Fires) and line.time.value:
            for kind in line.rule.deadlines:
                assert kind in clock or (line.time.path, kind) in walked, line.time.path
    assert {path for path, _ in walked} <= {line.time.path for line in catalogue(PACK)}


def count(world, walk, about):
    return sum(about(fact) for fact in world.facts(source_of(walk.kind).fact))


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: f"{walk.path}-{walk.kind}")
def test_a_room_passes_it_once_when_its_time_comes(walk, world):
    about = walk.start(world, "x")
    for _ in range(2):
        world.chores.run()
    assert count(world, walk, about) == 0
    if walk.path.endswith(".then_days"):
        # What it steps down from ends first.
        world.clock.move((walk.due - EVE) // 2)
        world.chores.run()
    world.clock.move(walk.due - 1 - world.clock.now())
    world.chores.run()
    assert count(world, walk, about) == 0
    world.clock.move(1)
    for _ in range(2):
        world.chores.run()
    assert count(world, walk, about) == 1
    world.restart()
    world.chores.run()
    world.clock.move(1_000_000)
    world.chores.run()
    assert count(world, walk, about) == 1
    assert verify(world.store).fault is None


def test_a_report_that_waits_for_records_is_weighed_once_when_they_had_their_time(world, tmp_path):
    lake = open_lake(tmp_path, PACK, lambda size: b"x" * size)
    # Another call of his is on record, so this one's should be.
    at = world.clock.now()
    lake.append("other", [CallRecord("c", "switch", at - DAY, 8613800000009, 8613900000009)])
    made = Reported("r", "api", world.number(), at - HOUR, at, 8613900000009)
    world.act(do_file_reports, [made], SETTINGS, records=True)

    def weighed():
        Matcher(world.store, lake, lambda: (), SETTINGS).run()
        return len(list(world.store.entries(0, ["reports.weighed"])))

    world.clock.move(PACK.reports.records_wait_minutes * MINUTE)
    assert weighed() == 0
    world.clock.move(1)
    assert (weighed(), weighed()) == (1, 1)
    world.restart()
    assert weighed() == 1


def check_rooms_race(world):
    """Two nodes with all their chores, long after everything was due."""
    walks = [walk for walk in WALKS if not walk.path.endswith("act_hours")]
    started = [(walk, walk.start(world, f"w{n}")) for n, walk in enumerate(walks)]
    world.chores.run()
    world.clock.move(max(walk.due for walk in walks) - EVE)
    second = world.second()
    both = [world.chores, Chores(world, second)]
    ready = threading.Barrier(2)

    def run(chores):
        ready.wait()
        for _ in range(2):
            chores.run()

    threads = [threading.Thread(target=run, args=(chores,)) for chores in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.close()
    # A sanction whose whole time passed while nobody looked never bites: it is over.
    late = ("contract_ended", "blacklisted")
    over = [w for w in walks if w.kind == "sanction_bites" and not any(name in w.path for name in late)]
    missed = {walk.path for walk, about in started if count(world, walk, about) != 1}
    assert missed == {walk.path for walk in over}
    assert verify(world.store).fault is None


def test_two_nodes_on_one_file_do_what_time_asks_once(world):
    check_rooms_race(world)


@pytest.mark.process
def test_two_nodes_on_postgresql_do_what_time_asks_once(postgresql_url, tmp_path):
    store = Store.open(postgresql_url, clock=MovableClock(EVE))
    store.create()
    try:
        check_rooms_race(World(tmp_path, store))
    finally:
        store.close()
