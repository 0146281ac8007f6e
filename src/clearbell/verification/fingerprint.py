"""Recognising the same recording again: pairs of spectral peaks, which survive G.711, gain, and another beginning.

Loud peaks of the spectrum over time are paired with a few that follow; the two pitches and the time between them make
a hash. Two recordings are the same where many hashes agree on one shift in time. (The method is Wang's of 2003.)
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import numpy as np

from clearbell.verification.sound import RATE, Samples

_WINDOW = 512
_HOP = 128
"""16 ms: one step of time."""
_NEAR_BINS, _NEAR_STEPS = 8, 6
"""A peak is the loudest within so many bins (125 Hz) and steps (96 ms) on each side."""
_FAN = 4
_FIRST, _LAST = 3, 60
"""Steps between the two of a pair."""
_LOW, _HIGH = 12, 218
"""Bins of 190 to 3400 Hz: what a telephone line carries."""
_FLOOR_DB = 45.0
"""Peaks more than this below the loudest are noise of the line."""
STEP_MS = 1000 * _HOP // RATE


class Landmark(msgspec.Struct, frozen=True, gc=False):
    """A pair of peaks."""

    hash: int
    at: int
    """Steps of ``STEP_MS`` since the beginning."""


class Match(msgspec.Struct, frozen=True):
    """How far two recordings agree."""

    votes: int
    """Pairs that agree on one shift in time."""
    share: float
    """Of the pairs of the shorter one."""
    shift: int
    """Steps that the second begins later than the first."""


def landmarks(samples: Samples) -> list[Landmark]:
    """The pairs of a recording, by time."""
    if len(samples) < _WINDOW:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1))[:, _LOW:_HIGH]
    level = 20 * np.log10(spectrum + 1e-9)
    around = _widest(level)
    rows, bins = np.nonzero((level >= around) & (level > level.max() - _FLOOR_DB) & (level > -100))
    found: list[Landmark] = []
    for place, (at, low) in enumerate(zip(rows.tolist(), bins.tolist(), strict=True)):
        pairs = 0
        for other in range(place + 1, len(rows)):
            gap = int(rows[other]) - at
            if gap > _LAST or pairs == _FAN:
                break
            if gap >= _FIRST:
                found.append(Landmark(low << 16 | int(bins[other]) << 8 | gap, at))
                pairs += 1
    return found


def _widest(level: np.ndarray) -> np.ndarray:
    """The loudest around each place."""
    out = level
    for axis, reach in ((0, _NEAR_STEPS), (1, _NEAR_BINS)):
        width = [(0, 0), (0, 0)]
        width[axis] = (reach, reach)
        padded = np.pad(out, width, constant_values=-np.inf)
        out = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis).max(axis=-1)
    return out


def tally(mine: Iterable[Landmark], others: Iterable[tuple[int, int]], size: int) -> Match:
    """The best agreement with another recording's ``(hash, at)``, where the shorter of the two has ``size`` pairs."""
    by_hash: dict[int, list[int]] = {}
    for mark in mine:
        by_hash.setdefault(mark.hash, []).append(mark.at)
    votes: dict[int, int] = {}
    for hash_, at in others:
        for own in by_hash.get(hash_, ()):
            votes[at - own] = votes.get(at - own, 0) + 1
    if not votes or not size:
        return Match(0, 0.0, 0)
    # A shift lies between two steps as often as not: both count.
    best = max(votes, key=lambda shift: (votes[shift] + votes.get(shift + 1, 0), -abs(shift)))
    count = votes[best] + votes.get(best + 1, 0)
    return Match(count, count / size, best)


def compare(first: list[Landmark], second: list[Landmark]) -> Match:
    """How far two recordings agree."""
    return tally(first, ((mark.hash, mark.at) for mark in second), min(len(first), len(second)))


def repeats(marks: list[Landmark], least_steps: int) -> Match:
    """How far a recording agrees with itself ``least_steps`` or more later: announcements come round again."""
    by_hash: dict[int, list[int]] = {}
    votes: dict[int, int] = {}
    for mark in marks:
        for before in by_hash.get(mark.hash, ()):
            shift = mark.at - before
            if shift >= least_steps:
                votes[shift] = votes.get(shift, 0) + 1
        by_hash.setdefault(mark.hash, []).append(mark.at)
    if not votes:
        return Match(0, 0.0, 0)
    best = max(votes, key=lambda shift: votes[shift] + votes.get(shift + 1, 0))
    count = votes[best] + votes.get(best + 1, 0)
    last = marks[-1].at
    could = sum(1 for mark in marks if mark.at + best <= last)
    return Match(count, count / could if could else 0.0, best)
