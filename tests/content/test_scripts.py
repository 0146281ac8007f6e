"""Calls of one script are found whichever numbers they come from."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.content.scripts import likeness, scripts

ORDER = "There is an order placed for a phone using your account. If you do not authorise this order press one."
LOAN = "我们银行有一款低息贷款,额度最高五十万,利率很低当天放款,您看要不要了解一下?"

texts = st.dictionaries(
    st.integers(0, 30),
    st.lists(st.sampled_from("天地玄黄宇宙洪荒") | st.sampled_from(["call ", "press ", "one ", "7 "]), max_size=12).map(
        lambda parts: ("".join(parts),)
    ),
    max_size=12,
)
shares = st.floats(0.05, 1.0)


def partition(groups):
    return {frozenset(keys) for keys in groups}


def test_a_script_is_one_whatever_number_name_or_sum_is_put_into_it():
    found = scripts(
        {
            "c1": (ORDER.replace("press one", "call 315-232-8257"),),
            "c2": (ORDER.replace("press one", "call 212-555-0100"),),
            "c3": (ORDER.upper(),),
            "d1": (LOAN,),
            "d2": (LOAN.replace("五十万", "八十万"),),
            "e": ("您好,您预约的体检是明天上午,请空腹带上医保卡。",),
            "silent": ("",),
        },
        0.5,
        calls=2,
    )
    assert found == [("c1", "c2", "c3"), ("d1", "d2")]


def test_punctuation_by_the_transcriber_does_not_matter():
    assert likeness((LOAN,), (LOAN.replace(",", "。"),)) == 1.0
    assert likeness((), ("",)) == 0.0


def test_an_impossible_likeness_is_a_bug():
    with pytest.raises(ValueError, match="BUG"):
        scripts({}, 0.0)


@given(texts, shares, st.randoms())
@settings(max_examples=150)
def test_the_order_of_the_calls_does_not_matter(given_texts, share, source):
    shuffled = list(given_texts.items())
    source.shuffle(shuffled)
    assert scripts(dict(shuffled), share) == scripts(given_texts, share)


@given(texts, shares, shares)
@settings(max_examples=150)
def test_a_higher_likeness_only_splits(given_texts, one, other):
    low, high = sorted((one, other))
    coarse = partition(scripts(given_texts, low))
    assert all(any(fine <= group for group in coarse) for fine in partition(scripts(given_texts, high)))


@given(texts, shares)
@settings(max_examples=150)
def test_every_pair_at_the_likeness_is_together_and_groups_are_joined_by_such_pairs(given_texts, share):
    groups = scripts(given_texts, share)
    of = {key: place for place, keys in enumerate(groups) for key in keys}
    pairs = [
        (a, b)
        for a, b in itertools.combinations(sorted(of), 2)
        if likeness(given_texts[a], given_texts[b]) >= share - 1e-9
    ]
    assert all(of[a] == of[b] for a, b in pairs)
    for keys in groups:
        reached, more = set(), {keys[0]}
        while more:
            reached |= more
            more = {b for a, b in [*pairs, *((b, a) for a, b in pairs)] if a in reached} - reached
        assert reached == set(keys)
