"""Facts of findings. Each is sealed about the number, holder, trunk or group that it names."""

from __future__ import annotations

import msgspec

from clearbell.discovery.detectors.model import Level, Subject


class Found(msgspec.Struct, frozen=True):
    """A detector found something, or is surer of it than before (kind ``discovery.found``)."""

    finding: str
    detector: str
    subject: Subject
    unit: str
    """Number (digits), holder or trunk; of a group its trunk, or the number that it rings."""
    level: Level
    day: int
    """Last local day that was looked at, days since 1970."""
    window: int
    """Days that were looked at."""
    evidence: dict[str, float]
    limits: dict[str, float]
    """The limits that the evidence reached."""
    policy: str
    """Version of the pack that was in force."""


class Joined(msgspec.Struct, frozen=True):
    """A number is one of the group of a finding (kind ``discovery.joined``)."""

    finding: str
    number: int


class Passed(msgspec.Struct, frozen=True):
    """It was not found again for as long as the pack says (kind ``discovery.passed``)."""

    finding: str
    unit: str
    day: int


class Finding(msgspec.Struct, frozen=True):
    """A finding as it stands."""

    finding: str
    detector: str
    subject: Subject
    unit: str
    level: Level
    window: int
    first_day: int
    last_day: int
    """Last day on which it was found."""
    passed: int
    """Day on which it was over; 0 while it lasts."""
    evidence: dict[str, float]
    limits: dict[str, float]
    policy: str
    members: tuple[int, ...] = ()


class Sighting(msgspec.Struct, frozen=True):
    """What was found on one day."""

    day: int
    level: Level
    evidence: dict[str, float]


FACTS: dict[str, type[msgspec.Struct]] = {
    "discovery.found": Found,
    "discovery.joined": Joined,
    "discovery.passed": Passed,
}
