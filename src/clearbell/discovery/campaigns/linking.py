"""From suspects to campaigns: pairs are weighed by what they have in common, and what is heavy enough holds together."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from clearbell.discovery.campaigns.model import Anchor, Bonds, Component, Link, Suspect, Tie
from clearbell.policy.model import Threshold

_SHARED_KEPT = 200
_CROWD = 50
"""A callee that so many suspects called ties nobody to anybody; it also bounds the pairs that are weighed."""


def components(suspects: Sequence[Suspect], limits: Mapping[str, Threshold]) -> list[Component]:
    """The campaigns among suspects, largest first. The same suspects give the same campaigns, in whatever order."""
    by_number = {one.number: one for one in sorted(suspects, key=lambda one: one.number)}
    shared = _shared(by_number.values())
    links = []
    for one, other in _pairs(by_number, shared):
        link = weigh(by_number[one], by_number[other], shared.get((one, other), 0), limits)
        if link.weight >= (limits["linked_from"].value or math.inf):
            links.append(link)
    return _held_together(links, by_number, int(limits["least_numbers"].value or 2))


def weigh(one: Suspect, other: Suspect, shared: int, limits: Mapping[str, Threshold]) -> Link:
    """What ties two suspects; ``shared``: callees that both called. A limit that is off ties nothing."""
    ties = []
    if one.holder and one.holder == other.holder:
        ties.append(Tie.HOLDER)
    if set(one.groups) & set(other.groups):
        ties.append(Tie.GROUP)
    if one.trunk and one.trunk == other.trunk:
        ties.append(Tie.TRUNK)
    least = limits["shared_callees_share"]
    fewer = min(len(one.callees), len(other.callees))
    if least.value is not None and shared >= max(1, least.min_sample, least.value * fewer):
        ties.append(Tie.CALLEES)
    if _reaches(limits["called_ranges_likeness"], _cosine(one.ranges, other.ranges)):
        ties.append(Tie.RANGES)
    if _reaches(limits["same_hours_likeness"], _cosine(dict(enumerate(one.hours)), dict(enumerate(other.hours)))):
        ties.append(Tie.HOURS)
    weight = sum(limits[tie.value].value or 0.0 for tie in ties)
    return Link(one.number, other.number, round(weight, 6), tuple(tie.value for tie in ties))


def _reaches(limit: Threshold, value: float) -> bool:
    return limit.value is not None and value >= limit.value


def _shared(suspects: Iterable[Suspect]) -> dict[tuple[int, int], int]:
    callers: dict[int, list[int]] = {}
    for suspect in suspects:
        for callee in suspect.callees:
            callers.setdefault(callee, []).append(suspect.number)
    counts: dict[tuple[int, int], int] = {}
    for numbers in callers.values():
        if 1 < len(numbers) <= _CROWD:
            for pair in itertools.combinations(sorted(numbers), 2):
                counts[pair] = counts.get(pair, 0) + 1
    return counts


def _pairs(suspects: Mapping[int, Suspect], shared: Mapping[tuple[int, int], int]) -> Iterator[tuple[int, int]]:
    """Pairs that have a holder, a group, a trunk or callees in common: no other can be heavy enough."""
    blocks: dict[tuple[str, str], list[int]] = {}
    for number, suspect in suspects.items():
        keys = [("holder", suspect.holder), ("trunk", suspect.trunk), *(("group", name) for name in suspect.groups)]
        for kind, name in keys:
            if name:
                blocks.setdefault((kind, name), []).append(number)
    pairs = set(shared)
    for numbers in blocks.values():
        pairs.update(itertools.combinations(numbers, 2))
    yield from sorted(pairs)


def _cosine(one: Mapping[int, int], other: Mapping[int, int]) -> float:
    product = sum(count * other.get(key, 0) for key, count in one.items())
    lengths = math.sqrt(sum(c * c for c in one.values()) * sum(c * c for c in other.values()))
    return product / lengths if lengths else 0.0


def _held_together(links: Sequence[Link], suspects: Mapping[int, Suspect], least: int) -> list[Component]:
    """Union-find: each number points towards one of its campaign, in the end to the smallest."""
    towards: dict[int, int] = {}

    def root(number: int) -> int:
        towards.setdefault(number, number)
        while towards[number] != number:
            towards[number] = towards[towards[number]]
            number = towards[number]
        return number

    for link in links:
        low, high = sorted((root(link.one), root(link.other)))
        towards[high] = low
    numbers: dict[int, list[int]] = {}
    held: dict[int, list[Link]] = {}
    for number in sorted(towards):
        numbers.setdefault(root(number), []).append(number)
    for link in links:
        held.setdefault(root(link.one), []).append(link)
    found = [
        Component(tuple(ones), _bonds([suspects[number] for number in ones], held[of]))
        for of, ones in numbers.items()
        if len(ones) >= least
    ]
    return sorted(found, key=lambda one: (-len(one.numbers), one.numbers))


def _bonds(suspects: Sequence[Suspect], links: Sequence[Link]) -> Bonds:
    having: dict[tuple[str, str], list[int]] = {}
    for one in suspects:
        kinds = [(Tie.HOLDER, one.holder), (Tie.TRUNK, one.trunk), *((Tie.GROUP, name) for name in one.groups)]
        for tie, name in kinds:
            if name:
                having.setdefault((tie.value, name), []).append(one.number)
    pairs: dict[str, int] = {}
    for link in links:
        for name in link.ties:
            pairs[name] = pairs.get(name, 0) + 1
    shared = [link for link in links if Tie.CALLEES.value in link.ties]
    return Bonds(
        dict(sorted(pairs.items())),
        tuple(sorted(Anchor(tie, name, tuple(ones)) for (tie, name), ones in having.items() if len(ones) > 1)),
        tuple(sorted(shared, key=lambda link: (-link.weight, link.one, link.other))[:_SHARED_KEPT]),
    )
