"""Explanations: words in both languages, and a sum that adds up."""

import math

from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import Action, Answer, Call, Charge, Decision
from clearbell.policy.explanation import explain
from clearbell.policy.pack import builtin_pack
from clearbell.policy.symbols import EVIDENCE

PACK = builtin_pack("cn")


def decision(charges, decided_by="total"):
    return Decision(
        id="d1",
        call=Call(id="c", at=0, caller=1, callee=2),
        action=Action.ALLOW,
        answer=Answer.CONTINUE,
        charges=tuple(charges),
        total=math.fsum(c.points for c in charges),
        decided_by=decided_by,
        policy=PACK.version,
    )


charges = st.lists(
    st.sampled_from(sorted(EVIDENCE)).flatmap(
        lambda name: st.fixed_dictionaries(
            {}, optional={field: st.integers() | st.text(max_size=5) | st.floats() for field in EVIDENCE[name]}
        ).map(lambda evidence: Charge(name, PACK.price(name).points, evidence))
    ),
    max_size=8,
)


@given(charges, st.sampled_from(["zh", "en"]))
def test_the_parts_sum_to_the_whole_and_every_part_has_words(found, language):
    explained = explain(decision(found), PACK, language)
    assert math.fsum(line.points for line in explained.lines) == explained.total
    assert all(line.words for line in explained.lines)
    assert explained.sentence


def test_evidence_that_was_not_kept_shows_as_a_question_mark():
    explained = explain(decision([Charge("FAN_OUT_1H", 3, {"callees": 58})]), PACK, "en")
    assert explained.lines[0].words == "58 different numbers called within an hour"
    explained = explain(decision([Charge("FAN_OUT_1H", 3, {})]), PACK, "en")
    assert explained.lines[0].words == "? different numbers called within an hour"


def test_codes_are_shown_by_their_names():
    charge = Charge("LABELLED", 5, {"category": "loans", "reporters": 12})
    assert "贷款理财" in explain(decision([charge]), PACK, "zh").lines[0].words
    charge = Charge("RESTRICTED_NUMBER", 0, {"restriction": "R1", "rung": "outgoing_barred"})
    assert "单停" in explain(decision([charge], "RESTRICTED_NUMBER"), PACK, "zh").sentence


def test_sentences_are_worded_as_recorded(golden):
    cases = [
        decision([]),
        decision([Charge("WITHHELD", 0.5, {})]),
        decision([Charge("HIGH_FREQUENCY_1H", 4, {"calls": 80, "limit": 60.0}), Charge("WITHHELD", 0.5, {})]),
        decision([Charge("OWN_BLOCK", 0, {})], "OWN_BLOCK"),
        decision([], "fail-open"),
    ]
    golden(
        "sentences.txt",
        "\n".join(explain(case, PACK, language).sentence for case in cases for language in ("zh", "en")) + "\n",
    )


def test_a_symbol_the_pack_no_longer_has_is_named_as_it_is():
    assert explain(decision([Charge("OLD_ONE", 1, {})]), PACK, "en").lines[0].words == "OLD_ONE"


def test_shares_are_shown_in_percent():
    charge = Charge("SHORT_CALLS_24H", 4, {"share": 1.0, "answered": 80, "limit": 0.6})
    assert (
        "80 answered calls in 24 hours 100% were very short" in explain(decision([charge]), PACK, "en").lines[0].words
    )
    charge = Charge("SHORT_CALLS_24H", 4, {"share": 0.624, "answered": 80, "limit": 0.6})
    assert "80 个呼叫中 62% 极短" in explain(decision([charge]), PACK, "zh").lines[0].words
