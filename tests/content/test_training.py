"""What is learned, what is held back, and what is too little to learn from."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.content.judging import categorise
from clearbell.content.kinds import KindsError, builtin_kinds
from clearbell.content.marks import mark
from clearbell.content.scripts import likeness
from clearbell.content.splitting import hold_back
from clearbell.content.training import TooFewCallsError, train
from clearbell.content.transcripts import Transcript, read_jsonl
from clearbell.policy.pack import builtin_pack

KINDS = builtin_kinds(builtin_pack("cn").categories)


def test_no_near_copy_of_a_held_back_call_is_learned_from(calls):
    random.seed(5)
    copied = [
        Transcript(
            f"copy-{call.id}", caller=(*call.caller, random.choice("嗯啊哦")), callee=call.callee, kind=call.kind
        )
        for call in calls
    ]
    learned, held = hold_back(calls + copied, share=0.4, at_least=0.6)
    assert learned
    assert held
    assert max(likeness(one.lines, other.lines) for one in learned for other in held) < 0.6


def test_the_same_calls_are_held_back_in_any_order(calls):
    shuffled = random.Random(1).sample(calls, len(calls))
    one, other = hold_back(calls, 0.3, 0.9)[1], hold_back(shuffled, 0.3, 0.9)[1]
    assert {call.id for call in one} == {call.id for call in other}
    assert 0.15 < len(one) / len(calls) < 0.45


def test_calls_not_learned_from_are_told_rightly(calls, kinds, pack):
    learned, held = hold_back(calls, 0.3, 0.9)
    model = train(learned, kinds, copy_likeness=0.9)
    right = [categorise(model, call, pack.content).main.category == call.kind for call in held]
    assert sum(right) / len(right) > 0.9


def test_a_kind_without_enough_different_calls_is_refused(calls, kinds):
    rare = [Transcript(str(n), caller=("游戏上线送皮肤,点击下载游戏。",), kind="games") for n in range(9)]
    with pytest.raises(TooFewCallsError, match="games has 1 calls that are no copies"):
        train([*calls, *rare], kinds, 0.9)
    with pytest.raises(TooFewCallsError, match="at least two kinds"):
        train([call for call in calls if call.kind == "loans"], kinds, 0.9)


def test_what_only_one_call_says_is_not_learned(calls, kinds):
    secret = Transcript("x", caller=("我们银行有一款低息贷款,张三丰住在翠微山庄,利率很低当天放款。",), kind="loans")
    with_secret, without = train([*calls, secret], kinds, 0.9), train(calls, kinds, 0.9)
    assert "翠微山" not in with_secret.score("caller", {"翠微山": 1, "贷款": 1}).spoke
    assert "贷款" in without.score("caller", {"翠微山": 1, "贷款": 1}).spoke


def test_training_does_not_depend_on_anything_but_the_calls(calls, kinds, model):
    again = train(calls, kinds, 0.9)
    assert (again.views["caller"].weights == model.views["caller"].weights).all()
    assert again.header == model.header


def test_labels_of_the_data_and_words_of_the_pack_mean_kinds(kinds):
    assert kinds.kinds[kinds.meant("银行诈骗")].category == "fraud"
    assert kinds.meant("装修建材") == kinds.meant("decoration") == "decoration"
    assert kinds.meant("正常来电") == kinds.meant("lawful") == "lawful"
    assert kinds.meant("unheard of") is None


def test_a_file_of_kinds_with_an_unknown_category_is_refused_with_what_was_meant(pack):
    text = '[kinds.x]\ncategory = "fruad"\nzh = "甲"\nen = "a"\n'
    with pytest.raises(KindsError, match=r"kinds.x.category: no category `fruad`; did you mean `fraud`\?"):
        builtin_kinds(pack.categories, {"mine.toml": text})


def test_lines_that_cannot_be_used_come_back_with_their_reason(kinds):
    lines = [
        '{"id": 7, "caller": ["贷款"], "callee": "不要", "kind": "贷款理财"}',
        '{"caller": ["x"], "kind": "no such"}',
        '{"caller": []}',
        "{broken",
        "",
        '{"left": ["喂"], "right": [], "fraud_type": "打车服务", "more": 1}',
        '{"text": "hello there"}',
    ]
    found, faults = read_jsonl(lines, kinds, "f")
    assert [(call.id, call.kind) for call in found] == [("7", "loans"), ("f:6", "lawful_taxi"), ("f:7", None)]
    assert [fault.line for fault in faults] == [2, 3, 4]
    assert all(fault.zh and fault.en for fault in faults)


@given(st.lists(st.text(max_size=60), max_size=5))
@settings(max_examples=60)
def test_no_line_breaks_the_reader(lines):
    found, faults = read_jsonl(lines, KINDS)
    assert len(found) + len(faults) == sum(bool(line.strip()) for line in lines)


def test_marks_are_those_of_the_textbook():
    marks = mark(["a", "a", "b", "b"], ["a", "b", "b", "b"], ["a", None, "b", "b"], [0.95, 0.55, 0.95, 0.95])
    assert marks.macro_f1 == pytest.approx((2 / 3 + 0.8) / 2)
    assert (marks.decided, marks.right_of_decided) == (0.75, 1.0)
    assert marks.table == ((1, 0, 1), (0, 2, 0))
    assert marks.calibration_error == pytest.approx((3 * 0.05 + 0.55) / 4)
