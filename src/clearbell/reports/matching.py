"""What the call records say of a report: whether there was such a call, and how the two know each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from clearbell.calls import DAY, MINUTE
from clearbell.policy.model import ReportRules
from clearbell.records.model import CallRecord, Disposition
from clearbell.reports.judging import Look
from clearbell.reports.model import Duration, Match, Reported

_NEVER_RANG = frozenset({Disposition.REFUSED, Disposition.FAILED})


def look_at(
    one: Reported,
    calls: Sequence[CallRecord],
    rules: ReportRules,
    utc_offset_minutes: int,
    *,
    recorded: bool,
    refused: int = 0,
) -> Look:
    """What is known of a report.

    ``calls``: all on record between the two, either way, oldest first, from :attr:`ReportRules.private_days` before
    the report to its receipt. ``recorded``: whether such a call would be on record. ``refused``: when
    the reporter last refused the number or its holder, µs UTC; 0: never.
    """
    inbound = [call for call in calls if call.caller == one.number and call.start <= one.received]
    outbound = [call for call in calls if call.callee == one.number and call.start <= one.received]
    if not inbound:
        return Look(Match.NONE if recorded else Match.NO_RECORDS)
    talks = (sum(call.answered for call in inbound), sum(call.answered for call in outbound))
    # Whoever rings back a number that rang him is no acquaintance of it: only a talk that he began is.
    known = [call for call in outbound if call.answered and call.start < inbound[0].start]
    match = _match(one, inbound, rules, utc_offset_minutes)
    nearest = min(inbound, key=lambda call: abs(call.start - one.at))
    return Look(
        match,
        private=min(talks) >= rules.private_talks,
        contact=any(call.start >= refused for call in known),
        trunk=nearest.trunk if match is not Match.NONE else "",
    )


def _match(one: Reported, inbound: Sequence[CallRecord], rules: ReportRules, utc_offset_minutes: int) -> Match:
    near = [call for call in inbound if abs(call.start - one.at) <= rules.match_minutes * MINUTE]
    if any(call.disposition not in _NEVER_RANG and _as_long(one.duration, call) for call in near):
        return Match.MATCHED
    offset = utc_offset_minutes * MINUTE
    day = (one.at + offset) // DAY
    same_day = any((call.start + offset) // DAY == day for call in inbound)
    return Match.LOOSE if near or same_day else Match.NONE


def _as_long(told: Duration, call: CallRecord) -> bool:
    if told is Duration.UNKNOWN or call.disposition is Disposition.UNKNOWN:
        return True
    return told is band_of(call.duration)


def band_of(duration: int) -> Duration:
    """The band of a talk time in µs."""
    if duration < 3 * MINUTE:
        return Duration.UNDER_3
    return Duration.UNDER_10 if duration <= 10 * MINUTE else Duration.LONGER
