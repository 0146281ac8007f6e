"""Hardly anyone answers (regime 8.9). Known only where call ends are fed back."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import ENDED, Glance
from clearbell.screening.windows import H24


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & ENDED else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: 100 calls ended in 24 hours and 15 of them were answered."""
    activity = case.activity
    threshold = case.pack.thresholds["answer_share_24h"]
    if activity is None or threshold.value is None:
        return NOT_APPLICABLE
    at = case.call.at
    ended = activity.ended(H24, at)
    if ended < max(1, threshold.min_sample):
        return NOT_APPLICABLE
    share = min(1.0, activity.answered(at) / ended)
    if share >= threshold.value:
        return CLEAR
    return (Symbol("LOW_ANSWER_24H", {"share": round(share, 2), "calls": ended, "limit": threshold.value}),)
