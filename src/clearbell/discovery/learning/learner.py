"""The learner: the mean of two that err differently, a bag of boosted trees and one curve a feature.

Trees find what holds only for some (:mod:`clearbell.discovery.learning.trees`), curves what holds evenly
(:mod:`clearbell.discovery.learning.curves`); the mean of their log-odds ranks better than either (``bench/sichuan.py``). Both
are sums of parts, one of each feature, so the mean is too.
"""

from __future__ import annotations

from collections.abc import Sequence

import lightgbm
import msgspec
import numpy as np

from clearbell.discovery.learning import curves, trees
from clearbell.discovery.learning.curves import Curves
from clearbell.discovery.learning.trees import Floats, Labels, Recipe

_ROWS = 500
"""Rows that importance is measured on at most."""


class Learned(msgspec.Struct, frozen=True):
    """What was learned."""

    boosters: Sequence[lightgbm.Booster]
    curves: Curves
    curve_share: float
    """Share of the curves in the score."""


def fit(features: Floats, labels: Labels, recipe: Recipe, *, threads: int = 1) -> Learned:
    """Learn; ``labels``: 1 confirmed, 0 cleared. The same input gives the same."""
    bag = trees.fit(features, labels, recipe, threads=threads)
    return Learned(bag, curves.fit(features, labels, recipe.curve_freedom), recipe.curve_share)


def scores(learned: Learned, features: Floats, *, threads: int = 1) -> Floats:
    """Log-odds of each row, not calibrated."""
    share = learned.curve_share
    said = (1 - share) * trees.scores(learned.boosters, features, threads=threads)
    return said + share * curves.scores(learned.curves, features)


def contributions(learned: Learned, features: Floats, *, threads: int = 1) -> Floats:
    """What each feature adds to each row; the last column is the start they add to. A row sums to its score."""
    share = learned.curve_share
    parts = (1 - share) * trees.contributions(learned.boosters, features, threads=threads)
    return parts + share * curves.contributions(learned.curves, features)


def importance(learned: Learned, features: Floats, *, threads: int = 1) -> Floats:
    """Share of each feature in what all add or take, over rows evenly spread; sums to 1 where there is anything."""
    some = features[:: max(1, -(-len(features) // _ROWS))]
    adds = np.abs(contributions(learned, some, threads=threads)[:, :-1]).sum(axis=0)
    whole = float(adds.sum())
    return np.asarray(adds / whole if whole else adds)
