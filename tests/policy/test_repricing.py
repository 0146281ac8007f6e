"""Other points on decisions that were made: the sums are reckoned anew, and nothing else."""

from __future__ import annotations

import itertools

import pytest

from clearbell.calls import Action, Answer, Call, Charge, Decision
from clearbell.policy import repricing
from clearbell.policy.pack import builtin_pack
from clearbell.policy.repricing import Draft, action_at, total_of

PACK = builtin_pack("cn")
NONE = Draft({}, {})


def try_out(decisions, draft, pack, clock=lambda: 0.0, **more):
    return repricing.try_out(decisions, draft, pack, clock=clock, **more)


def decided(*charges, by="total", at=1, action=None):
    made = tuple(Charge(symbol, points, {}) for symbol, points in charges)
    total = sum(points for _, points in charges)
    outcome = action or PACK.action_for(total).action
    return Decision(f"d{at}", Call("c", at, 1, 2), outcome, Answer.CONTINUE, made, total, by, PACK.version)


def test_a_draft_that_changes_nothing_changes_no_decision():
    decisions = [decided(("REPUTATION", points), at=points) for points in range(1, 30)]
    tried = try_out(decisions, NONE, PACK)
    assert (tried.looked, dict(tried.moved), tried.whole) == (29, {}, True)
    assert (tried.first, tried.last) == (1, 29)


@pytest.mark.parametrize("total", [-1000.0, 0.0, 4.9, 5.0, 14.9, 15.0, 200.0])
def test_a_total_leads_to_what_the_pack_says(total):
    assert action_at(total, NONE.steps(PACK)) is PACK.action_for(total).action


def test_other_points_move_the_sum_of_what_has_the_symbol():
    draft = Draft({"REPUTATION": 20.0}, {})
    one, other = decided(("REPUTATION", 4.0), ("WITHHELD", 1.0)), decided(("WITHHELD", 1.0))
    assert [total_of(each, draft) for each in (one, other)] == [21.0, 1.0]
    tried = try_out([one, other], draft, PACK)
    assert dict(tried.moved) == {(one.action, Action.REJECT): 1}
    assert (tried.some[0].decision, tried.some[0].total) == (one, 21.0)


def test_another_total_moves_the_line():
    decision = decided(("REPUTATION", 6.0))
    assert decision.action is Action.LABEL
    assert dict(try_out([decision], Draft({}, {Action.LABEL: 7.0}), PACK).moved) == {(Action.LABEL, Action.ALLOW): 1}
    assert dict(try_out([decision], Draft({}, {Action.REJECT: 6.0}), PACK).moved) == {(Action.LABEL, Action.REJECT): 1}


def test_what_one_symbol_decided_stays():
    decision = decided(("RESTRICTED_NUMBER", 0.0), by="RESTRICTED_NUMBER", action=Action.REJECT)
    assert not try_out([decision], Draft({"RESTRICTED_NUMBER": 100.0}, {Action.REJECT: 500.0}), PACK).moved


def test_it_looks_no_further_than_it_may():
    decisions = (decided(("REPUTATION", 1.0), at=at) for at in itertools.count(1))
    tried = try_out(decisions, NONE, PACK, most=70)
    assert (tried.looked, tried.whole) == (70, False)
    ticks = itertools.count()
    tried = try_out(decisions, NONE, PACK, seconds=3, clock=lambda: next(ticks))
    assert not tried.whole
    assert tried.looked < 2_500
    assert len(try_out([decided(("REPUTATION", 6.0))] * 50, Draft({"REPUTATION": 0.0}, {}), PACK).some) == 20
