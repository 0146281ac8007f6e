"""What reputations need of a pack, in their own terms."""

from __future__ import annotations

from clearbell.policy.model import Pack
from clearbell.reports.reputation import ReputationSettings


def reputation_settings(pack: Pack) -> ReputationSettings:
    """How complaints weigh and fade under the pack."""
    return ReputationSettings(
        pack.label.heat_half_life_days, pack.label.evidence_half_life_days, pack.utc_offset_minutes, pack.reports
    )
