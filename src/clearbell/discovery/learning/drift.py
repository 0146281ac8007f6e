"""Do numbers still behave as those did that a model learned from? Population stability index (PSI), feature by feature.

PSI = Σ (now − then) · ln(now / then) over the shares of tenths of the training rows; missing values are a group of their
own. Few rows differ by chance alone: with no drift PSI is about χ² of (groups − 1) times (1/then + 1/now) rows, so
an index below the 95 % point of that is called noise, whatever the limits say.
"""

from __future__ import annotations

import enum

import msgspec
import numpy as np
from scipy.special import chdtri

from clearbell.discovery.learning.trees import Floats

GROUPS = 10
_NOISE = 0.05


class Standing(enum.Enum):
    """How far a feature has moved."""

    STEADY = "steady"
    SHIFTED = "shifted"
    CHANGED = "changed"
    """The model's answers are doubtful: train anew."""


class Reference(msgspec.Struct, frozen=True):
    """How one feature was spread over the training rows."""

    name: str
    edges: tuple[float, ...]
    """Upper bounds of the groups but the last, ascending."""
    counts: tuple[int, ...]
    """Rows in each group; the last are those where it was missing."""
    median: float | None
    """None: it was missing everywhere."""


class Drift(msgspec.Struct, frozen=True):
    """One feature, then and now."""

    name: str
    index: float
    """PSI."""
    noise: float
    """What chance alone stays below, 19 times of 20, with so many rows."""
    standing: Standing
    missing_then: float
    """Share of rows without it."""
    missing_now: float


def reference(name: str, values: Floats) -> Reference:
    """Tenths of a feature's known values, and how many rows each holds."""
    known = values[~np.isnan(values)]
    if not len(known):
        return Reference(name, (), (0, len(values)), None)
    edges = np.unique(np.quantile(known, np.arange(1, GROUPS) / GROUPS))
    # An edge at the very top would leave a group that nothing can be in.
    edges = edges[edges < known.max()]
    bounds = tuple(edges.tolist())
    return Reference(name, bounds, tuple(_counts(bounds, values).tolist()), float(np.median(known)))


def _counts(edges: tuple[float, ...], values: Floats) -> Floats:
    missing = np.isnan(values)
    groups = np.searchsorted(np.array(edges), values[~missing], side="left")
    counts = np.bincount(groups, minlength=len(edges) + 1)
    return np.append(counts, missing.sum())


def drift(then: Reference, values: Floats, notice: float, alarm: float) -> Drift:
    """Compare a feature's values now with the training rows; ``notice`` and ``alarm`` are the pack's limits of PSI."""
    before, after = np.array(then.counts, float), np.array(_counts(then.edges, values), float)
    rows_then, rows_now = before.sum(), after.sum()
    used = (before > 0) | (after > 0)
    # Half a row in an empty group keeps the logarithm finite.
    share_then = np.maximum(before[used], 0.5) / rows_then
    share_now = np.maximum(after[used], 0.5) / max(rows_now, 1.0)
    index = float(np.sum((share_now - share_then) * np.log(share_now / share_then))) if rows_now else 0.0
    degrees = int(used.sum()) - 1
    noise = float(chdtri(degrees, _NOISE) * (1 / rows_then + 1 / rows_now)) if degrees and rows_now else 0.0
    standing = Standing.STEADY
    if index > noise:
        standing = Standing.CHANGED if index > alarm else Standing.SHIFTED if index > notice else Standing.STEADY
    return Drift(
        then.name,
        index,
        noise,
        standing,
        float(before[-1] / rows_then),
        float(after[-1] / rows_now) if rows_now else 0.0,
    )
