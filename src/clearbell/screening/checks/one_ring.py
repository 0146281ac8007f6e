"""Ring once and hang up, so that people call back (响一声, regime 1.11)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import ENDED, Glance
from clearbell.screening.windows import H1


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & ENDED else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: of 20 calls that ended within an hour the caller hung up 18 within three seconds of ringing."""
    activity = case.activity
    threshold = case.pack.thresholds["one_ring_share_1h"]
    if activity is None or threshold.value is None:
        return NOT_APPLICABLE
    at = case.call.at
    ended = activity.ended(H1, at)
    if ended < max(1, threshold.min_sample):
        return NOT_APPLICABLE
    share = min(1.0, activity.one_ring(at) / ended)
    if share < threshold.value:
        return CLEAR
    return (Symbol("ONE_RING_1H", {"share": round(share, 2), "calls": ended, "limit": threshold.value}),)
