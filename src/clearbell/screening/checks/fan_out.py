"""Nearly every call goes to someone else (regime 8.9)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import BUSY, Glance
from clearbell.screening.windows import H1


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & BUSY else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: 60 calls in an hour to 58 different numbers."""
    activity = case.activity
    threshold = case.pack.thresholds["fan_out_1h"]
    if activity is None or threshold.value is None:
        return NOT_APPLICABLE
    at = case.call.at
    calls = activity.attempts(H1, at)
    if calls < max(1, threshold.min_sample):
        return NOT_APPLICABLE
    callees = activity.distinct(H1, at)
    if callees < threshold.value * calls:
        return CLEAR
    return (Symbol("FAN_OUT_1H", {"callees": callees, "calls": calls, "limit": threshold.value}),)
