"""Replays of a node run in a process of their own: one at a time, stopped with the node, and going on after."""

import os
import time

import pytest

from clearbell.calls import HOUR, SECOND, Call
from clearbell.policy.pack import builtin_pack
from clearbell.replay.candidate import ChangeError
from clearbell.replay.model import Asked, Change, State
from clearbell.serving.node import Node
from clearbell.serving.replaying import Replaying
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.screening import NOON

CALLER, CALLEE = 8613800000001, 8613900000002
CHANGE = Change(points={"HIGH_FREQUENCY_1H": 20.0}, thresholds={"frequency_1h": 30.0})
WAIT = 90


@pytest.fixture
def node(tmp_path):
    clock = MovableClock(NOON)
    store = fresh_store(tmp_path, clock)
    made = Node(store, builtin_pack("cn"), tmp_path, randomness=os.urandom)
    yield made
    store.close()


def record(node, calls):
    for n in range(calls):
        node.store.clock.move(SECOND)
        node.screen(Call(f"c{n}", node.store.clock.now(), CALLER + n % 50, CALLEE + n))


def asked(node, change=CHANGE):
    return Asked(NOON - HOUR, node.store.clock.now() + 1, change, "", "li", node.store.clock.now())


def until(replaying, name, wanted):
    end = time.monotonic() + WAIT
    while not wanted(found := replaying.find(name)):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


@pytest.mark.process
def test_it_runs_beside_the_node_one_at_a_time_and_is_kept(node):
    record(node, 3_000)
    replaying = Replaying(node)
    begun = replaying.begin(asked(node))
    assert replaying.find(begun.replay).state is State.RUNNING
    assert replaying.begin(asked(node)) is None
    done = until(replaying, begun.replay, lambda one: one.state is State.DONE)
    assert (done.found.calls, done.found.replayed) == (3_000, 3_000)
    assert sum(one.calls for one in done.found.moved) > 0
    assert not replaying.go_on(begun.replay)
    assert [one.replay for one in replaying.newest()] == [begun.replay]
    # The next one waits for nothing.
    following = replaying.begin(asked(node))
    assert until(replaying, following.replay, lambda one: one.state is State.DONE).found == done.found


@pytest.mark.process
def test_one_that_was_stopped_with_its_node_goes_on_under_the_next_and_comes_to_the_same(node):
    record(node, 30_000)
    replaying = Replaying(node)
    begun = replaying.begin(asked(node))
    until(replaying, begun.replay, lambda one: one.found.calls > 0 or one.policy)
    replaying.stop()
    stopped = replaying.find(begun.replay)
    assert stopped.state is State.STOPPED
    assert stopped.found.calls < 30_000
    again = Replaying(node)
    assert again.go_on(begun.replay)
    resumed = until(again, begun.replay, lambda one: one.state is State.DONE)
    whole = again_whole(node)
    assert resumed.found == whole.found


def again_whole(node):
    replaying = Replaying(node)
    begun = replaying.begin(asked(node))
    return until(replaying, begun.replay, lambda one: one.state is State.DONE)


def test_what_cannot_be_tried_is_refused_before_anything_begins(node):
    replaying = Replaying(node)
    with pytest.raises(ChangeError):
        replaying.begin(asked(node, Change(points={"NOTHING": 1.0})))
    assert replaying.newest() == []
    assert not replaying.go_on("7-00000000")
