"""Commercial calls outside the hours (regime 5.10)."""

from __future__ import annotations

from clearbell.calls import MINUTE, Symbol
from clearbell.numbering import NumberClass
from clearbell.policy.model import Pack
from clearbell.registry.model import Purpose
from clearbell.screening.case import CLEAR, NOT_APPLICABLE, Case, Outcome
from clearbell.screening.outline import CALL_CENTRE, HOLDER, Glance

_MINUTES = 24 * 60


def glance(outline: int, _pack: Pack) -> Glance:
    """What the check says of all calls of an outline."""
    return Glance.LOOK if outline & (HOLDER | CALL_CENTRE) else Glance.NOT_APPLICABLE


def look(case: Case) -> Outcome:
    """Example: a call centre's number at 22:30, local time of the pack."""
    resource = case.resource
    commercial = resource is not None and resource.purpose is Purpose.COMMERCIAL
    if not commercial and (resource is not None or case.caller_class is not NumberClass.CALL_CENTRE_95):
        return NOT_APPLICABLE
    window = case.pack.hours["commercial"]
    minute = (case.call.at // MINUTE + case.pack.utc_offset_minutes) % _MINUTES
    if window.start <= window.end:
        inside = window.start <= minute < window.end
    else:
        inside = minute >= window.start or minute < window.end
    if inside:
        return CLEAR
    local = f"{minute // 60:02d}:{minute % 60:02d}"
    return (Symbol("OUT_OF_HOURS", {"local_time": local, "window": str(window)}),)
