"""A pack is checked whole; every fault is named with file, line and key, in both languages."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import Action, Answer
from clearbell.policy.model import Status
from clearbell.policy.pack import builtin_pack, builtin_pack_text, load_pack
from clearbell.policy.problems import PackError
from clearbell.policy.symbols import CHECKS, EVIDENCE


def faults(*changes):
    text = builtin_pack_text("cn")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    with pytest.raises(PackError) as refused:
        load_pack(text, "cn.toml")
    return refused.value


def test_the_chinese_pack_is_sound():
    pack = builtin_pack("cn")
    assert set(pack.prices) == set(EVIDENCE)
    assert set(pack.order) == set(CHECKS)
    assert pack.utc_offset_minutes == 480
    assert len(pack.categories) >= 21


def test_every_price_and_threshold_says_where_it_comes_from():
    pack = builtin_pack("cn")
    for rule in (*pack.prices.values(), *pack.thresholds.values(), *pack.hours.values(), *pack.deadlines.values()):
        assert rule.source
        assert isinstance(rule.status, Status)


def test_draft_rules_are_marked_as_drafts():
    drafts = [rule for rule in builtin_pack("cn").deadlines.values() if rule.source in ("4.3", "4.4", "4.5", "5.6")]
    assert drafts
    assert all(rule.status is Status.DRAFT for rule in drafts)


def test_deterministic_refusals_never_answer_as_analytics():
    for price in builtin_pack("cn").prices.values():
        assert price.answer is not Answer.NETWORK_BLOCKED


def test_a_courier_who_only_calls_often_is_not_refused():
    pack = builtin_pack("cn")
    total = sum(pack.price(name).points for name in ("HIGH_FREQUENCY_1H", "FAN_OUT_1H", "BURST_1M"))
    assert pack.action_for(total).action is not Action.REJECT


def test_all_signs_together_are_refused():
    pack = builtin_pack("cn")
    names = ("HIGH_FREQUENCY_1H", "FAN_OUT_1H", "LOW_ANSWER_24H", "SHORT_CALLS_24H", "REPUTATION", "LABELLED")
    assert pack.action_for(sum(pack.price(name).points for name in names)).answer is Answer.NETWORK_BLOCKED


CHINA = builtin_pack("cn")


@given(st.floats(-1e6, 1e6))
def test_every_total_leads_to_the_highest_step_it_reaches(total):
    pack = CHINA
    step = pack.action_for(total)
    reached = [s for s in pack.actions if total >= s.at_least]
    assert step is (reached[-1] if reached else pack.actions[0])


def test_any_edit_changes_the_version():
    text = builtin_pack_text("cn")
    assert load_pack(text + "# note\n", "x").version != load_pack(text, "x").version


FAULTS = {
    "misspelt key": [("points = -10", "ponts = -10")],
    "misspelt check": [('"redial"', '"redail"')],
    "misspelt symbol": [("[symbols.WITHHELD]", "[symbols.WITHELD]")],
    "floor not first": [('"emergency", "call_back",\n  "malformed"', '"malformed", "emergency", "call_back"')],
    "floor left out": [('"emergency", "call_back"', '"emergency"')],
    "answer without decision": [
        ('decides = "allow"\nanswer = "continue"\nzh = "拨打', 'answer = "continue"\nzh = "拨打')
    ],
    "analytics answer": [('answer = "unwanted"', 'answer = "network-blocked"')],
    "unknown evidence": [("{trunk} 来电却", "{trank} 来电却")],
    "unbalanced brace": [("{trunk} 来电却", "{trunk 来电却")],
    "infinite points": [("points = -10", "points = inf")],
    "steps not ascending": [("at_least = 15", "at_least = 5")],
    "not a number": [("value = 60", 'value = "sixty"')],
    "hour out of day": [('end = "21:00"', 'end = "25:00"')],
    "no such zone": [("Asia/Shanghai", "Asia/Shanghigh")],
    "unknown table": [("[retention]", "[retentoin]")],
    "broken TOML": [('id = "cn"', 'id = "cn')],
    "no status": [('source = "1.11"\nstatus = "notice"', 'source = "1.11"')],
}


def test_every_fault_is_worded_as_recorded(golden):
    shown = []
    for name, changes in FAULTS.items():
        error = faults(*changes)
        shown.append(f"## {name}\n{error.text('en')}\n{error.text('zh')}\n")
    golden("pack-faults.txt", "\n".join(shown))


def test_all_faults_are_told_at_once():
    error = faults(*FAULTS["misspelt key"], *FAULTS["misspelt check"], *FAULTS["hour out of day"])
    assert {p.key for p in error.problems} >= {"symbols.CONSENTED.ponts", "pack.order", "hours.commercial.end"}
    assert [p.line for p in error.problems] == sorted(p.line for p in error.problems)


def test_an_unknown_pack_names_those_there_are():
    with pytest.raises(PackError, match="there are: cn"):
        builtin_pack("china")


def test_a_threshold_can_be_off():
    pack = load_pack(builtin_pack_text("cn").replace("burst_1m = { value = 8,", "burst_1m = { value = false,"), "x")
    assert pack.limit("burst_1m") is None
    assert pack.limit("frequency_1h") == 60


@given(st.text(max_size=300))
def test_no_text_breaks_the_loader(text):
    with pytest.raises(PackError) as refused:
        load_pack(text, "x.toml")
    assert all(problem.line >= 1 and problem.zh and problem.en for problem in refused.value.problems)


@given(st.integers(0, 20_000), st.text(max_size=12))
@settings(deadline=None)  # a whole pack is read each time
def test_a_pack_with_a_hole_or_a_blot_is_read_or_refused_but_never_breaks(place, blot):
    text = builtin_pack_text("cn")
    try:
        pack = load_pack(text[:place] + blot + text[place + len(blot) :], "x.toml")
    except PackError:
        return
    assert all(math.isfinite(price.points) for price in pack.prices.values())


def test_codes_that_nobody_could_use_are_refused():
    refused = faults(("digits = 6", "digits = 3"), ("proof_minutes = 15", "proof_minutes = 0"))
    told = refused.text("en")
    assert "codes.digits: should be 4 to 10" in told
    assert "codes.proof_minutes: should be at least 1" in told
    assert "codes.digits: 须为 4 至 10" in refused.text("zh")
    assert "codes: this table is missing" in faults(("[codes]", "[retention2]")).text("en")
