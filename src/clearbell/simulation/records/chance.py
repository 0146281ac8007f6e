"""Randomness for whole columns: draws between bounds, and values that a place always gets again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def between(rng: np.random.Generator, span: tuple[float, float], size: int) -> Floats:
    """Draw values in a span: log-uniformly where its lower end is positive, else uniformly."""
    low, high = span
    if low > 0 and high > 2 * low:
        return np.asarray(np.exp(rng.uniform(np.log(low), np.log(high), size)))
    return rng.uniform(low, high, size)


def scattered(*parts: Any) -> NDArray[np.uint64]:
    """A 64-bit value of whole numbers, each alone or a column: always the same, and looking random (splitmix64)."""
    mixed: NDArray[np.uint64] = np.zeros(1, np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            mixed = mixed + np.asarray(part).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            mixed = mixed ^ (mixed >> np.uint64(31))
    return mixed


def scattered_share(*parts: Any) -> Floats:
    """As :func:`scattered`, as values in [0, 1)."""
    return np.asarray((scattered(*parts) >> np.uint64(11)) / float(1 << 53))


def scattered_below(bound: Any, *parts: Any) -> Ints:
    """As :func:`scattered`, as whole numbers below a bound."""
    return np.asarray((scattered_share(*parts) * bound).astype(np.int64))
