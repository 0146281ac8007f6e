"""What a report counts for, from what is known of its call and its reporter. Pure."""

from __future__ import annotations

import msgspec

from clearbell.calls import DAY
from clearbell.policy.model import ReportRules
from clearbell.reports.model import Match, Reported, Standing, Weighed, Why

DIRECT = frozenset({"607", "code"})
"""Sources that tell of a call as part of it: it needs no looking for."""


class Look(msgspec.Struct, frozen=True):
    """What the call records say of a report."""

    match: Match
    private: bool = False
    """The two talk with each other, both ways."""
    contact: bool = False
    """The reporter had called the number and talked, and had not refused it since."""
    trunk: str = ""
    """On which the call came in; empty: the records do not tell."""


NOTHING_KNOWN = Look(Match.NO_RECORDS)


def credibility(right: int, wrong: int, rules: ReportRules) -> float:
    """How far a reporter is believed, from the verdicts on what he reported: 1 until the first against him."""
    believed = rules.credit + right
    return max(rules.least_credibility, believed / (believed + rules.refuted * wrong))


def waits(one: Reported, rules: ReportRules, *, records: bool) -> bool:
    """Whether a report cannot be weighed when it comes in: its call is to be looked for, or others like it counted.

    ``records``: whether there are call records at all.
    """
    if one.source in DIRECT or not one.reporter:
        return False
    return records or not (one.source in rules.trusted or one.verified)


def may_be_unproven(one: Reported, look: Look, rules: ReportRules) -> bool:
    """Whether nothing but its reporter's word may speak for a report."""
    return look.match is Match.NO_RECORDS and not (one.source in rules.trusted or one.verified)


def judge(one: Reported, look: Look, believed: float, unproven_today: int, rules: ReportRules) -> Weighed:
    """What a report counts for. ``believed``: the reporter's credibility.

    ``unproven_today``: unproven reports about the number and local day that count already.
    """
    age = one.received - one.at
    if age > rules.stale_days * DAY:
        return _aside(one, look.match, Why.STALE)
    if look.match is Match.NONE:
        return _aside(one, look.match, Why.NO_CALL)
    if not one.wanted and look.private:
        return _aside(one, look.match, Why.PRIVATE)
    if not one.wanted and look.contact:
        return _aside(one, look.match, Why.CONTACT)
    proven = True
    if look.match is Match.MATCHED:
        weight = rules.matched
    elif look.match is Match.LOOSE:
        weight = rules.loose
    elif one.source in rules.trusted or one.verified:
        weight = rules.unrecorded
    else:
        if unproven_today >= rules.unproven_per_day:
            return _aside(one, look.match, Why.BURST)
        weight, proven = rules.unproven, False
    if age > rules.complaint_days * DAY:
        weight *= rules.old
    return Weighed(
        one.report,
        one.number,
        Standing.COUNTED,
        look.match,
        weight=weight * believed,
        proven=proven and believed >= rules.credible,
        # A household that only says so is one voice; whose call is on record speaks for himself.
        voice=-one.origin if one.origin and not proven else one.reporter,
    )


def _aside(one: Reported, match: Match, why: Why) -> Weighed:
    return Weighed(one.report, one.number, Standing.ASIDE, match, why, voice=one.reporter)
