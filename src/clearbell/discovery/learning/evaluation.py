"""A model measured on verdicts it never saw, over all and by class of caller."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from clearbell.discovery.learning.calibration import calibration_error, probability
from clearbell.discovery.learning.measures import Measures, measure
from clearbell.discovery.learning.trees import Floats, Labels
from clearbell.discovery.learning.verdicts import Verdict
from clearbell.numbering import NumberClass, class_of


class ByClass(msgspec.Struct, frozen=True):
    """Callers of one class, at the threshold that serves them all."""

    number_class: NumberClass
    measures: Measures
    flagged_confirmed: int
    """Confirmed above the threshold of ``Evaluation.usual``."""
    flagged_cleared: int


class Evaluation(msgspec.Struct, frozen=True):
    """What came out."""

    since: int
    """When the first of the verdicts was decided, µs UTC; 0: there were none."""
    until: int
    measures: Measures
    calibration_error: float
    """Mean distance between the probability told and the share confirmed, over tenths."""
    usual: float | None
    """The share of false alarms whose threshold ``by_class`` uses: the strictest that can be measured, up to the second."""
    by_class: tuple[ByClass, ...]
    """Most verdicts first."""


def evaluate(
    verdicts: Sequence[Verdict], labels: Labels, log_odds: Floats, false_alarms: tuple[float, ...], country: int
) -> Evaluation:
    """Measure calibrated ``log_odds`` against how the cases ended. ``country``: calling code of home, for the classes."""
    whole = measure(labels, log_odds, false_alarms)
    usable = [at for at in whole.at if at.threshold is not None]
    chosen = next((at for at in usable if at.false_alarms >= false_alarms[min(1, len(false_alarms) - 1)]), None)
    threshold = chosen.threshold if chosen and chosen.threshold is not None else float("inf")
    classes = [class_of(one.number, country) for one in verdicts]
    groups = []
    for kind in set(classes):
        inside = np.array([one is kind for one in classes])
        flagged = log_odds[inside] > threshold
        group = labels[inside]
        groups.append(
            ByClass(
                kind,
                measure(group, log_odds[inside], false_alarms),
                int((flagged & (group == 1)).sum()),
                int((flagged & (group == 0)).sum()),
            )
        )
    groups.sort(key=lambda one: (-one.measures.confirmed - one.measures.cleared, one.number_class.value))
    times = [one.decided_at for one in verdicts]
    return Evaluation(
        min(times, default=0),
        max(times, default=0),
        whole,
        calibration_error(labels, probability(log_odds)),
        chosen.false_alarms if chosen else None,
        tuple(groups),
    )


def unseen(verdicts: Sequence[Verdict], known_until: int) -> list[Verdict]:
    """The verdicts decided later than ``known_until``, about numbers that had none before: no model has seen these."""
    seen = {one.number for one in verdicts if one.decided_at <= known_until}
    return [one for one in verdicts if one.decided_at > known_until and one.number not in seen]
