"""Learning a model from transcripts whose kinds are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from clearbell.content.grams import FEATURES, grams, hashed
from clearbell.content.kinds import Kinds
from clearbell.content.model import FORMAT, VIEWS, Floats, Header, KindWords, Model, View
from clearbell.content.splitting import copies
from clearbell.content.transcripts import Transcript, said

Ints = NDArray[np.int64]
LEAST_CALLS = 3
"""Calls that an n-gram must occur in to be learned: fewer would tell of single people, not of kinds."""
_MOST_GRAMS = 20_000
"""N-grams that are learned, those of most calls first: the rest costs time and size and tells little."""
_FOLDS = 3
_STRENGTH = 30.0
"""Inverse of the pull of weights to nothing (C of the logistic regression)."""


class TooFewCallsError(Exception):
    """There is too little to learn from. 可供学习的通话太少。"""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def train(
    transcripts: Sequence[Transcript],
    kinds: Kinds,
    copy_likeness: float,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Model:
    """Learn from the transcripts that have a kind. Raises :class:`TooFewCallsError`.

    Each category weighs the same, and each kind in it: the confidence is that of a call that could be of any category
    with equal chance beforehand. It is calibrated on calls that the weights were not learned from, near copies apart.
    """
    known = [transcript for transcript in transcripts if transcript.kind]
    count = Counter(str(transcript.kind) for transcript in known)
    codes = sorted(count)
    if len(codes) < 2:
        raise TooFewCallsError(
            f"至少要有两种类型的通话,现有:{'、'.join(codes) or '无'}",
            f"calls of at least two kinds are needed, and there are: {', '.join(codes) or 'none'}",
        )
    groups = np.array(copies(known, copy_likeness))
    for code in codes:
        apart = len({group for group, t in zip(groups.tolist(), known, strict=True) if t.kind == code})
        if apart < _FOLDS:
            raise TooFewCallsError(
                f"类型 {code} 只有 {apart} 个互不雷同的通话,至少要有 {_FOLDS} 个",
                f"the kind {code} has {apart} calls that are no copies of each other, and needs at least {_FOLDS}",
            )
    truth = np.array([codes.index(str(transcript.kind)) for transcript in known])
    categories = [kinds.kinds[code].category for code in codes]
    weight = _weights(codes, categories, count, truth)
    views: dict[str, View] = {}
    temperatures: list[float] = []
    for place, name in enumerate(VIEWS):
        counts = [_hashes(grams(said(transcript, name))) for transcript in known]
        sums = np.zeros((len(known), len(codes)))
        folds = GroupKFold(_FOLDS, shuffle=True, random_state=0).split(truth, groups=groups)
        for fold, (learned, rest) in enumerate(folds):
            progress(place * (_FOLDS + 1) + fold, len(VIEWS) * (_FOLDS + 1))
            view = _fit([counts[i] for i in learned], truth[learned], weight[learned], len(codes))
            sums[rest] = _features([counts[i] for i in rest], view.hashes, view.rarity) @ view.weights.T + view.bias
        temperatures.append(_temperature(sums, truth, weight, categories))
        progress(place * (_FOLDS + 1) + _FOLDS, len(VIEWS) * (_FOLDS + 1))
        views[name] = _fit(counts, truth, weight, len(codes))
    words = kinds.kinds
    header = Header(
        format=FORMAT,
        features=FEATURES,
        kinds=tuple(KindWords(code, words[code].category, words[code].zh, words[code].en) for code in codes),
        categories={code: (kinds.categories[code].zh, kinds.categories[code].en) for code in sorted(set(categories))},
        learned_from=dict(sorted(count.items())),
        temperatures=(temperatures[0], temperatures[1]),
    )
    return Model(header, views)


def _weights(codes: list[str], categories: list[str], count: Mapping[str, int], truth: Ints) -> Floats:
    """A weight for each call, 1 on average: categories weigh the same, and kinds within a category."""
    kinds_in = Counter(categories)
    of_kind = [1 / (len(kinds_in) * kinds_in[category] * count[code]) for code, category in zip(codes, categories, strict=True)]  # fmt: skip
    return np.array(of_kind)[truth] * len(truth)


def _hashes(counts: Mapping[str, int]) -> Counter[int]:
    found: Counter[int] = Counter()
    for text, times in counts.items():
        found[hashed(text)] += times
    return found


def _fit(counts: Sequence[Mapping[int, int]], truth: Ints, weight: Floats, kinds: int) -> View:
    calls = Counter(number for one in counts for number in one)
    often = sorted(((seen, number) for number, seen in calls.items() if seen >= LEAST_CALLS), reverse=True)
    hashes = np.array(sorted(number for _, number in often[:_MOST_GRAMS]), dtype=np.uint32)
    seen = np.array([calls[number] for number in hashes.tolist()], dtype=np.float64)
    rarity = (np.log((1 + len(counts)) / (1 + seen)) + 1).astype(np.float32)
    if not len(hashes):
        # Nothing was said that calls have in common, or nobody told who said it: all kinds stay as likely as before.
        return View(hashes, rarity, np.zeros((kinds, 0), dtype=np.float32), np.zeros(kinds, dtype=np.float32))
    regression = LogisticRegression(C=_STRENGTH, max_iter=500, tol=1e-3)
    # The product with so sparse a matrix gains nothing from more threads, and they wait for each other.
    with threadpool_limits(1):
        regression.fit(_features(counts, hashes, rarity), truth, sample_weight=weight)
    weights, bias = regression.coef_, regression.intercept_
    if kinds == 2:
        # One row stands for the difference of the two.
        weights, bias = np.concatenate([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return View(hashes, rarity, weights.astype(np.float32), bias.astype(np.float32))


def _features(
    counts: Sequence[Mapping[int, int]], hashes: NDArray[np.uint32], rarity: NDArray[np.float32]
) -> sparse.csr_array:
    """Damped counts times rarity, each call of length 1, as :meth:`Model.score` takes them."""
    column = {number: place for place, number in enumerate(hashes.tolist())}
    places: list[int] = []
    values: list[Floats] = []
    starts = [0]
    for one in counts:
        found = [(column[number], times) for number, times in one.items() if number in column]
        at = np.array([place for place, _ in found], dtype=np.int64)
        value = (1 + np.log(np.array([times for _, times in found], dtype=np.float64))) * rarity[at].astype(np.float64)
        length = np.sqrt((value**2).sum())
        values.append(value / length if length else value)
        places += at.tolist()
        starts.append(len(places))
    return sparse.csr_array(
        (np.concatenate(values).astype(np.float32), np.array(places, dtype=np.int32), np.array(starts, dtype=np.int32)),
        (len(counts), len(hashes)),
    )


def _temperature(sums: Floats, truth: Ints, weight: Floats, categories: list[str]) -> float:
    """Divisor of the sums that makes the probability of the category honest on calls not learned from.

    The targets are Platt's (1999), a little short of certainty, so that a set without errors does not promise that there
    will be none.
    """
    names = sorted(set(categories))
    of = np.array([names.index(category) for category in categories])
    member = (of[:, None] == np.arange(len(names))).astype(np.float64)
    right = of[truth]
    amount = np.bincount(right, minlength=len(names))[right]
    certain = (amount + 1) / (amount + 2)

    def loss(log_divisor: float) -> float:
        scaled = sums / np.exp(log_divisor)
        odds = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        chance = np.clip((odds / odds.sum(axis=1, keepdims=True)) @ member, 1e-12, 1 - 1e-12)
        hit = chance[np.arange(len(truth)), right]
        return float(-(weight * (certain * np.log(hit) + (1 - certain) * np.log(1 - hit))).sum())

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 3.0), method="bounded").x))
