"""Campaigns by text: calls that follow one script, whichever numbers they come from.

Two texts are alike by the share of shingles they have in common (Jaccard). Texts joined by a chain of likenesses are
one script. The join is exact, not sampled: every pair at or above the likeness is found, so the order of the texts
does not matter and a higher likeness only ever splits scripts, never merges them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from clearbell.content.grams import shingles

Key = TypeVar("Key", bound=Hashable)
_BLOCK = 256
"""Texts compared with all others at once: what bounds the memory."""


def likeness(one: Iterable[str], other: Iterable[str]) -> float:
    """Share of shingles in common, 0 to 1; two empty texts are not alike."""
    mine, theirs = shingles(one), shingles(other)
    return len(mine & theirs) / len(mine | theirs) if mine or theirs else 0.0


def scripts(texts: Mapping[Key, Iterable[str]], at_least: float, calls: int = 1) -> list[tuple[Key, ...]]:
    """Group keys whose texts are alike by ``at_least`` (over 0, to 1) or are joined by a chain of such.

    Only groups of at least ``calls`` keys are given, the largest first; an empty text is in none.
    """
    if not 0 < at_least <= 1:
        raise ValueError(f"BUG: likeness {at_least} is not over 0 and up to 1")
    same: dict[frozenset[str], list[Key]] = defaultdict(list)
    for key, lines in texts.items():
        found = shingles(lines)
        if found:
            same[found].append(key)
    groups: dict[int, list[Key]] = defaultdict(list)
    for keys, root in zip(same.values(), _roots(list(same), at_least), strict=True):
        groups[root] += keys
    wanted = [tuple(sorted(keys, key=str)) for keys in groups.values() if len(keys) >= calls]
    return sorted(wanted, key=lambda keys: (-len(keys), str(keys[0])))


def _roots(sets: list[frozenset[str]], at_least: float) -> list[int]:
    """For each set a number that is the same for all sets it is joined to, and for no other."""
    columns: dict[str, int] = {}
    places = [columns.setdefault(shingle, len(columns)) for one in sets for shingle in sorted(one)]
    sizes = np.array([len(one) for one in sets], dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    has = sparse.csr_array(
        (np.ones(len(places), dtype=np.int32), np.array(places, dtype=np.int64), starts), (len(sets), len(columns))
    )
    others = has.T.tocsr()
    links = []
    for first in range(0, len(sets), _BLOCK):
        common = (has[first : first + _BLOCK] @ others).tocoo()
        row, column = common.coords
        row = row + first
        # A hair below, so that rounding never loses a pair that stands exactly at the likeness.
        alike = common.data >= at_least * (sizes[row] + sizes[column] - common.data) - 1e-9
        links.append(np.stack([row[alike], column[alike]]))
    if not links:
        return []
    row, column = np.concatenate(links, axis=1)
    graph = sparse.coo_array((np.ones(len(row), dtype=np.int8), (row, column)), (len(sets), len(sets)))
    found: list[int] = connected_components(graph, directed=False)[1].tolist()
    return found
