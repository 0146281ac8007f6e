"""Learning from past days how many complaints a number, or the unseen numbers of a range, will bring tomorrow.

Each past day is a lesson: the figures as they stood at its beginning, and what its complaints then were. Boosted
trees (LightGBM) learn the order from all lessons but the latest; those give the scale, by isotonic regression: what
units that were ranked so high did bring. Nothing of the day itself, nor of any later one, is looked at.
"""

from __future__ import annotations

import itertools
from collections import deque

import lightgbm
import msgspec
import numpy as np
from numpy.typing import NDArray

from clearbell.reports.ranking.units import Floats, Ints, Units

LESSONS = 30
"""Past days that are learned from."""
SCALE_LESSONS = 8
"""The latest of them, which give the scale."""
QUIET_SUM = 0.02
"""A number whose sum (half-life 30 days) is below this is expected to bring nothing."""
SPREAD = 5
"""A range is earned by at least so many distinct numbers of it complained of ever …"""
FRESH = 2.0
"""… and so many lately (decayed, half-life 15 days)."""
RANGE_DEPTHS = (1, 2)
"""Ranges of 100 and 1,000 numbers can be listed; those of 10,000 only inform."""
ZEROS = 0.1
"""Share of the numbers without a complaint that a lesson keeps; each then counts for ten."""
_FRESH_ROW = 1
_MONTH_ROW = 3
_TREES = 120


class _Part(msgspec.Struct, frozen=True):
    features: Floats
    brought: Floats
    weight: Floats


class _Curve(msgspec.Struct, frozen=True):
    """What a score means, in complaints a day."""

    scores: NDArray[np.float64]
    means: NDArray[np.float64]

    def __call__(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        # The slope keeps the order of what the curve holds equal.
        return np.asarray(np.interp(scores, self.scores, self.means) + 1e-9 * scores)


class Expected(msgspec.Struct, frozen=True):
    """What tomorrow is expected to bring."""

    numbers: Ints
    """Slots of numbers."""
    by_number: NDArray[np.float64]
    """Complaints that each of them will bring."""
    ranges: dict[int, tuple[Ints, NDArray[np.float64]]]
    """By level: slots of earned ranges, and complaints that numbers of theirs not seen yet will bring."""


def earned(units: Units, depth: int) -> Ints:
    """Slots of the ranges that have spread enough, ever and lately, to be listed."""
    level = units.levels[depth]
    used = len(level)
    return np.flatnonzero((level.seen[:used] >= SPREAD) & (level.fresh[_FRESH_ROW, :used] >= FRESH))


def active(units: Units) -> Ints:
    """Slots of the numbers that may bring complaints."""
    level = units.levels[0]
    return np.flatnonzero(level.sums[_MONTH_ROW, : len(level)] > QUIET_SUM)


class Ranker:
    """Keeps the lessons of the latest days and learns from them when asked."""

    def __init__(self, seed: int = 1, threads: int = 0) -> None:
        self._lessons: deque[dict[int, _Part]] = deque(maxlen=LESSONS)
        self._models: dict[int, tuple[lightgbm.Booster, _Curve]] = {}
        self._random = np.random.default_rng(seed)
        self._params = {
            "objective": "regression",
            "learning_rate": 0.06,
            "num_leaves": 31,
            "min_data_in_leaf": 200,
            "lambda_l2": 5.0,
            "verbose": -1,
            "num_threads": threads,
            "seed": seed,
            "deterministic": True,
        }

    @property
    def ready(self) -> bool:
        """Whether there are lessons enough to learn from."""
        return len(self._lessons) > SCALE_LESSONS

    def remember(self, units: Units, numbers: Ints) -> None:
        """Take the day that ``units`` stand at the beginning of as a lesson; ``numbers``: its complaints."""
        level = units.levels[0]
        slots = level.find(numbers)
        seen = slots >= 0
        brought = np.bincount(slots[seen], minlength=len(level))
        ids = active(units)
        kept = ids[(brought[ids] > 0) | (self._random.random(len(ids)) < ZEROS)]
        weight = np.where(brought[kept] > 0, 1.0, 1.0 / ZEROS).astype(np.float32)
        lesson = {0: _Part(units.number_features(kept), brought[kept].astype(np.float32), weight)}
        for depth in RANGE_DEPTHS:
            wide = units.levels[depth]
            inside = wide.find(numbers[~seen] // wide.width)
            fresh = np.bincount(inside[inside >= 0], minlength=len(wide))
            ranges = earned(units, depth)
            ones = np.ones(len(ranges), np.float32)
            lesson[depth] = _Part(units.range_features(depth, ranges), fresh[ranges].astype(np.float32), ones)
        self._lessons.append(lesson)

    def learn(self) -> None:
        """Learn from the lessons. Needs :attr:`ready`."""
        lessons = list(self._lessons)
        older, latest = lessons[:-SCALE_LESSONS], lessons[-SCALE_LESSONS:]
        for depth in (0, *RANGE_DEPTHS):
            past = _joined([lesson[depth] for lesson in older])
            recent = _joined([lesson[depth] for lesson in latest])
            if not len(past.brought) or not len(recent.brought):
                self._models.pop(depth, None)
                continue
            data = lightgbm.Dataset(past.features, np.log1p(past.brought), weight=past.weight)
            model = lightgbm.train(self._params, data, _TREES)
            self._models[depth] = (model, _scale(_predict(model, recent.features), recent))

    def expect(self, units: Units) -> Expected:
        """What the day that ``units`` stand at the beginning of will bring."""
        ids = active(units)
        ranges = {}
        for depth in RANGE_DEPTHS:
            slots = earned(units, depth)
            ranges[depth] = (slots, self._score(depth, units.range_features(depth, slots)))
        return Expected(ids, self._score(0, units.number_features(ids)), ranges)

    def _score(self, depth: int, features: Floats) -> NDArray[np.float64]:
        known = self._models.get(depth)
        if known is None or not len(features):
            return np.zeros(len(features))
        model, curve = known
        return curve(_predict(model, features))


def _predict(model: lightgbm.Booster, features: Floats) -> NDArray[np.float64]:
    return np.asarray(model.predict(features), np.float64)


def _joined(parts: list[_Part]) -> _Part:
    return _Part(
        np.vstack([part.features for part in parts]),
        np.concatenate([part.brought for part in parts]),
        np.concatenate([part.weight for part in parts]),
    )


def _scale(scores: NDArray[np.float64], part: _Part) -> _Curve:
    """Isotonic regression over groups of growing size: the few at the top stand almost alone."""
    order = np.argsort(scores, kind="stable")
    count = len(order)
    sizes = np.unique((1.25 ** np.arange(12, 90)).astype(np.int64))
    cuts = np.unique(np.concatenate([[0], count - sizes[sizes < count], [count]]))
    blocks: list[list[float]] = []
    for first, last in itertools.pairwise(cuts):
        group = order[first:last]
        weight = float(part.weight[group].sum())
        mean = float((part.brought[group] * part.weight[group]).sum()) / weight
        blocks.append([float(scores[group[-1]]), mean, weight])
        while len(blocks) > 1 and blocks[-2][1] >= blocks[-1][1]:
            top, mean, weight = blocks.pop()
            _, below, under = blocks.pop()
            blocks.append([top, (mean * weight + below * under) / (weight + under), weight + under])
    return _Curve(np.array([block[0] for block in blocks]), np.array([block[1] for block in blocks]))
