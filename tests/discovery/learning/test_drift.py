"""Drift is told where there is some, and not where few numbers differ by chance."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.discovery.learning.drift import Standing, drift, reference


def compare(then, now):
    return drift(reference("f", np.asarray(then, float)), np.asarray(now, float), 0.1, 0.25)


def test_the_same_behaviour_is_steady():
    random = np.random.default_rng(1)
    assert compare(random.normal(size=1000), random.normal(size=1000)).standing is Standing.STEADY


def test_a_moved_feature_is_noticed_and_then_alarms():
    random = np.random.default_rng(1)
    then = random.normal(size=2000)
    assert compare(then, random.normal(0.4, 1, 2000)).standing is Standing.SHIFTED
    assert compare(then, random.normal(1, 1, 2000)).standing is Standing.CHANGED


def test_a_feature_that_is_no_longer_made_is_told_by_its_missing_values():
    found = compare(np.arange(100.0), np.full(100, np.nan))
    assert (found.standing, found.missing_then, found.missing_now) == (Standing.CHANGED, 0.0, 1.0)


def test_with_few_numbers_chance_is_called_chance():
    random = np.random.default_rng(2)
    found = [compare(random.normal(size=60), random.normal(size=40)) for _ in range(200)]
    # The bare limits would raise these alarms without any drift.
    assert np.mean([one.index > 0.25 for one in found]) > 0.2
    assert np.mean([one.standing is not Standing.STEADY for one in found]) < 0.12


def test_psi_is_that_of_the_textbook():
    found = compare([0] * 50 + [1] * 50, [0] * 80 + [1] * 20)
    assert found.index == pytest.approx(0.3 * np.log(0.8 / 0.5) - 0.3 * np.log(0.2 / 0.5))


def test_no_rows_now_is_no_drift():
    assert compare([1, 2, 3], []).standing is Standing.STEADY


values = st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=50)


@settings(deadline=None)
@given(values, values)
def test_every_row_is_in_a_group_and_the_index_is_never_below_nought(then, now):
    kept = reference("f", np.array(then))
    assert sum(kept.counts) == len(then)
    assert drift(kept, np.array(then), 0.1, 0.25).index == 0
    assert drift(kept, np.array(now), 0.1, 0.25).index >= 0
