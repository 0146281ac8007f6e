"""When a number has a label, which one, and when a published one is renewed. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping

import msgspec

from clearbell.calls import DAY
from clearbell.labels.model import Imposed, Labelled
from clearbell.reports.reputation import Reputation, Scale, falls_below, score_at

SUSPECTED = "nuisance"
"""Category of a label where no named category prevails."""
BUCKETS = (2, 4, 10, 20, 50, 100)
"""Counts between two of these are the same to a reader; past the last, each further doubling is a bucket."""


class LabelSettings(msgspec.Struct, frozen=True):
    """When a number gets a label, and for how long. From the pack."""

    min_reporters: int = 3
    """Distinct reporters needed."""
    min_score: float = 2.5
    """Evidence (decayed complaints) needed; above 0."""
    days: float = 90.0
    """Days after the last complaint at which a label lapses, if its evidence has not faded before."""
    min_confidence: float = 0.3
    """Lower Wilson bound that the share of complaints among complaints and votes for the number must reach."""


def bucket(count: int) -> int:
    """Number of the bucket that a count falls in, from 0."""
    if count < 2 * BUCKETS[-1]:
        return bisect_right(BUCKETS, count)
    return len(BUCKETS) + (count // BUCKETS[-1]).bit_length() - 1


def category_of(counts: Mapping[str, int]) -> str:
    """The category that more than half of the reports that name one name; :data:`SUSPECTED` when none is."""
    total = sum(counts.values())
    for category, count in counts.items():
        if 2 * count > total:
            return category
    return SUSPECTED


def lapses_at(known: Reputation, scale: Scale, settings: LabelSettings) -> int:
    """When (µs UTC) a label on this reputation lapses, unless complaints are added."""
    return min(known.last_at + int(settings.days * DAY), falls_below(known.evidence, scale, settings.min_score))


def label_for(
    known: Reputation, counts: Mapping[str, int], scale: Scale, settings: LabelSettings, at: int
) -> Labelled | None:
    """The label that a number's reputation earns it at ``at`` (µs UTC); None when it earns none.

    ``counts``: how many of its reports name which category.
    """
    if known.reporters < settings.min_reporters:
        return None
    until = lapses_at(known, scale, settings)
    if until <= at:
        return None
    score = score_at(known, scale, at)
    if score.confidence < settings.min_confidence:
        return None
    return Labelled(known.number, category_of(counts), known.reports, score.heat, score.evidence, at, until)


def overlaid(earned: Labelled | None, imposed: Imposed, at: int) -> Labelled:
    """The label of a number on which a sanction put one: its category and end, with the complaints that there are."""
    if earned is None:
        return Labelled(imposed.number, imposed.category, 0, 0.0, 0.0, at, imposed.until)
    until = max(imposed.until, earned.until) if earned.category == imposed.category else imposed.until
    return msgspec.structs.replace(earned, category=imposed.category, until=until)


def tombstone(number: int, at: int) -> Labelled:
    """What says that nothing is published about a number any more."""
    return Labelled(number, "", 0, 0.0, 0.0, at, at)


def matters(old: Labelled, new: Labelled, settings: LabelSettings) -> bool:
    """Whether the difference is worth a new version to everyone who keeps the list.

    It is when the category or the bucket of the count changed, and when the published label would soon lapse
    though the number has earned more time: within half of the label's time.
    """
    if old.category != new.category or bucket(old.reporters) != bucket(new.reporters):
        return True
    return new.until > old.until and old.until - new.at < settings.days * DAY / 2
