"""Measures of a ranking say what they are defined to say, and refuse what too few verdicts cannot tell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.discovery.learning.calibration import calibration_error, fit_line, probability
from clearbell.discovery.learning.measures import auc, measure, threshold_at

scored = st.lists(st.tuples(st.booleans(), st.integers(-3, 3)), min_size=2, max_size=40)


def arrays(rows):
    return np.array([one for one, _ in rows], np.int8), np.array([score for _, score in rows], float)


@given(scored)
def test_auc_is_the_share_of_pairs_in_the_right_order(rows):
    labels, scores = arrays(rows)
    pairs = [(a > b) + (a == b) / 2 for a in scores[labels == 1] for b in scores[labels == 0]]
    assert auc(labels, scores) == pytest.approx(np.mean(pairs) if pairs else float("nan"), nan_ok=True)


@given(scored, st.sampled_from([0.01, 0.1, 0.34, 0.5, 0.9]))
def test_no_more_of_the_cleared_are_flagged_than_was_given(rows, rate):
    labels, scores = arrays(rows)
    threshold = threshold_at(labels, scores, rate)
    cleared = scores[labels == 0]
    if threshold is None:
        assert len(cleared) * rate < 1
    else:
        assert (cleared > threshold).mean() <= rate + 1e-9


def test_precision_and_recall_are_of_the_flagged_and_of_the_confirmed():
    labels = np.array([0] * 10 + [1] * 10, np.int8)
    found = measure(labels, np.concatenate([np.arange(10.0), np.arange(10.0) + 4]), (0.1,))
    [at] = found.at
    # One cleared (9) lies above 8; of the confirmed 9 to 13 do.
    assert (at.threshold, at.flagged, at.precision.value, at.recall.value) == (8.0, 6, 5 / 6, 0.5)
    assert at.precision.low <= at.precision.value <= at.precision.high
    assert found.auc.low < found.auc.value < found.auc.high


def test_a_share_of_false_alarms_smaller_than_one_number_is_not_measured():
    found = measure(np.array([0] * 50 + [1] * 50, np.int8), np.arange(100.0), (0.01, 0.02))
    assert [at.threshold is None for at in found.at] == [True, False]
    assert found.at[0].precision.value is None


def test_one_kind_alone_measures_nothing():
    found = measure(np.ones(5, np.int8), np.arange(5.0), (0.5,))
    assert (found.auc.value, found.at[0].threshold) == (None, None)


def test_calibration_makes_a_doubled_score_honest_again():
    random = np.random.default_rng(5)
    truth = random.normal(0, 2, 4000)
    labels = (random.random(4000) < probability(truth)).astype(np.int8)
    line = fit_line(labels, 2 * truth - 1)
    assert line.slope == pytest.approx(0.5, abs=0.05)
    assert calibration_error(labels, probability(line(2 * truth - 1))) < 0.02
    assert calibration_error(labels, probability(2 * truth - 1)) > 0.04


def test_a_score_that_ranks_backwards_is_made_worth_nothing():
    labels = np.array([0, 1] * 50, np.int8)
    line = fit_line(labels, np.where(labels == 1, -1.0, 1.0))
    assert line.slope == pytest.approx(0, abs=1e-6)
    assert probability(line(np.zeros(1)))[0] == pytest.approx(0.5, abs=0.01)
