"""Training a model: verdicts in, model file and fact out."""

from __future__ import annotations

import platform
from pathlib import Path

import lightgbm
import msgspec
import numpy as np
import sklearn

import clearbell
from clearbell.discovery.learning import learner
from clearbell.discovery.learning.calibration import fit_line
from clearbell.discovery.learning.drift import reference
from clearbell.discovery.learning.evaluation import evaluate
from clearbell.discovery.learning.lessons import Lessons
from clearbell.discovery.learning.model import TRAINED, Header, ModelTrained, Part
from clearbell.discovery.learning.model_file import FORMAT, pack_model
from clearbell.discovery.learning.refusals import TooFewVerdictsError
from clearbell.discovery.learning.settings import LearningSettings
from clearbell.discovery.learning.trees import Floats, Recipe
from clearbell.ledger import Act
from clearbell.policy.model import Pack


class Trained(msgspec.Struct, frozen=True):
    """A model that is not on file yet."""

    header: Header
    data: bytes
    """The model file."""
    fact: ModelTrained
    dropped: tuple[str, ...]
    """Features that were the same for every verdict, or missing, and taught nothing."""


def train(
    lessons: Lessons,
    settings: LearningSettings,
    pack: Pack,
    window: int,
    created: int,
    recipe: Recipe,
    *,
    threads: int = 1,
) -> Trained:
    """Learn from verdicts; the latest numbers of each kind are held back, to calibrate and to measure.

    All verdicts about a number are on the same side. Raises
    :class:`~clearbell.discovery.learning.refusals.TooFewVerdictsError`.
    """
    labels = lessons.labels
    confirmed = int(labels.sum())
    cleared = len(labels) - confirmed
    if min(confirmed, cleared) < settings.min_verdicts:
        raise TooFewVerdictsError(confirmed, cleared, settings.min_verdicts)
    grown, held_back = _sides(lessons, settings)
    if min(_kinds(grown) + _kinds(held_back)) == 0:
        raise TooFewVerdictsError(confirmed, cleared, max(confirmed, cleared) + 1)
    values = grown.features.values
    used = [place for place in range(values.shape[1]) if _teaches(values[:, place])]
    names = tuple(lessons.features.names[place] for place in used)
    learned = learner.fit(values[:, used], grown.labels, recipe, threads=threads)
    scored = learner.scores(learned, held_back.features.values[:, used], threads=threads)
    line = fit_line(held_back.labels, scored)
    texts = [booster.model_to_string().encode() for booster in learned.boosters]
    header = Header(
        format=FORMAT,
        created=created,
        libraries={
            "clearbell": clearbell.__version__,
            "lightgbm": lightgbm.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
            "scikit-learn": sklearn.__version__,
        },
        pack=pack.version,
        window=window,
        utc_offset_minutes=pack.utc_offset_minutes,
        features=names,
        recipe=recipe,
        grown=Part(grown.digest(), *_kinds(grown)),
        held_back=Part(held_back.digest(), *_kinds(held_back)),
        training_digest=lessons.digest(),
        known_until=max(one.decided_at for one in lessons.verdicts),
        line=line,
        importance=tuple(learner.importance(learned, values[:, used], threads=threads).tolist()),
        references=tuple(reference(name, values[:, place]) for name, place in zip(names, used, strict=True)),
        measured=evaluate(held_back.verdicts, held_back.labels, line(scored), settings.false_alarms, pack.country),
        curves=learned.curves,
        boosters=tuple(map(len, texts)),
    )
    data, digest = pack_model(header, texts)
    fact = ModelTrained(
        digest, header.training_digest, confirmed, cleared, header.known_until, len(names), window, pack.version
    )
    dropped = tuple(name for place, name in enumerate(lessons.features.names) if place not in set(used))
    return Trained(header, data, fact, dropped)


def do_keep_model(act: Act, trained: Trained, path: Path) -> ModelTrained:
    """Put a trained model on file at ``path`` and append ``discovery.model-trained``; what stood there is replaced.

    Raises ``OSError`` when it cannot be written, and then appends nothing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(trained.data)
    act.append(TRAINED, [trained.fact])
    # Last: should the act fail after this, the file has no fact, and a file without a fact is refused.
    new.replace(path)
    return trained.fact


def _sides(lessons: Lessons, settings: LearningSettings) -> tuple[Lessons, Lessons]:
    latest = {one.number: one for one in sorted(lessons.verdicts, key=lambda one: one.decided_at)}
    back: set[int] = set()
    for confirmed in (True, False):
        ones = [one for one in latest.values() if one.confirmed is confirmed]
        ones.sort(key=lambda one: (one.decided_at, one.number))
        count = max(1, round(settings.held_back_share * len(ones))) if ones else 0
        back.update(one.number for one in ones[len(ones) - count :])
    rows = range(len(lessons.verdicts))
    return (
        lessons.take([row for row in rows if lessons.verdicts[row].number not in back]),
        lessons.take([row for row in rows if lessons.verdicts[row].number in back]),
    )


def _kinds(lessons: Lessons) -> tuple[int, int]:
    confirmed = int(lessons.labels.sum())
    return confirmed, len(lessons.verdicts) - confirmed


def _teaches(column: Floats) -> bool:
    missing = np.isnan(column)
    known = column[~missing]
    return bool(len(known)) and (bool(missing.any()) or bool(known.min() < known.max()))
