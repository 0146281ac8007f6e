"""The pack that is tried: only what may be otherwise is."""

from __future__ import annotations

import pytest

from clearbell.calls import Action, Answer
from clearbell.policy.pack import builtin_pack
from clearbell.policy.problems import PackError
from clearbell.replay.candidate import ChangeError, candidate_of
from clearbell.replay.model import Change

PACK = builtin_pack("cn")


def test_no_change_is_the_pack_itself():
    assert candidate_of(PACK, Change()) is PACK


def test_a_change_has_a_version_of_its_own_and_leaves_the_rest():
    one = candidate_of(PACK, Change(points={"REPUTATION": 9.0}))
    other = candidate_of(PACK, Change(points={"REPUTATION": 8.0}))
    assert len({PACK.version, one.version, other.version}) == 3
    assert one.prices["REPUTATION"].points == 9.0
    assert {**one.prices, "REPUTATION": PACK.prices["REPUTATION"]} == PACK.prices
    assert (one.order, one.actions, one.thresholds) == (PACK.order, PACK.actions, PACK.thresholds)


def test_what_decides_by_itself_answers_as_no_analytics_and_what_only_counts_not_at_all():
    made = candidate_of(PACK, Change(decides={"REPUTATION": "reject", "NO_CONSENT": ""}))
    assert (made.prices["REPUTATION"].decides, made.prices["REPUTATION"].answer) == (Action.REJECT, Answer.NOT_ENTITLED)
    assert (made.prices["NO_CONSENT"].decides, made.prices["NO_CONSENT"].answer) == (None, None)
    # An action that it makes already keeps its answer.
    same = candidate_of(PACK, Change(decides={"REFUSED_HOLDER": "reject"})).prices["REFUSED_HOLDER"]
    assert same == PACK.prices["REFUSED_HOLDER"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (Change(points={"X": 1.0}), "X"),
        (Change(decides={"NO_CONSENT": "shout"}), "NO_CONSENT"),
        (Change(totals={"allow": 1.0}), "allow"),
        (Change(thresholds={"x": 1.0}), "x"),
        (Change(thresholds={"burst_1m": 0.0}), "burst_1m"),
        (Change(points={"NO_CONSENT": float("nan")}), "NO_CONSENT"),
        (Change(left_out=("emergency",)), "emergency"),
        (Change(left_out=("call_back",)), "call_back"),
        (Change(left_out=("x",)), "x"),
    ],
)
def test_what_cannot_be_tried_is_named(change, field):
    with pytest.raises(ChangeError) as refusal:
        candidate_of(PACK, change)
    assert refusal.value.field == field
    assert refusal.value.zh.startswith(f"{field}:")


def test_a_text_that_is_no_pack_is_refused_with_its_lines():
    with pytest.raises(PackError):
        candidate_of(PACK, Change(), "id = 1")
