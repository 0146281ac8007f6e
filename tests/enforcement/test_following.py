"""Who is told of a restriction, when, and by when each must have acknowledged."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR
from clearbell.enforcement.entries import wanted_entries
from clearbell.enforcement.model import How
from clearbell.registry.model import NumbersAssigned, Purpose
from clearbell.registry.service import do_assign_numbers, do_release_numbers
from clearbell.sanctions.model import Rung
from clearbell.sanctions.queries import is_in_force
from enforcement.conftest import EDGE, NET, OTHER, OURS, RULES, THEIRS, Peer, World


def test_the_own_carrier_is_told_at_once_and_its_answer_acknowledges(world):
    world.restrict()
    peer = Peer()
    world.worker(EDGE, peer).step()
    assert peer.told == [("put", "R", 1)]
    assert world.state() == "acknowledged"
    [fact] = world.facts("enforcement.acknowledged")
    assert (fact.target, fact.how, fact.late) == ("edge", How.ANSWER, False)


def test_other_carriers_are_told_when_the_own_one_has_acted_and_have_a_day_from_then(world):
    world.restrict()
    other = Peer(how=None)
    worker = world.worker(OTHER, other)
    worker.step()
    assert other.told == []
    assert world.task("other").deadline == world.clock.now() + RULES.spread_hours * HOUR
    world.clock.move(HOUR)
    world.worker(EDGE, Peer()).step()
    worker.step()
    assert other.told == [("put", "R", 1)]
    row = world.task("other")
    assert (row.state, row.deadline) == ("sent", world.clock.now() + RULES.act_hours * HOUR)


def test_a_silent_own_carrier_delays_the_others_no_longer_than_its_own_time(world):
    world.restrict()
    edge, other = Peer(fault="no route"), Peer()
    workers = [world.worker(EDGE, edge), world.worker(OTHER, other)]
    for worker in workers:
        worker.step()
    world.clock.move(RULES.acknowledge_hours * HOUR)
    for worker in workers:
        worker.step()
    assert world.state() == "overdue"
    assert world.state("other") == "acknowledged"


def test_the_carrier_that_connected_the_caller_is_the_own_one(world):
    world.restrict(number=THEIRS)
    edge, other = Peer(), Peer()
    world.worker(EDGE, edge).step()
    world.worker(OTHER, other).step()
    assert (edge.told, other.told) == ([], [("put", "R", 1)])
    assert world.task("edge").spread
    assert not world.task("other").spread


def test_the_operators_own_network_takes_everything_at_once(world):
    world.restrict(number=8613800000001)
    net, other = Peer(), Peer()
    world.worker(OTHER, other, (NET, OTHER)).step()
    world.worker(NET, net, (NET, OTHER)).step()
    assert net.told == [("put", "R", 1)]
    assert other.told == []
    world.worker(OTHER, other, (NET, OTHER), owner="node").step()
    assert other.told == [("put", "R", 1)]


def test_only_the_packs_rungs_are_spread_and_a_table_of_callers_counts_no_calls(world):
    world.restrict(rung=Rung.RATE_LIMIT, limit=20)
    world.worker(OTHER, Peer()).step()
    world.worker(EDGE, Peer()).step()
    assert (world.state("other"), world.state("edge")) == (None, None)
    world.restrict("R2", number=THEIRS, rung=Rung.RATE_LIMIT, limit=20)
    world.worker(OTHER, Peer()).step()
    assert world.state("other", name="R2") == "acknowledged"


def test_what_is_lifted_is_removed_and_what_ends_by_itself_too(world):
    peer = Peer()
    worker = world.worker(EDGE, peer)
    world.restrict()
    world.restrict("S", days=10)
    worker.step()
    world.lift()
    worker.step()
    assert list(peer.has) == ["S"]
    world.clock.move(10 * DAY)
    worker.step()
    assert peer.has == {}
    assert [world.state(operation="remove", name=name) for name in ("R", "S")] == ["acknowledged"] * 2


def test_what_ended_before_anyone_was_told_is_told_to_nobody(world):
    world.restrict()
    world.worker(OTHER, Peer()).step()
    world.lift()
    other = Peer()
    world.worker(OTHER, other).step()
    assert other.told == []
    assert (world.state("other"), world.state("other", "remove")) == ("withdrawn", None)


def test_what_may_have_arrived_is_removed_even_though_nobody_acknowledged_it(world):
    world.restrict()
    peer = Peer(fault="timed out")
    worker = world.worker(EDGE, peer)
    worker.step()
    world.lift()
    worker.step()
    assert world.state() == "withdrawn"
    assert peer.told[-1][:2] == ("remove", "R")


def test_a_target_configured_later_learns_what_is_in_force_and_nothing_else(world):
    world.restrict("old", days=1)
    world.restrict("lifted")
    world.restrict("R", days=0)
    world.lift("lifted")
    world.clock.move(2 * DAY)
    peer = Peer()
    world.worker(EDGE, peer).step()
    assert peer.told == [("put", "R", 1)]


def test_a_holders_numbers_are_told_anew_when_they_change(world):
    world.restrict(holder="H", rung=Rung.BLACKLISTED)
    peer = Peer()
    worker = world.worker(EDGE, peer)
    worker.step()
    assert peer.has["R"].ranges == ((OURS, OURS),)
    assert peer.has["R"].title == "Carrier ap1"
    with world.store.act("test") as act:
        do_assign_numbers(act, [NumbersAssigned("r3", "H", OURS + 9, OURS + 19, Purpose.SERVICE)])
    worker.step()
    assert peer.has["R"].ranges == ((OURS, OURS), (OURS + 9, OURS + 19))
    with world.store.act("test") as act:
        do_release_numbers(act, "r1")
    worker.step()
    assert peer.has["R"].ranges == ((OURS + 9, OURS + 19),)
    assert world.state() == "acknowledged"


ACTS = st.lists(
    st.tuples(st.sampled_from(["restrict", "lift", "move", "edge", "other", "fail", "restart"]), st.integers(0, 4)),
    max_size=25,
)


@given(ACTS)
@settings(deadline=None, max_examples=10)
def test_whatever_happens_targets_end_with_what_is_in_force(tmp_path_factory, acts):
    world = World(tmp_path_factory.mktemp("world"))
    edge, other = Peer(), Peer()
    workers = {one.name: world.worker(one, peer) for one, peer in ((EDGE, edge), (OTHER, other))}
    names = itertools.count()
    alive = []
    for what, which in acts:
        if what == "restrict":
            name = f"R{next(names)}"
            world.restrict(name, number=OURS + 100 * which, days=which + 1)
            alive.append(name)
        elif what == "lift" and alive:
            name = alive.pop(which % len(alive))
            with world.store.read() as conn:
                still = is_in_force(conn, name, world.clock.now())
            if still:
                world.lift(name)
        elif what == "move":
            world.clock.move((1, HOUR, 5 * HOUR, DAY, 2 * DAY)[which])
        elif what in workers:
            workers[what].step()
        elif what == "fail":
            edge.fault = "" if edge.fault else "away"
        elif what == "restart":
            workers = {one.name: world.worker(one, peer) for one, peer in ((EDGE, edge), (OTHER, other))}
    edge.fault = ""
    for _ in range(4):
        for worker in workers.values():
            worker.step()
        # Waits between attempts pass, and what ends meanwhile is removed.
        world.clock.move(5 * HOUR)
    for worker in workers.values():
        worker.step()
        worker.step()
    with world.store.read() as conn:
        for one, peer in ((EDGE, edge), (OTHER, other)):
            assert set(peer.has) == {entry.restriction for entry in wanted_entries(conn, one.name, world.clock.now())}
    world.store.close()
