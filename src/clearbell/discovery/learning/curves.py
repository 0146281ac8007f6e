"""One curve a feature: how far a value lies from the median, among the verdicts, to either side, and whether it is missing.

A value becomes its place in the spread of its feature (normal scores of its rank), so no scale and no far value matters. A
logistic regression with an L2 penalty weighs the place and, apart, its distance from the middle: too much and too little of
a thing may both speak against a caller. Trees see steps and few verdicts at a time; a curve sees the whole spread at once, so
the two err differently (``bench/sichuan.py``). What it says is log-odds, a sum of parts, one of each feature.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]

_KNOTS = 100
"""Values that tell a feature's spread at most."""
_FARTHEST = 2.5
"""Normal score of the outermost values: one in a hundred lies as far to a side."""
_MISSING = 5.0
"""A missing value weighs as much as all the way from one end of the spread to the other."""
_STEPS = 3000


class Curve(msgspec.Struct, frozen=True):
    """What one feature adds."""

    knots: tuple[float, ...]
    """Values of the feature, ascending."""
    places: tuple[float, ...]
    """Their normal scores; between knots along a straight line, beyond them as at the last."""
    slope: float
    """Log-odds for each unit of the score."""
    fold: float
    """Log-odds for each unit of distance from the median."""
    missing: float
    """Log-odds where there is no value."""
    mean: float
    """Mean of all this over the verdicts it was fitted on."""


class Curves(msgspec.Struct, frozen=True):
    """Curves of all features."""

    start: float
    """Log-odds of a mean row."""
    curves: tuple[Curve, ...]


def fit(features: Floats, labels: Labels, freedom: float) -> Curves:
    """Fit the curves; ``freedom``: inverse of the L2 penalty. The same input gives the same curves."""
    spreads = [_spread(column) for column in features.T]
    design = np.hstack([_parts(column, *spread) for column, spread in zip(features.T, spreads, strict=True)])
    # One thread: of so little work most would be waiting, and sums would depend on who was first.
    with threadpool_limits(limits=1, user_api="blas"):
        model = LogisticRegression(C=freedom, max_iter=_STEPS, tol=1e-4).fit(design, labels)
    weights = model.coef_[0].reshape(-1, 3)
    means = (design.mean(axis=0).reshape(-1, 3) * weights).sum(axis=1)
    curves = [
        Curve(
            tuple(knots.tolist()),
            tuple(places.tolist()),
            slope=float(weight[0]),
            fold=float(weight[1]),
            missing=float(weight[2]),
            mean=float(mean),
        )
        for (knots, places), weight, mean in zip(spreads, weights, means, strict=True)
    ]
    return Curves(float(model.intercept_[0] + means.sum()), tuple(curves))


def contributions(curves: Curves, features: Floats) -> Floats:
    """What each feature adds to each row; the last column is the start they add to. A row sums to its score."""
    found = np.empty((len(features), len(curves.curves) + 1))
    found[:, -1] = curves.start
    for at, one in enumerate(curves.curves):
        parts = _parts(features[:, at], np.array(one.knots), np.array(one.places))
        found[:, at] = parts @ np.array([one.slope, one.fold, one.missing]) - one.mean
    return found


def scores(curves: Curves, features: Floats) -> Floats:
    """Log-odds of each row, not calibrated."""
    return np.asarray(contributions(curves, features).sum(axis=1))


def _spread(column: Floats) -> tuple[Floats, Floats]:
    """Values of a feature and their normal scores: equal values have the mean of their ranks."""
    known = column[np.isfinite(column)]
    if not len(known):
        return np.zeros(1), np.zeros(1)
    values, counts = np.unique(known, return_counts=True)
    ranks = np.cumsum(counts) - counts / 2
    places = np.clip(ndtri(ranks / len(known)), -_FARTHEST, _FARTHEST)
    if len(values) > _KNOTS:
        chosen = np.unique(np.searchsorted(ranks, np.linspace(ranks[0], ranks[-1], _KNOTS)))
        values, places = values[chosen], places[chosen]
    return values, places


def _parts(column: Floats, knots: Sequence[float] | Floats, places: Sequence[float] | Floats) -> Floats:
    """Place, distance from the median and being missing, of each row."""
    missing = ~np.isfinite(column)
    place = np.where(missing, 0.0, np.interp(np.where(missing, 0.0, column), knots, places))
    return np.column_stack([place, np.abs(place), _MISSING * missing])
