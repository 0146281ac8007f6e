"""What a pack says, checked and laid out for use."""

from __future__ import annotations

import enum

import msgspec

from clearbell.calls import Action, Answer


class Status(enum.Enum):
    """What stands behind a rule."""

    LAW = "law"
    NOTICE = "notice"
    DRAFT = "draft"
    PRACTICE = "practice"
    OURS = "ours"
    """Our own default; no rule text gives it."""


class Price(msgspec.Struct, frozen=True):
    """What a symbol costs, whether it decides by itself, and the words for it."""

    points: float
    decides: Action | None
    answer: Answer | None
    """How the decision is said; set exactly when ``decides`` is."""
    zh: str
    en: str
    source: str
    status: Status


class Threshold(msgspec.Struct, frozen=True):
    """A limit that a check reads."""

    value: float | None
    """None: off."""
    unit: str
    source: str
    status: Status
    min_sample: int = 0
    """With fewer observations than this the check does not apply."""


class ActionStep(msgspec.Struct, frozen=True):
    """From this total on, this is done."""

    at_least: float
    action: Action
    answer: Answer


class Category(msgspec.Struct, frozen=True):
    """A kind of nuisance or trade, as reports, wishes, purposes and labels name it."""

    code: str
    zh: str
    en: str


class Window(msgspec.Struct, frozen=True):
    """Hours of the day, in the pack's time zone: minutes since midnight, the end not included."""

    start: int
    end: int
    source: str
    status: Status

    def __str__(self) -> str:
        """``08:00-21:00``."""
        return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (self.start, self.end))


class Area(msgspec.Struct, frozen=True):
    """An area whose deliveries are verified more closely."""

    zh: str
    en: str
    source: str
    status: Status


class LabelRules(msgspec.Struct, frozen=True):
    """When a number gets a label from reports, and for how long."""

    min_reporters: int
    min_score: float
    """Decayed complaints (evidence) from which a label is published."""
    days: int
    heat_half_life_days: float
    evidence_half_life_days: float
    source: str
    status: Status


class Retention(msgspec.Struct, frozen=True):
    """How long records are kept."""

    decisions_days: int
    cdr_days: Threshold
    """Days that finished calls stay in the lake; its value None: until they are removed by hand."""
    source: str
    status: Status
    callee_pseudonym: bool = False
    """Called numbers are written to the lake under a keyed pseudonym."""


class DetectorRule(msgspec.Struct, frozen=True):
    """When a detector of discovery finds something."""

    window: int
    """Days that it looks at, the last one included."""
    min_sample: int
    """With fewer it does not apply."""
    warning: dict[str, float] | None
    """Limits by feature, and ``signs``; None: off."""
    critical: dict[str, float] | None
    source: str
    status: Status


class Pack(msgspec.Struct, frozen=True):
    """A jurisdiction's rules."""

    id: str
    version: str
    """Declared version and a digest of the text: any edit changes it."""
    zh: str
    en: str
    home: str
    """ISO code of the country whose national number forms are understood."""
    country: int
    """Its calling code."""
    timezone: str
    utc_offset_minutes: int
    order: tuple[str, ...]
    """Names of checks, in the order of judgement."""
    prices: dict[str, Price]
    actions: tuple[ActionStep, ...]
    """Ascending; the first is where every total stands at least."""
    thresholds: dict[str, Threshold]
    hours: dict[str, Window]
    categories: dict[str, Category]
    rungs: dict[str, Category]
    """Names of the sanction ladder's rungs, mildest first."""
    label: LabelRules
    retention: Retention
    deadlines: dict[str, Threshold]
    """Deadlines, and limits that no check of the call path reads."""
    risky_areas: dict[str, Area] = {}
    """By administrative division code or the beginning of one."""
    features: dict[str, Threshold] = {}
    """Limits that the features of discovery are counted by."""
    learning: dict[str, Threshold] = {}
    """What a model is trained, measured and watched by."""
    detectors: dict[str, DetectorRule] = {}
    """What discovery looks for, by detector."""
    campaigns: dict[str, Threshold] = {}
    """What ties suspect numbers into campaigns."""

    def price(self, symbol: str) -> Price:
        """Price of a symbol of :mod:`clearbell.policy.symbols`; the loader made sure that it has one."""
        return self.prices[symbol]

    def limit(self, name: str) -> float | None:
        """Value of a threshold; None when it is off."""
        return self.thresholds[name].value

    def action_for(self, total: float) -> ActionStep:
        """What a total leads to."""
        chosen = self.actions[0]
        for step in self.actions[1:]:
            if total < step.at_least:
                break
            chosen = step
        return chosen
