"""Calls on record judged anew, each with the facts of its time."""

from __future__ import annotations

import copy
import importlib.resources
import itertools
import os

import msgspec
import pytest
from tests.replay.conftest import CALLEE, PACK, SELLER, SOMEBODY

from clearbell.calls import DAY, HOUR, SECOND, Action
from clearbell.replay.files import ReplayFolder
from clearbell.replay.model import MOST_EXAMPLES, Cause, Change, Kind, State
from clearbell.replay.running import run_replay
from clearbell.serving.node import Node

KEY = b"k" * 32
ONLY_COUNTS = Change(points={"NO_CONSENT": 6.0}, decides={"NO_CONSENT": ""})


def run(recorded, change=None, *, replay=None, is_to_stop=lambda: False, **asked):
    folder = ReplayFolder(recorded.home)
    replay = replay or folder.new(recorded.asked(change, **asked), os.urandom)
    ticks = itertools.count()
    return run_replay(
        recorded.store,
        recorded.home / "journal",
        PACK,
        replay,
        KEY,
        keep=lambda now: folder.put(copy.deepcopy(now)),
        is_to_stop=is_to_stop,
        clock=lambda: next(ticks),
    )


def moved(replay):
    return {(one.kind, one.rule, one.before, one.after): one.calls for one in replay.found.moved}


def test_without_a_change_the_record_comes_out_as_it_stands(recorded):
    recorded.call()
    recorded.agree()
    recorded.call()
    recorded.take_back()
    recorded.call()
    recorded.block()
    for caller in (SOMEBODY, 0, 8613800000009):
        recorded.call(caller)
    assert {one.action for one in recorded.made} == {Action.ALLOW, Action.REJECT}
    found = run(recorded).found
    assert (found.calls, found.replayed, found.causes, found.moved, found.other_reason) == (6, 6, {}, [], 0)
    assert (found.first, found.last) == (recorded.made[0].call.at, recorded.made[-1].call.at)


def test_what_decided_by_itself_is_judged_anew_with_the_facts_of_its_time(recorded):
    refused = recorded.call()
    assert refused.decided_by == "NO_CONSENT"
    # Today's consent was not there then.
    recorded.agree()
    assert recorded.call().action is Action.ALLOW
    replay = run(recorded, ONLY_COUNTS)
    assert moved(replay) == {(Kind.SOFTER, "NO_CONSENT", Action.REJECT, Action.LABEL): 1}
    [example] = replay.found.moved[0].examples
    assert (example.decision, example.after) == (refused.id, 6.0)
    assert "NO_CONSENT" in example.symbols
    assert str(SELLER) not in example.caller
    whom = replay.found.whom["softer"]
    assert (whom.calls, whom.holders, len(whom.callers)) == (1, {"S": 1}, 1)
    assert SELLER not in whom.callers


def test_whom_it_would_touch_that_was_not_touched_and_the_other_way(recorded):
    recorded.call()
    recorded.call(SOMEBODY)
    recorded.call(SOMEBODY, CALLEE + 1)
    recorded.call(0)
    gone = Change(left_out=("consent",), decides={"WITHHELD": "reject"})
    replay = run(recorded, gone)
    assert moved(replay) == {
        (Kind.TOUCHED, "WITHHELD", Action.ALLOW, Action.REJECT): 1,
        (Kind.RELEASED, "NO_CONSENT", Action.REJECT, Action.ALLOW): 1,
    }
    assert replay.found.whom["touched"].withheld == 1


def test_a_pass_that_stood_before_everything_else_is_replayed_with_what_it_hid(recorded):
    recorded.talk(CALLEE, SELLER)
    recorded.talk(CALLEE, SELLER)
    recorded.agree()
    passed = recorded.call()
    assert passed.action is Action.ALLOW
    recorded.take_back()
    known = recorded.call()
    assert (known.action, known.decided_by) == (Action.ALLOW, "KNOWN_CONTACT")
    replay = run(recorded, Change(left_out=("known_contact",)))
    assert moved(replay) == {(Kind.TOUCHED, "CONSENT_WITHDRAWN", Action.ALLOW, Action.REJECT): 1}


def test_other_thresholds_and_totals_and_a_whole_pack(recorded):
    for n in range(4):
        recorded.call(SOMEBODY, CALLEE + n)
    threshold = run(recorded, Change(thresholds={"frequency_1h": 2.0}, points={"HIGH_FREQUENCY_1H": 20.0}))
    assert moved(threshold) == {(Kind.TOUCHED, "HIGH_FREQUENCY_1H", Action.ALLOW, Action.REJECT): 2}
    total = run(
        recorded, Change(points={"HIGH_FREQUENCY_1H": 6.0}, totals={"label": 7.0}, thresholds={"frequency_1h": 2.0})
    )
    assert total.found.moved == []
    text = (importlib.resources.files("clearbell.packs") / "cn.toml").read_text(encoding="utf-8")
    recorded.call()
    head, mark, rest = text.partition("[symbols.NO_CONSENT]\n")
    tried = (
        head
        + mark
        + rest.replace('decides = "reject"\nanswer = "not-entitled"', 'decides = "challenge"\nanswer = "challenge"', 1)
    )
    whole = run(recorded, pack_text=tried)
    assert moved(whole) == {(Kind.SOFTER, "NO_CONSENT", Action.REJECT, Action.CHALLENGE): 1}
    assert whole.candidate != whole.policy == PACK.version


def test_calls_before_the_window_are_counted_and_not_judged(recorded):
    for n in range(5):
        recorded.call(SOMEBODY, CALLEE + n)
    last = recorded.made[-1].call.at
    found = run(
        recorded, Change(thresholds={"frequency_1h": 4.0}, points={"HIGH_FREQUENCY_1H": 20.0}), since=last
    ).found
    assert (found.calls, [one.calls for one in found.moved]) == (1, [1])
    assert run(recorded, since=last - DAY, until=recorded.made[0].call.at).found.calls == 0


def test_what_cannot_be_replayed_is_counted_by_its_cause(recorded):
    recorded.node.fail_open(recorded.call(SOMEBODY).call, "test")
    recorded.block()
    refused = recorded.call(SOMEBODY)
    assert refused.action is Action.REJECT
    with recorded.store.act("li") as act:
        act.erase(CALLEE)
    found = run(recorded).found
    assert found.causes == {Cause.FAIL_OPEN.value: 1, Cause.NOT_REPRODUCED.value: 1}
    assert (found.calls, found.replayed) == (3, 1)


def test_a_call_in_the_seconds_in_which_a_node_follows_is_told_apart(recorded):
    first = recorded.call(SOMEBODY).call
    recorded.block()
    # The node has not looked at the ledger since.
    recorded.clock.move(SECOND)
    late = recorded.node.screen(msgspec.structs.replace(first, at=recorded.clock.now()))
    assert late.action is Action.ALLOW
    found = run(recorded).found
    assert (found.calls, found.replayed, found.causes) == (2, 1, {Cause.JUST_CHANGED.value: 1})


def test_decisions_of_another_version_are_compared_under_the_pack_in_force(recorded):
    earlier = msgspec.structs.replace(PACK, version="cn 0")
    recorded.node = Node(recorded.store, earlier, recorded.home, randomness=os.urandom)
    recorded.call()
    found = run(recorded, ONLY_COUNTS).found
    assert (found.replayed, found.earlier_version, len(found.moved)) == (1, 1, 1)


@pytest.mark.parametrize("looks", [1, 2, 3])
def test_interrupted_and_gone_on_with_it_comes_to_the_same(recorded, monkeypatch, looks):
    monkeypatch.setattr("clearbell.replay.running.LOOK", 2)
    for n in range(6):
        recorded.call(SOMEBODY, CALLEE + n)
    recorded.call()
    change = Change(
        {"HIGH_FREQUENCY_1H": 20.0, "NO_CONSENT": 6.0}, {"NO_CONSENT": ""}, thresholds={"frequency_1h": 3.0}
    )
    whole = run(recorded, change)
    seen = itertools.count()
    stopped = run(recorded, change, is_to_stop=lambda: next(seen) >= looks)
    assert stopped.state is State.STOPPED
    assert stopped.found.calls < 7
    kept = ReplayFolder(recorded.home).find(stopped.replay)
    assert kept == stopped
    resumed = run(recorded, replay=kept)
    assert resumed.state is State.DONE
    assert resumed.found == whole.found


def test_examples_are_few_however_many_calls(recorded):
    for n in range(MOST_EXAMPLES + 3):
        recorded.call(callee=CALLEE + n)
    [one] = run(recorded, ONLY_COUNTS).found.moved
    assert (one.calls, len(one.examples)) == (MOST_EXAMPLES + 3, MOST_EXAMPLES)


def test_no_rule_and_no_fact_is_changed(recorded):
    recorded.call()
    before, written = recorded.store.head(), list((recorded.home / "journal").glob("*"))
    run(recorded, ONLY_COUNTS, since=recorded.made[0].call.at - HOUR)
    assert recorded.store.head() == before
    assert list((recorded.home / "journal").glob("*")) == written
