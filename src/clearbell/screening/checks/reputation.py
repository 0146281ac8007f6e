"""Complaints about the number, decayed to the time of the call (regime 1.27)."""

from __future__ import annotations

import math

from clearbell.calls import DAY, Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import LABEL, Glance


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & LABEL else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: 40 complaints last week; a year later they weigh next to nothing."""
    label = case.label
    limit = case.pack.limit("reputation_score")
    if label is None or limit is None:
        return NOT_APPLICABLE
    days = max(0, case.call.at - label.at) / DAY
    score = label.heat * math.exp2(-days / case.pack.label.heat_half_life_days)
    if score < limit:
        return CLEAR
    return (Symbol("REPUTATION", {"score": round(score, 1), "reporters": label.reporters, "limit": limit}),)
