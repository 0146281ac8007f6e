"""What complaints about a number add up to. Pure arithmetic; every weight and half-life is named here.

A *complaint* is a report that counts. Reports by the same voice about the same number on the same day are one
complaint; reports whose source does not tell the reporter are one complaint and one voice each. A complaint has a
weight (see ``ReportRules`` of the pack, the one place for weights), dated to the start of its (local) day. Distinct
reporters matter, not reports: a voice adds that one of its complaints to a sum which adds most to it. So repeating a
complaint keeps it fresh and makes it no heavier, and neither the order in which reports arrive nor the time of day
changes a score.

Two sums decay: *heat* (short half-life: is it active now) and *evidence* (long: how sure is it). A sum is kept as
the projected moving average ``Σ w · 2^((day - epoch) / half_life)``. A new complaint is then a pure addition,
whatever its day; nothing has to be rewritten as time passes; and the order of the stored sums is already the order
of the decayed scores, so an index on them ranks. The score at a time is ``sum · 2^(-(time - epoch) / half_life)``.

The half-lives and the length of the day's offset may not change after the first write: sums made with different
ones cannot be added. They are kept with the sums (:class:`Scale`), a write with others is refused, and
``clearbell reports rebuild`` recounts all sums from the reports. The epoch is free: it moves (exactly, by powers
of two) long before a float could overflow, see :func:`rebased`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from clearbell.calls import DAY, MINUTE
from clearbell.policy.model import ReportRules

REBASE_AFTER = 256
"""Half-lives after which the epoch moves. A float holds 2^1023; 256 of 14 days are 9.8 years."""
TWO_SIDED_95 = 1.959963984540054
"""z of the two-sided 95 % interval; its lower bound alone is a one-sided 97.5 % bound."""


class ReputationSettings(msgspec.Struct, frozen=True):
    """Half-lives, days, and the home country's offset from UTC, which cuts the days. From the pack."""

    heat_days: float = 14.0
    evidence_days: float = 125.0
    utc_offset_minutes: int = 480
    rules: ReportRules = ReportRules()


class Scale(msgspec.Struct, frozen=True):
    """What the stored sums mean: the settings they were made with, and their epochs (days since 1970, local)."""

    heat_days: float
    evidence_days: float
    utc_offset_minutes: int
    heat_epoch: float
    evidence_epoch: float

    def fits(self, settings: ReputationSettings) -> bool:
        """Whether sums made with ``settings`` can be added to these."""
        return (self.heat_days, self.evidence_days, self.utc_offset_minutes) == (
            settings.heat_days,
            settings.evidence_days,
            settings.utc_offset_minutes,
        )

    def days(self, at: int) -> float:
        """The time ``at`` (µs UTC) in local days since 1970."""
        return (at + self.utc_offset_minutes * MINUTE) / DAY

    def day(self, at: int) -> int:
        """The local day of ``at`` (µs UTC)."""
        return (at + self.utc_offset_minutes * MINUTE) // DAY

    def day_bounds(self, day: int) -> tuple[int, int]:
        """Where a local day begins and ends, µs UTC."""
        begins = day * DAY - self.utc_offset_minutes * MINUTE
        return begins, begins + DAY

    def weights(self, day: int) -> tuple[float, float]:
        """What a complaint of that day and weight 1 adds to heat and to evidence."""
        return (
            2.0 ** ((day - self.heat_epoch) / self.heat_days),
            2.0 ** ((day - self.evidence_epoch) / self.evidence_days),
        )

    def fading(self, at: int) -> tuple[float, float]:
        """What turns the sums of heat and evidence into scores at ``at`` (µs UTC)."""
        days = self.days(at)
        return (
            2.0 ** ((self.heat_epoch - days) / self.heat_days),
            2.0 ** ((self.evidence_epoch - days) / self.evidence_days),
        )


class Reputation(msgspec.Struct, frozen=True):
    """What is kept of a number."""

    number: int
    reports: int
    """Complaints that count, undecayed and unweighted."""
    reporters: int
    """Distinct proven voices behind them."""
    heat: float
    """Sum on the scale; :func:`score_at` makes a score of it."""
    evidence: float
    first_at: int
    """First and last call complained about, µs UTC; 0 when no report stands."""
    last_at: int
    wanted: float = 0.0
    """Votes for the number: a sum on the scale of evidence."""


class Complaint(msgspec.Struct, frozen=True, gc=False):
    """What a report that counts is to the sums."""

    voice: int
    """Whose voice it is; 0: one of its own."""
    at: int
    weight: float = 1.0
    proven: bool = True
    wanted: bool = False


class Score(msgspec.Struct, frozen=True):
    """A number's complaints, decayed to a time."""

    heat: float
    evidence: float
    wanted: float = 0.0
    """Votes for the number, decayed as evidence is."""

    @property
    def confidence(self) -> float:
        """How sure it is that complaints prevail over votes: the Wilson lower bound of their share."""
        return wilson_lower_bound(self.evidence, self.wanted)


def new_scale(settings: ReputationSettings, at: int) -> Scale:
    """Return a scale for sums that begin now (``at``, µs UTC)."""
    epoch = float((at + settings.utc_offset_minutes * MINUTE) // DAY)
    return Scale(settings.heat_days, settings.evidence_days, settings.utc_offset_minutes, epoch, epoch)


def rebased(scale: Scale, at: int) -> tuple[Scale, float, float] | None:
    """Move epochs that are more than :data:`REBASE_AFTER` half-lives before ``at``.

    Returns the new scale and what the stored sums of heat and of evidence must be multiplied by (powers of two,
    so no digit is lost), or None when no epoch needs to move.
    """
    days = scale.days(at)
    heat = _whole_half_lives(days - scale.heat_epoch, scale.heat_days)
    evidence = _whole_half_lives(days - scale.evidence_epoch, scale.evidence_days)
    if not heat and not evidence:
        return None
    moved = msgspec.structs.replace(
        scale,
        heat_epoch=scale.heat_epoch + heat * scale.heat_days,
        evidence_epoch=scale.evidence_epoch + evidence * scale.evidence_days,
    )
    return moved, 2.0**-heat, 2.0**-evidence


def _whole_half_lives(days: float, half_life: float) -> int:
    count = int(days / half_life)
    return min(count, 1000) if count > REBASE_AFTER else 0


def score_at(reputation: Reputation, scale: Scale, at: int) -> Score:
    """Return the scores at ``at`` (µs UTC). Between complaints they only fall."""
    heat, evidence = scale.fading(at)
    return Score(reputation.heat * heat, reputation.evidence * evidence, reputation.wanted * evidence)


class Voice:
    """What one voice has said of one number, and what that adds to the sums."""

    __slots__ = ("days", "evidence", "heat", "proven", "wanted")

    def __init__(self) -> None:
        self.days: set[int] = set()
        self.heat = 0.0
        self.evidence = 0.0
        self.wanted = 0.0
        self.proven = False

    def add(self, one: Complaint, scale: Scale) -> tuple[int, int, float, float, float]:
        """Take in a complaint or vote; returns what it adds: complaints, proven voices, heat, evidence, votes."""
        day = scale.day(one.at)
        heat, evidence = scale.weights(day)
        heat, evidence = one.weight * heat, one.weight * evidence
        if one.wanted:
            gained = max(0.0, evidence - self.wanted)
            self.wanted += gained
            return 0, 0, 0.0, 0.0, gained
        added = (
            int(day not in self.days),
            int(one.proven and not self.proven),
            max(0.0, heat - self.heat),
            max(0.0, evidence - self.evidence),
            0.0,
        )
        self.days.add(day)
        self.proven = self.proven or one.proven
        self.heat = max(self.heat, heat)
        self.evidence = max(self.evidence, evidence)
        return added


def recount(number: int, complaints: Iterable[Complaint], scale: Scale) -> Reputation:
    """Add up what counts about a number from nothing.

    This defines what the sums are: adding them up report by report gives the same, but for the rounding of floats.
    """
    voices: dict[int, Voice] = {}
    alone = []
    times = []
    for one in complaints:
        voice = voices.setdefault(one.voice, Voice()) if one.voice else Voice()
        if not one.voice:
            alone.append(voice)
        voice.add(one, scale)
        if not one.wanted:
            times.append(one.at)
    every = [*voices.values(), *alone]
    return Reputation(
        number,
        sum(len(voice.days) for voice in every),
        sum(voice.proven for voice in every),
        math.fsum(voice.heat for voice in every),
        math.fsum(voice.evidence for voice in every),
        min(times, default=0),
        max(times, default=0),
        math.fsum(voice.wanted for voice in every),
    )


def falls_below(evidence: float, scale: Scale, threshold: float) -> int:
    """When (µs UTC) the stored sum of evidence decays to ``threshold``; 0 when the sum is 0."""
    if evidence <= 0.0:
        return 0
    days = scale.evidence_epoch + scale.evidence_days * math.log2(evidence / threshold)
    return int(days * DAY) - scale.utc_offset_minutes * MINUTE


def wilson_lower_bound(positive: float, negative: float, z: float = TWO_SIDED_95) -> float:
    """Lower bound of the Wilson score interval for the share ``positive / (positive + negative)``.

    A few voices prove little: 2 to 0 gives 0.34, 1000 to 0 gives 0.996. 0 when there are no voices. E. B. Wilson,
    "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    total = positive + negative
    if total <= 0.0:
        return 0.0
    share = positive / total
    square = z * z / total
    centre = share + square / 2
    spread = z * math.sqrt(share * (1 - share) / total + square / (4 * total))
    return max(0.0, (centre - spread) / (1 + square))
