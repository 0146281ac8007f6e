"""Calls too many in a minute or an hour (regime 8.1)."""

from __future__ import annotations

from clearbell.calls import Symbol
from clearbell.policy.model import Pack
from clearbell.screening.case import NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import ACTIVE, BUSY, Glance
from clearbell.screening.windows import H1, M1


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    if not outline & ACTIVE:
        return Glance.NOT_APPLICABLE
    return Glance.LOOK if outline & BUSY else Glance.CLEAR


def look(case: Case) -> Outcome:
    """Example: the 61st call of a number within an hour."""
    activity = case.activity
    if activity is None:
        return NOT_APPLICABLE
    found: list[Symbol] = []
    at = case.call.at
    limit = case.pack.limit("burst_1m")
    if limit is not None:
        calls = activity.attempts(M1, at)
        if calls >= limit:
            found.append(Symbol("BURST_1M", {"calls": calls, "limit": limit}))
    limit = case.pack.limit("frequency_1h")
    if limit is not None:
        calls = activity.attempts(H1, at)
        if calls >= limit:
            found.append(Symbol("HIGH_FREQUENCY_1H", {"calls": calls, "limit": limit}))
    return tuple(found)
