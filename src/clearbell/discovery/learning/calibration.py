"""From a score to a probability: Platt's straight line on log-odds, fitted on verdicts that the trees never saw.

A line and not steps (isotonic regression): held-back verdicts are few, and with a line the contributions of features
still add up to the calibrated score.
"""

from __future__ import annotations

import msgspec
import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from clearbell.discovery.learning.trees import Floats, Labels


class Line(msgspec.Struct, frozen=True):
    """Calibrated log-odds = ``slope`` · score + ``offset``."""

    slope: float
    offset: float

    def __call__(self, scored: Floats) -> Floats:
        """Calibrated log-odds of scores."""
        return self.slope * scored + self.offset


def fit_line(labels: Labels, scored: Floats) -> Line:
    """Fit the line with Platt's targets, which keep it finite where the kinds do not overlap.

    The slope is never below 0: a model that ranks backwards on held-back verdicts gives everyone the same probability.
    The probability refers to the share of confirmed among the verdicts, not among all numbers.
    """
    positive = int((labels == 1).sum())
    negative = len(labels) - positive
    targets = np.where(labels == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(at: Floats) -> tuple[float, Floats]:
        odds = at[0] * scored + at[1]
        wrong = expit(odds) - targets
        return float(np.sum(np.logaddexp(0, odds) - targets * odds)), np.array([wrong @ scored, wrong.sum()])

    found = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)])
    return Line(float(found.x[0]), float(found.x[1]))


def probability(log_odds: Floats) -> Floats:
    """Log-odds as probabilities."""
    return np.asarray(expit(log_odds))


def calibration_error(labels: Labels, probabilities: Floats, groups: int = 10) -> float:
    """Mean distance between what was said and what was so, over groups of equal size (expected calibration error)."""
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, groups) if len(part)]
    gaps = [len(part) * abs(float(probabilities[part].mean() - labels[part].mean())) for part in parts]
    return sum(gaps) / max(1, len(labels))
