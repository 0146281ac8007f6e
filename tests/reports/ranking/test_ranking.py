"""Lists learned from past days: what is remembered, learned and chosen, and what a range may cost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.reports.ranking.choosing import choose
from clearbell.reports.ranking.learning import LESSONS, SPREAD, Expected, Ranker, earned
from clearbell.reports.ranking.units import HALF_LIVES, Ints, Units

HOT = 12_025_550_100
FIRST_DAY = 18_500


def ints(*numbers: int) -> Ints:
    return np.array(numbers, np.int64)


days_of_numbers = st.lists(st.lists(st.integers(HOT, HOT + 30_000), min_size=0, max_size=20), min_size=1, max_size=6)


@given(days_of_numbers)
def test_sums_kept_from_day_to_day_are_those_counted_from_nothing(days: list[list[int]]) -> None:
    units = Units()
    for day, numbers in enumerate(days, FIRST_DAY):
        units.at(day)
        units.add(ints(*numbers))
    last = FIRST_DAY + len(days) - 1
    for depth, level in enumerate(units.levels):
        keys = {number // level.width for numbers in days for number in numbers}
        assert set(level.slots) == keys
        for key in keys:
            slot = level.slots[key]
            counts = [sum(n // level.width == key for n in numbers) for numbers in days]
            for row, half_life in enumerate(HALF_LIVES):
                expected = sum(count * 2 ** ((day - last) / half_life) for day, count in enumerate(counts, FIRST_DAY))
                assert level.sums[row, slot] == pytest.approx(expected, rel=1e-4)
            assert level.complaints[slot] == sum(counts)
            if depth:
                inside = {n for numbers in days for n in numbers if n // level.width == key}
                assert level.seen[slot] == len(inside)


def test_a_unit_knows_the_wider_ones_it_lies_in() -> None:
    units = Units()
    units.at(FIRST_DAY)
    units.add(ints(HOT, HOT + 5_000))
    units.at(FIRST_DAY + 1)
    units.add(ints(HOT + 5_001))
    for depth, level in enumerate(units.levels[:-1]):
        for key, slot in level.slots.items():
            for above in range(depth + 1, len(units.levels)):
                wide = units.levels[above]
                assert wide.keys[level.above[above, slot]] == key * level.width // wide.width


def town(days: int) -> tuple[Units, Ranker]:
    """Days on which one number is complained of daily, one range shows new numbers daily, and others once each."""
    units, ranker = Units(), Ranker(threads=1)
    random = np.random.default_rng(7)
    for day in range(days):
        units.at(FIRST_DAY + day)
        fresh = 13_125_551_000 + 8 * day + np.arange(8)
        strangers = 14_000_000_000 + random.integers(0, 900_000_000, 1_500)
        numbers = np.concatenate([np.full(40, HOT), fresh, strangers]).astype(np.int64)
        ranker.remember(units, numbers)
        units.add(numbers)
    units.at(FIRST_DAY + days)
    return units, ranker


@pytest.fixture(scope="module")
def learned() -> tuple[Units, Expected]:
    units, ranker = town(LESSONS)
    assert ranker.ready
    ranker.learn()
    return units, ranker.expect(units)


def test_what_comes_daily_is_ranked_before_what_came_once(learned: tuple[Units, Expected]) -> None:
    units, expected = learned
    assert choose(units, expected, 1, with_ranges=False).numbers.tolist() == [HOT]


def test_a_range_where_new_numbers_keep_turning_up_covers_those_of_tomorrow(learned: tuple[Units, Expected]) -> None:
    units, expected = learned
    listing = choose(units, expected, 2_000)
    tomorrow = ints(*(13_125_551_000 + 8 * LESSONS + n for n in range(8)))
    assert listing.covers(tomorrow).all()
    assert not choose(units, expected, 2_000, with_ranges=False).covers(tomorrow).any()


def test_a_list_never_counts_more_entries_than_asked_for(learned: tuple[Units, Expected]) -> None:
    units, expected = learned
    for size in (1, 10, 100, 1_000):
        listing = choose(units, expected, size)
        every = units.levels[0].keys[: len(units.levels[0])]
        in_ranges = sum(int(np.isin(every // width, firsts // width).sum()) for width, firsts in listing.ranges.items())
        assert listing.entries <= size
        # Numbers listed before their range was are not paid twice, and a range costs half an entry at least.
        assert len(listing.numbers) + in_ranges <= size * 1.5 + 1


def test_a_range_without_spread_is_never_listed() -> None:
    units = Units()
    units.at(FIRST_DAY)
    few = ints(*(HOT + n for n in range(SPREAD - 1)))
    units.add(np.repeat(few, 50))
    assert not len(earned(units, 1))
    units.add(ints(HOT + 50, HOT + 51))
    assert units.levels[1].keys[earned(units, 1)].tolist() == [HOT // 100]


def test_nothing_is_expected_before_anything_was_learned() -> None:
    units, ranker = town(1)
    assert not ranker.ready
    assert not ranker.expect(units).by_number.any()
