"""Why a number scores as it does, in words: what each feature adds, in log-odds. The parts sum to the score."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from clearbell.discovery.features import FEATURES, Feature
from clearbell.discovery.learning.calibration import probability
from clearbell.discovery.learning.lessons import FeatureRows
from clearbell.discovery.learning.model import Model

_FEATURES: dict[str, Feature] = {feature.name: feature for feature in FEATURES}
_UNITS_ZH = {"calls": " 次", "numbers": " 个", "days": " 天", "s": " 秒", "bits": " 比特"}
_UNITS_EN = {"days": " days", "s": " s", "bits": " bits"}


class Reason(msgspec.Struct, frozen=True):
    """One feature's part."""

    name: str
    value: float | None
    usual: float | None
    """Median over the verdicts that the trees grew on."""
    adds: float
    """Log-odds; above 0 speaks for confirming."""
    zh: str
    en: str


class Explanation(msgspec.Struct, frozen=True):
    """One number's score and what it is made of."""

    number: int
    day: int
    """Last local day of the features, days since 1970."""
    probability: float
    log_odds: float
    start: float
    """Log-odds of a number of which nothing is known. With ``adds`` of all reasons it sums to ``log_odds``."""
    reasons: tuple[Reason, ...]
    """All features, those that add or take most first."""


def explain(model: Model, rows: FeatureRows) -> list[Explanation]:
    """Explain each row. Raises ``MissingFeaturesError`` when ``rows`` lack a feature the model needs."""
    names = model.header.features
    log_odds = model.log_odds(rows)
    chances = probability(log_odds)
    parts = model.contributions(rows)
    usual = [one.median for one in model.header.references]
    places = [rows.names.index(name) for name in names]
    found = []
    for row in range(len(rows)):
        order = np.argsort(-np.abs(parts[row, :-1]), kind="stable")
        reasons = tuple(
            _reason(names[at], rows.values[row, places[at]], usual[at], float(parts[row, at])) for at in order
        )
        found.append(
            Explanation(
                int(rows.numbers[row]),
                int(rows.days[row]),
                float(chances[row]),
                float(log_odds[row]),
                float(parts[row, -1]),
                reasons,
            )
        )
    return found


def feature_words(name: str) -> tuple[str, str]:
    """A feature in Chinese and English; its name where it is none of ours."""
    known = _FEATURES.get(name)
    return (known.zh, known.en) if known else (name, name)


def _reason(name: str, value: float, usual: float | None, adds: float) -> Reason:
    zh, en = feature_words(name)
    known = None if math.isnan(value) else float(value)
    return Reason(
        name,
        known,
        usual,
        adds,
        f"{zh}:{_shown(name, known, 'zh')}(中位数 {_shown(name, usual, 'zh')})",
        f"{en}: {_shown(name, known, 'en')} (median {_shown(name, usual, 'en')})",
    )


def _shown(name: str, value: float | None, language: str) -> str:
    if value is None:
        return "未知" if language == "zh" else "not known"
    unit = _FEATURES[name].unit if name in _FEATURES else "1"
    if unit == "share":
        return f"{value:.1%}"
    return f"{value:,.4g}{(_UNITS_ZH if language == 'zh' else _UNITS_EN).get(unit, '')}"
