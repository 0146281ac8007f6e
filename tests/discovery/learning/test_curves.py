"""Curves: what is even over a feature's spread, whatever its scale, and a sum of parts."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from clearbell.discovery.learning import curves, learner
from clearbell.discovery.learning.trees import Recipe


@pytest.fixture
def people():
    """Features that tell: too little or too much of one, and whether another is missing; a third tells nothing."""
    random = np.random.default_rng(4)
    features = np.exp(random.normal(size=(800, 3)))
    features[random.random(800) < 0.3, 1] = np.nan
    odds = 2 * np.abs(np.log(features[:, 0])) - 2.5 + 2 * np.isnan(features[:, 1])
    return features, (random.random(800) < 1 / (1 + np.exp(-odds))).astype(np.int8)


def test_both_ends_of_a_spread_and_what_is_missing_are_learned(people):
    features, labels = people
    fitted = curves.fit(features[:400], labels[:400], 0.1)
    assert roc_auc_score(labels[400:], curves.scores(fitted, features[400:])) > 0.75
    one, other, nothing = fitted.curves
    assert one.fold > 3 * abs(one.slope)
    assert other.missing > 0
    assert abs(nothing.slope) + abs(nothing.fold) < one.fold / 2


def test_neither_scale_nor_far_values_matter(people):
    features, labels = people
    fitted = curves.fit(features, labels, 0.1)
    scaled = curves.fit(features * 1e6 - 3, labels, 0.1)
    assert curves.scores(scaled, features * 1e6 - 3) == pytest.approx(curves.scores(fitted, features), abs=1e-4)
    far = features.copy()
    far[0, 0], far[1, 0] = features[:, 0].max(), 1e12
    far[:2, 1:] = 1.0
    said = curves.scores(fitted, far)
    assert said[0] == said[1]


def test_a_feature_of_one_value_or_none_adds_nothing(people):
    features, labels = people
    dull = np.column_stack([features, np.full(800, 7.0), np.full(800, np.nan)])
    parts = curves.contributions(curves.fit(dull, labels, 0.1), dull)
    assert parts[:, 3:5] == pytest.approx(0, abs=1e-9)


def test_what_trees_and_curves_say_is_a_sum_of_parts_of_features(people):
    features, labels = people
    learned = learner.fit(features, labels, Recipe(bag=2, trees=40))
    assert learner.contributions(learned, features).sum(axis=1) == pytest.approx(learner.scores(learned, features))
    weights = learner.importance(learned, features)
    assert weights.sum() == pytest.approx(1)
    assert weights.argmin() == 2


def test_the_mean_of_two_learners_is_of_each_its_share(people):
    features, labels = people
    only = [learner.fit(features, labels, Recipe(bag=2, trees=40, curve_share=share)) for share in (0.0, 0.25, 1.0)]
    trees, mixed, lines = (learner.scores(one, features) for one in only)
    assert mixed == pytest.approx(0.75 * trees + 0.25 * lines)
    assert np.abs(trees - lines).max() > 0.1
