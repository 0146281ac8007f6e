"""What call records say of a report."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR, MINUTE, SECOND
from clearbell.policy.model import ReportRules
from clearbell.records.model import CallRecord, Disposition
from clearbell.reports.judging import NOTHING_KNOWN, Look, judge
from clearbell.reports.matching import look_at
from clearbell.reports.model import Duration, Match, Reported, Standing, Why

CALLER, REPORTER = 8613800000001, 8613900000009
# Noon in China.
NOON = 1_790_568_000_000_000
RULES = ReportRules(trusted=("desk",))


def call(at=0, *, talk=20, out=False, disposition=None):
    """A call ``at`` µs from noon, from the reported number or, ``out``, to it."""
    caller, callee = (REPORTER, CALLER) if out else (CALLER, REPORTER)
    how = disposition or (Disposition.ANSWERED if talk else Disposition.UNANSWERED)
    return CallRecord("c", "switch", NOON + at, caller, callee, duration=talk * SECOND, disposition=how)


def report(at=0, *, after=HOUR, **more):
    return Reported("r", "portal", CALLER, NOON + at, NOON + at + after, REPORTER, **more)


def look(*calls, recorded=True, refused=0, **more):
    ordered = sorted(calls, key=lambda one: one.start)
    return look_at(report(**more), ordered, RULES, 480, recorded=recorded, refused=refused)


def test_a_call_at_about_the_time_told_matches_also_one_that_was_not_answered():
    assert look(call(40 * MINUTE)) == Look(Match.MATCHED)
    assert look(call(-40 * MINUTE, talk=0)) == Look(Match.MATCHED)
    assert look(call(disposition=Disposition.UNKNOWN)) == Look(Match.MATCHED)


@pytest.mark.parametrize(
    ("one", "more"),
    [
        (call(-5 * HOUR), {}),
        (call(disposition=Disposition.REFUSED), {}),
        (call(talk=20), {"duration": Duration.LONGER}),
    ],
    ids=["another hour of the day", "refused before it rang", "of another length"],
)
def test_a_call_that_is_not_quite_as_told_matches_loosely(one, more):
    assert look(one, **more).match is Match.LOOSE


def test_a_call_of_another_day_or_after_the_report_is_no_match():
    assert look(call(-2 * DAY)).match is Match.NONE
    assert look(call(2 * HOUR)).match is Match.NONE


def test_without_a_call_it_matters_whether_it_would_be_on_record():
    assert look().match is Match.NONE
    assert look(recorded=False).match is Match.NO_RECORDS


def test_two_who_talk_both_ways_may_have_a_private_dispute():
    both = [call(-day * DAY, out=out) for day in (1, 2) for out in (False, True)]
    assert look(call(), *both).private
    assert not look(call(), call(-DAY), call(-2 * DAY), call(-2 * DAY, out=True)).private
    assert not look(call(), *(call(-day * DAY, out=out, talk=0) for day in (1, 2) for out in (False, True))).private


def test_whoever_called_the_number_first_knows_it_unless_he_refused_it_since():
    first = call(-3 * DAY, out=True)
    assert look(first, call()).contact
    assert not look(first, call(), refused=NOON - DAY).contact
    assert look(first, call(), refused=NOON - 9 * DAY).contact


def test_ringing_back_a_number_that_rang_makes_no_acquaintance():
    assert not look(call(-3 * DAY, talk=0), call(-3 * DAY + HOUR, out=True), call()).contact


def judged(look=NOTHING_KNOWN, believed=1.0, unproven=0, **more):
    return judge(report(**more), look, believed, unproven, RULES)


def test_what_is_proven_weighs_more_than_what_is_only_said():
    weights = [
        judged(Look(Match.MATCHED)).weight,
        judged(Look(Match.LOOSE)).weight,
        judged(verified=True).weight,
        judged().weight,
    ]
    assert weights == [RULES.matched, RULES.loose, RULES.unrecorded, RULES.unproven]
    assert [judged(Look(Match.MATCHED)).proven, judged(verified=True).proven, judged().proven] == [True, True, False]


def test_reports_are_set_aside_each_with_its_reason():
    assert judged(Look(Match.NONE)).why is Why.NO_CALL
    assert judged(Look(Match.MATCHED, private=True)).why is Why.PRIVATE
    assert judged(Look(Match.MATCHED, contact=True)).why is Why.CONTACT
    assert judged(Look(Match.MATCHED), after=200 * DAY).why is Why.STALE
    assert judged(unproven=RULES.unproven_per_day).why is Why.BURST


def test_an_old_call_weighs_half_and_a_vote_may_come_from_an_acquaintance():
    assert judged(Look(Match.MATCHED), after=40 * DAY).weight == RULES.matched * RULES.old
    assert judged(Look(Match.MATCHED, contact=True), wanted=True).standing is Standing.COUNTED


def test_a_household_that_only_says_so_is_one_voice():
    assert judged(origin=77).voice == -77
    assert judged(Look(Match.MATCHED), origin=77).voice == REPORTER


looks = st.builds(Look, st.sampled_from(list(Match)), st.booleans(), st.booleans())


@given(looks, st.floats(0.1, 1.0), st.integers(0, 5), st.integers(0, 400), st.booleans(), st.booleans())
def test_whatever_is_known_a_report_counts_with_a_weight_or_lies_aside_with_a_reason(
    known, believed, unproven, days, wanted, verified
):
    made = judged(known, believed, unproven, after=days * DAY, wanted=wanted, verified=verified)
    if made.standing is Standing.COUNTED:
        assert 0 < made.weight <= RULES.matched
        assert made.why is Why.NOTHING
        assert not made.proven or believed >= RULES.credible
    else:
        assert made.standing is Standing.ASIDE
        assert (made.weight, made.proven) == (0.0, False)
        assert made.why is not Why.NOTHING
