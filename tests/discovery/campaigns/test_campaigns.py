"""Suspects with enough in common are one campaign, which keeps its name while its numbers change."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.discovery.campaigns.linking import components, weigh
from clearbell.discovery.campaigns.model import FACTS, Suspect
from clearbell.discovery.campaigns.queries import campaigns_on, story
from clearbell.discovery.campaigns.service import do_follow, do_forget_number
from clearbell.policy.pack import builtin_pack
from clearbell.testing import fresh_store

LIMITS = builtin_pack("cn").campaigns
DAY = 20_500


def suspect(number, *, holder="", trunk="", groups=(), callees=(), hour=10):
    hours = [0] * 24
    hours[hour] = 10
    ranges = {callee // 10_000: 1 for callee in callees}
    return Suspect(number, holder, trunk, tuple(groups), frozenset(callees), ranges, tuple(hours))


def sets(found):
    return [one.numbers for one in found]


def test_numbers_of_one_holder_are_one_campaign():
    found = components([suspect(n, holder="h", hour=n % 24) for n in range(1, 6)], LIMITS)
    assert sets(found) == [(1, 2, 3, 4, 5)]
    assert found[0].bonds.anchors[0].name == "h"


def test_a_trunk_alone_ties_nobody():
    assert components([suspect(n, trunk="local-1", hour=n % 24) for n in range(1, 9)], LIMITS) == []


def test_shared_callees_tie_through_others():
    callees = [[1, 2, 3, 4], [1, 2, 3, 9, 10, 11], [9, 10, 11, 12]]
    assert sets(components([suspect(n, callees=ones) for n, ones in enumerate(callees, 1)], LIMITS)) == [(1, 2, 3)]


def test_two_numbers_are_no_campaign():
    assert components([suspect(n, holder="h") for n in (1, 2)], LIMITS) == []


def test_the_weights_add_up_to_what_is_told():
    one, other = (suspect(n, holder="h", trunk="t", callees=range(20)) for n in (1, 2))
    link = weigh(one, other, 20, LIMITS)
    assert link.weight == pytest.approx(sum(LIMITS[tie].value for tie in link.ties))
    assert set(link.ties) == {"same_holder", "same_trunk", "shared_callees", "called_ranges", "same_hours"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["", "t", "u"])), max_size=20), st.randoms())
@settings(deadline=None)
def test_the_order_of_suspects_does_not_matter_and_nobody_is_in_two(told, rng: random.Random):
    suspects = [suspect(n, holder=holder, trunk=trunk) for n, (holder, trunk) in enumerate(told, 1)]
    found = components(suspects, LIMITS)
    rng.shuffle(suspects)
    assert components(suspects, LIMITS) == found
    numbers = [number for one in found for number in one.numbers]
    assert len(numbers) == len(set(numbers))


def follow(store, day, *groups):
    suspects = [suspect(n, holder=str(place)) for place, ones in enumerate(groups) for n in ones]
    with store.act("test") as act:
        return do_follow(act, day, components(suspects, LIMITS))


def test_a_campaign_keeps_its_name_and_tells_its_story(tmp_path):
    store = fresh_store(tmp_path)
    (name,) = follow(store, DAY, range(1, 6))
    assert follow(store, DAY + 1, range(3, 9)) == [name]
    follow(store, DAY + 2)
    with store.read() as conn:
        told = [(one.day, one.joined, one.left, one.numbers) for one in story(conn, name)]
        (yesterday,) = campaigns_on(conn, DAY + 1)
        assert campaigns_on(conn, DAY + 2) == []
    assert told == [(DAY, 5, 0, 5), (DAY + 1, 3, 2, 6), (DAY + 2, 0, 6, 0)]
    assert yesterday.numbers == tuple(range(3, 9))
    joined = [f.number for e in store.entries(0, ["discovery.campaign-joined"]) for f in e.decode(FACTS)]
    assert joined == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_campaign_that_splits_goes_on_in_the_larger_part(tmp_path):
    store = fresh_store(tmp_path)
    (name,) = follow(store, DAY, range(1, 11))
    large, small = follow(store, DAY + 1, range(1, 7), range(7, 11))
    assert large == name
    assert small != name


def test_the_same_day_again_or_an_earlier_one_changes_nothing(tmp_path):
    store = fresh_store(tmp_path)
    names = follow(store, DAY, range(1, 6))
    before = store.head()
    assert follow(store, DAY, range(1, 6)) == names
    follow(store, DAY - 1, range(1, 3))
    assert store.head() == before


def test_a_forgotten_number_is_in_no_campaign(tmp_path):
    store = fresh_store(tmp_path)
    follow(store, DAY, range(1, 6))
    with store.act("test") as act:
        assert do_forget_number(act, 3) == 1
    with store.read() as conn:
        (one,) = campaigns_on(conn, DAY)
    assert one.numbers == (1, 2, 4, 5)
    assert all(3 not in anchor.numbers for anchor in one.bonds.anchors)
