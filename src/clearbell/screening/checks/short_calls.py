"""Most of the answered calls are over at once (regime 8.9)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import ENDED, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & ENDED else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: of 40 answered calls 30 ended within ten seconds."""
    activity = case.activity
    threshold = case.pack.thresholds["short_share_24h"]
    if activity is None or threshold.value is None:
        return NOT_APPLICABLE
    at = case.call.at
    answered = activity.answered(at)
    if answered < max(1, threshold.min_sample):
        return NOT_APPLICABLE
    share = activity.short(at) / answered
    if share < threshold.value:
        return CLEAR
    return (Symbol("SHORT_CALLS_24H", {"share": round(share, 2), "answered": answered, "limit": threshold.value}),)
