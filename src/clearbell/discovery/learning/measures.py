"""How good a ranking by score is. No accuracy: where few numbers are bad, it praises a model that says nothing."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, rankdata

from clearbell.discovery.learning.trees import Floats, Labels

Rows = NDArray[np.int64]

RESAMPLES = 1000
"""Bootstrap samples behind an interval of AUC."""
COVERAGE = 0.95
"""Confidence of every interval."""


class Rate(msgspec.Struct, frozen=True):
    """A measured share and its interval; None where it cannot be measured."""

    value: float | None
    low: float | None
    high: float | None


class AtRate(msgspec.Struct, frozen=True):
    """What happens when at most a given share of the cleared is flagged."""

    false_alarms: float
    """The given share."""
    threshold: float | None
    """A number is flagged when its score is above it. None: too few cleared verdicts to measure so small a share."""
    flagged: int
    precision: Rate
    """Confirmed among the flagged, at the share of confirmed among these verdicts."""
    recall: Rate
    """Flagged among the confirmed."""


class Measures(msgspec.Struct, frozen=True):
    """One group of verdicts, measured."""

    confirmed: int
    cleared: int
    auc: Rate
    """Chance that a confirmed number scores above a cleared one."""
    at: tuple[AtRate, ...]


def auc(labels: Labels, scored: Floats) -> float:
    """Chance that a confirmed number scores above a cleared one; ties count half. NaN unless there are both."""
    positive = labels == 1
    count = int(positive.sum())
    others = len(labels) - count
    if not count or not others:
        return float("nan")
    ranks = rankdata(scored)
    return float((ranks[positive].sum() - count * (count + 1) / 2) / (count * others))


def threshold_at(labels: Labels, scored: Floats, rate: float) -> float | None:
    """Lowest score above which at most ``rate`` (below 1) of the cleared lie; None when that is less than one of them."""
    cleared = np.sort(scored[labels == 0])
    allowed = int(np.floor(rate * len(cleared) + 1e-9))
    if not allowed:
        return None
    return float(cleared[len(cleared) - 1 - allowed])


def measure(labels: Labels, scored: Floats, rates: tuple[float, ...], *, seed: int = 1) -> Measures:
    """Measure one group. Intervals: of AUC the percentile bootstrap; of shares Wilson's, at the threshold as it stands."""
    positive, negative = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    at = tuple(_at(labels, scored, rate) for rate in rates)
    return Measures(len(positive), len(negative), _auc_rate(labels, scored, positive, negative, seed), at)


def _auc_rate(labels: Labels, scored: Floats, positive: Rows, negative: Rows, seed: int) -> Rate:
    if not len(positive) or not len(negative):
        return Rate(None, None, None)
    random = np.random.default_rng(seed)
    drawn = np.empty(RESAMPLES)
    for turn in range(RESAMPLES):
        sample = np.concatenate([random.choice(positive, len(positive)), random.choice(negative, len(negative))])
        drawn[turn] = auc(labels[sample], scored[sample])
    low, high = np.quantile(drawn, [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2])
    return Rate(auc(labels, scored), float(low), float(high))


def _at(labels: Labels, scored: Floats, rate: float) -> AtRate:
    threshold = threshold_at(labels, scored, rate)
    if threshold is None:
        return AtRate(rate, None, 0, Rate(None, None, None), Rate(None, None, None))
    flagged = scored > threshold
    hits, count, confirmed = int((labels[flagged] == 1).sum()), int(flagged.sum()), int((labels == 1).sum())
    return AtRate(rate, threshold, count, _share(hits, count), _share(hits, confirmed))


def _share(hits: int, of: int) -> Rate:
    if not of:
        return Rate(None, None, None)
    interval = binomtest(hits, of).proportion_ci(COVERAGE, method="wilson")
    return Rate(hits / of, float(interval.low), float(interval.high))
