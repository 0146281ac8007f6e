"""The tables of a pack as they are written in its file, before they are checked."""

from __future__ import annotations

from typing import Any

import msgspec

from clearbell.calls import Action, Answer
from clearbell.policy.enforcement import EnforcementRules
from clearbell.policy.figures import FigureRules
from clearbell.policy.ladder import LadderRules
from clearbell.policy.model import (
    ActionStep,
    Area,
    CardRules,
    CaseRules,
    CodeRules,
    ContentRules,
    LabelRules,
    MassRules,
    ReportRules,
    Retention,
    ScrubRules,
    Status,
    VerificationRules,
)
from clearbell.policy.orders import OrderRules


class RawHead(msgspec.Struct, forbid_unknown_fields=True):
    """``[pack]``."""

    id: str
    version: str
    zh: str
    en: str
    home: str
    country: int
    timezone: str
    order: list[str]


class RawPrice(msgspec.Struct, forbid_unknown_fields=True):
    """One of ``[symbols]``."""

    zh: str
    en: str
    source: str
    status: Status
    points: float = 0.0
    decides: Action | None = None
    answer: Answer | None = None


class RawThreshold(msgspec.Struct, forbid_unknown_fields=True):
    """One of ``[thresholds]``, ``[features]``, ``[learning]``, ``[campaigns]`` or ``[deadlines]``; ``false`` is off."""

    value: float | bool
    unit: str
    source: str
    status: Status
    min_sample: int = 0


class RawDetectorRule(msgspec.Struct, forbid_unknown_fields=True):
    """One of ``[detectors]``."""

    window: int
    min_sample: int
    warning: dict[str, float] | bool
    critical: dict[str, float] | bool
    source: str
    status: Status


class RawWindow(msgspec.Struct, forbid_unknown_fields=True):
    """One of ``[hours]``, ``HH:MM`` in the time zone of the pack."""

    start: str
    end: str
    source: str
    status: Status


class RawWords(msgspec.Struct, forbid_unknown_fields=True):
    """The names of a category or a rung."""

    zh: str
    en: str


# What each table of a pack holds; those of SINGLE are one struct, the others one for each name in them.
TABLES: dict[str, Any] = {
    "pack": RawHead,
    "symbols": RawPrice,
    "thresholds": RawThreshold,
    "features": RawThreshold,
    "learning": RawThreshold,
    "detectors": RawDetectorRule,
    "campaigns": RawThreshold,
    "deadlines": RawThreshold,
    "hours": RawWindow,
    "risky_areas": Area,
    "categories": RawWords,
    "rungs": RawWords,
    "label": LabelRules,
    "reports": ReportRules,
    "retention": Retention,
    "codes": CodeRules,
    "mass_notices": MassRules,
    "cards": CardRules,
    "scrub": ScrubRules,
    "figures": FigureRules,
    "verification": VerificationRules,
    "cases": CaseRules,
    "content": ContentRules,
    "ladder": LadderRules,
    "orders": OrderRules,
    "enforcement": EnforcementRules,
    "actions": ActionStep,
}
SINGLE = (
    "pack",
    "label",
    "reports",
    "retention",
    "codes",
    "mass_notices",
    "cards",
    "scrub",
    "figures",
    "verification",
    "cases",
    "content",
    "ladder",
    "orders",
    "enforcement",
)
