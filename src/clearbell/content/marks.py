"""How well opinions agree with what was known beforehand."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sklearn.metrics import confusion_matrix, f1_score

UNDECIDED = "-"
"""How an opinion that tells nothing shows in the table."""


class Marks(msgspec.Struct, frozen=True):
    """Marks of a set of opinions."""

    calls: int
    macro_f1: float
    """Mean over the categories that occur of F1, each opinion taken as its likeliest category."""
    decided: float
    """Share of calls about which something was told."""
    right_of_decided: float | None
    """Share of these where it was right; None when nothing was told."""
    calibration_error: float
    """Mean distance between confidence and share right, over ten bins of confidence weighed by calls."""
    truths: tuple[str, ...]
    answers: tuple[str, ...]
    table: tuple[tuple[int, ...], ...]
    """Calls by truth (rows) and by what was told (columns)."""


def mark(
    truth: Sequence[str], likeliest: Sequence[str], told: Sequence[str | None], confidence: Sequence[float]
) -> Marks:
    """Compare; every sequence has one entry a call, and there is at least one."""
    truths = tuple(sorted(set(truth)))
    shown = [UNDECIDED if answer is None else answer for answer in told]
    answers = (*sorted({*truths, *shown} - {UNDECIDED}), UNDECIDED)
    labels = list(answers)
    counts = confusion_matrix(list(truth), shown, labels=labels)
    right = [one == other for one, other in zip(truth, likeliest, strict=True)]
    decided = [one == answer for one, answer in zip(truth, told, strict=True) if answer is not None]
    bins: dict[int, list[tuple[float, bool]]] = {}
    for sure, hit in zip(confidence, right, strict=True):
        bins.setdefault(min(9, int(sure * 10)), []).append((sure, hit))
    gaps = [abs(sum(sure for sure, _ in one) - sum(hit for _, hit in one)) for one in bins.values()]
    return Marks(
        calls=len(truth),
        macro_f1=float(f1_score(list(truth), list(likeliest), labels=list(truths), average="macro", zero_division=0)),
        decided=len(decided) / len(truth),
        right_of_decided=sum(decided) / len(decided) if decided else None,
        calibration_error=sum(gaps) / len(truth),
        truths=truths,
        answers=answers,
        table=tuple(tuple(int(cell) for cell in counts[labels.index(one)]) for one in truths),
    )
