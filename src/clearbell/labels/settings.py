"""What labels need of a pack, in their own terms."""

from __future__ import annotations

from clearbell.labels.rules import LabelSettings
from clearbell.policy.model import Pack


def label_settings(pack: Pack) -> LabelSettings:
    """When the pack gives a number a label."""
    rules = pack.label
    return LabelSettings(rules.min_reporters, rules.min_score, float(rules.days), rules.min_confidence)
