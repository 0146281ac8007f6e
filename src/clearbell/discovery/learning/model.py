"""What a model is: its header, and the fact that it was trained."""

from __future__ import annotations

import msgspec

from clearbell.discovery.learning import learner
from clearbell.discovery.learning.calibration import Line, probability
from clearbell.discovery.learning.curves import Curves
from clearbell.discovery.learning.drift import Reference
from clearbell.discovery.learning.evaluation import Evaluation
from clearbell.discovery.learning.learner import Learned
from clearbell.discovery.learning.lessons import FeatureRows
from clearbell.discovery.learning.refusals import MissingFeaturesError
from clearbell.discovery.learning.trees import Floats, Recipe

TRAINED = "discovery.model-trained"


class ModelTrained(msgspec.Struct, frozen=True):
    """A model was trained (kind ``discovery.model-trained``). Nothing in it is about a person."""

    digest: str
    """SHA-256 (hex) of the model file: only a file with a digest of the ledger is ever used."""
    training_digest: str
    """SHA-256 (hex) over the verdicts and features it learned from."""
    confirmed: int
    cleared: int
    """Verdicts of each kind, those held back among them."""
    known_until: int
    """When the latest of them was decided, µs UTC."""
    features: int
    window: int
    """Local days."""
    pack: str
    """Version of the rules it was trained under."""


FACTS: dict[str, type[msgspec.Struct]] = {TRAINED: ModelTrained}


class Part(msgspec.Struct, frozen=True):
    """Which verdicts served for what."""

    digest: str
    """SHA-256 over the verdicts and their features."""
    confirmed: int
    cleared: int


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything of a model but its trees' own text."""

    format: int
    created: int
    """µs UTC."""
    libraries: dict[str, str]
    """Versions that made it."""
    pack: str
    window: int
    utc_offset_minutes: int
    """Cuts the local days."""
    features: tuple[str, ...]
    recipe: Recipe
    grown: Part
    """Verdicts that the trees were grown on."""
    held_back: Part
    """Verdicts that calibrated and measured it."""
    training_digest: str
    """Over all of them."""
    known_until: int
    """When the latest of them was decided, µs UTC. Only later verdicts can measure it anew."""
    line: Line
    importance: tuple[float, ...]
    """Share of each feature in what all add to or take from the scores of the verdicts grown on; sums to 1."""
    references: tuple[Reference, ...]
    """How each feature was spread over the rows that the trees were grown on."""
    measured: Evaluation
    """On the verdicts held back."""
    curves: Curves
    boosters: tuple[int, ...]
    """Bytes of each booster's text, which follow the header in this order."""


class Model(msgspec.Struct, frozen=True):
    """A model ready for use."""

    digest: str
    header: Header
    learned: Learned

    def _values(self, rows: FeatureRows) -> Floats:
        place = {name: at for at, name in enumerate(rows.names)}
        missing = [name for name in self.header.features if name not in place]
        if missing:
            raise MissingFeaturesError(missing)
        return rows.values[:, [place[name] for name in self.header.features]]

    def log_odds(self, rows: FeatureRows) -> Floats:
        """Calibrated log-odds of each row. Raises ``MissingFeaturesError`` when ``rows`` lack a feature it needs."""
        return self.header.line(learner.scores(self.learned, self._values(rows)))

    def probabilities(self, rows: FeatureRows) -> Floats:
        """How likely a case about each number would end as confirmed, at the share confirmed among its verdicts."""
        return probability(self.log_odds(rows))

    def contributions(self, rows: FeatureRows) -> Floats:
        """What each feature adds to the calibrated log-odds of each row; the last column is the start they add to."""
        parts = self.header.line.slope * learner.contributions(self.learned, self._values(rows))
        parts[:, -1] += self.header.line.offset
        return parts
