"""What labels and reputations need of a pack, in their own terms."""

from __future__ import annotations

from clearbell.labels.rules import LabelSettings
from clearbell.policy.model import Pack
from clearbell.reports.reputation import ReputationSettings


def label_settings(pack: Pack) -> LabelSettings:
    """When the pack gives a number a label."""
    return LabelSettings(pack.label.min_reporters, pack.label.min_score, float(pack.label.days))


def reputation_settings(pack: Pack) -> ReputationSettings:
    """How fast complaints fade under the pack."""
    return ReputationSettings(
        pack.label.heat_half_life_days, pack.label.evidence_half_life_days, pack.utc_offset_minutes
    )
