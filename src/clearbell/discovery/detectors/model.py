"""What a detector is: signs in the features of one unit, and the words for what they show together."""

from __future__ import annotations

import enum

import msgspec

from clearbell.discovery.features import UnitKind


class Level(enum.Enum):
    """How sure a finding is. Neither punishes anyone: a finding asks for a check."""

    WARNING = "warning"
    CRITICAL = "critical"


class Subject(enum.Enum):
    """What a finding is about."""

    CALLER = "caller"
    HOLDER = "holder"
    TRUNK = "trunk"
    CALLEE = "callee"
    """A called number that is harmed."""
    GROUP = "group"
    """Numbers that nothing but their behaviour ties together."""


SUBJECT_OF = {kind: Subject(kind.value) for kind in UnitKind}


STANDING = ("unregistered", "registered", "commercial", "other_purpose", "inbound_only")
"""Columns that tell how the registry knows a unit; ``other_purpose``: registered, and not for commercial calls."""


class Sign(msgspec.Struct, frozen=True):
    """A feature that reaches a limit of the pack, named as the feature is. A feature that is not known shows nothing."""

    feature: str
    at_least: bool


def high(*features: str) -> tuple[Sign, ...]:
    """Signs that show where the feature is at or above the limit."""
    return tuple(Sign(feature, at_least=True) for feature in features)


def low(*features: str) -> tuple[Sign, ...]:
    """Signs that show where the feature is at or below the limit."""
    return tuple(Sign(feature, at_least=False) for feature in features)


class Detector(msgspec.Struct, frozen=True):
    """One kind of nuisance.

    It is hit where every sign of ``needs`` shows and, of ``tells``, at least as many as the limit ``signs`` says; it does
    not apply to units with fewer than the pack's ``min_sample`` of ``sample``. So no single count condemns anybody.
    """

    name: str
    subject: Subject
    needs: tuple[Sign, ...]
    zh: str
    """Words with evidence in braces."""
    en: str
    where: tuple[str, ...] = ()
    """What must be so by the registry (:data:`STANDING`) before it looks at a unit at all."""
    tells: tuple[Sign, ...] = ()
    sample: str = "attempts"
    shown: tuple[str, ...] = ()
    """Further features given as evidence."""
    extra: tuple[str, ...] = ()
    """Limits that choose the members of a group before the signs are looked at."""

    @property
    def limits(self) -> tuple[str, ...]:
        """Names of the limits that the pack has to give."""
        names = [sign.feature for sign in (*self.needs, *self.tells)]
        return (*names, "signs", *self.extra) if self.tells else (*names, *self.extra)

    @property
    def evidence(self) -> tuple[str, ...]:
        """Features that go into the evidence of a finding."""
        signs = [sign.feature for sign in (*self.needs, *self.tells)]
        return tuple(dict.fromkeys([self.sample, *signs, *self.shown]))


UNWANTED = (*low("answer_share", "in_share"), *high("callee_hangup_share"))
"""Few answer, who answers hangs up, and nobody rings back: couriers fail the first, small firms the second."""
UNWELCOME = (*low("talk_mean_s"), *high("short_share", "refused_share"))
"""Callees do not want to talk."""
STRANGER = (*low("mutual_share"), *high("first_callee_share"))
"""Nobody knows the caller."""


class Hit(msgspec.Struct, frozen=True):
    """A detector found something."""

    detector: str
    subject: Subject
    unit: str
    """Number (digits), holder, trunk, or name of a group."""
    level: Level
    window: int
    """Days that were looked at."""
    evidence: dict[str, float]
    """Values of the signs, by feature."""
    limits: dict[str, float]
    """The limits they reached, by feature."""
    members: tuple[int, ...] = ()
    """Numbers of a group."""


class Looked(msgspec.Struct, frozen=True):
    """What a detector answers for all units of a day: hits, how many showed nothing, to how many it did not apply."""

    hits: tuple[Hit, ...]
    clear: int
    not_applicable: int
    """Too few samples to say anything."""
    off: bool = False
