from __future__ import annotations

import itertools
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR
from clearbell.reports.reputation import (
    REBASE_AFTER,
    Complaint,
    Reputation,
    ReputationSettings,
    Score,
    Voice,
    falls_below,
    new_scale,
    rebased,
    recount,
    score_at,
    wilson_lower_bound,
)

NOW = 20_000 * DAY
SETTINGS = ReputationSettings()
SCALE = new_scale(SETTINGS, NOW)
reports = st.lists(
    st.builds(
        Complaint,
        voice=st.integers(0, 4),
        at=st.integers(NOW - 3000 * DAY, NOW),
        weight=st.sampled_from([0.2, 1.0, 1.25]),
        proven=st.booleans(),
        wanted=st.booleans(),
    ),
    max_size=30,
)


def close(one: Reputation, other: Reputation) -> bool:
    exact = (one.reports, one.reporters, one.first_at, one.last_at)
    return exact == (other.reports, other.reporters, other.first_at, other.last_at) and all(
        math.isclose(getattr(one, name), getattr(other, name), rel_tol=1e-12) for name in ("heat", "evidence", "wanted")
    )


def test_a_complaint_halves_in_heat_after_14_days_and_in_evidence_after_125():
    at = SCALE.day(NOW) * DAY - 480 * 60_000_000
    one = recount(1, [Complaint(0, at)], SCALE)
    assert score_at(one, SCALE, at) == Score(1.0, 1.0)
    assert score_at(one, SCALE, at + 14 * DAY).heat == pytest.approx(0.5, rel=1e-12)
    assert score_at(one, SCALE, at + 125 * DAY).evidence == pytest.approx(0.5, rel=1e-12)


def test_days_are_cut_at_local_midnight_not_at_that_of_utc():
    midnight = (SCALE.day(NOW) + 1) * DAY - 8 * HOUR
    assert SCALE.day(midnight - 1) + 1 == SCALE.day(midnight)
    same_day = [Complaint(7, midnight), Complaint(7, midnight + DAY - 1)]
    assert recount(1, same_day, SCALE).reports == 1
    assert recount(1, [Complaint(7, midnight - 1), Complaint(7, midnight)], SCALE).reports == 2


def test_one_reporter_on_many_days_is_many_complaints_of_one_person_and_unknown_ones_are_persons_each():
    known = recount(1, [Complaint(7, NOW - day * DAY) for day in range(10)], SCALE)
    assert (known.reports, known.reporters) == (10, 1)
    unknown = recount(1, [Complaint(0, NOW)] * 10, SCALE)
    assert (unknown.reports, unknown.reporters) == (10, 10)


def test_complaining_again_keeps_a_voice_fresh_and_makes_it_no_heavier():
    once = recount(1, [Complaint(7, NOW)], SCALE)
    often = recount(1, [Complaint(7, NOW - day * DAY) for day in range(100)], SCALE)
    assert (often.heat, often.evidence) == (once.heat, once.evidence)
    two = recount(1, [Complaint(7, NOW), Complaint(8, NOW)], SCALE)
    assert two.evidence == pytest.approx(2 * once.evidence)


def test_votes_for_a_number_leave_its_complaints_and_lower_how_sure_they_make():
    complaints = [Complaint(voice, NOW) for voice in range(1, 6)]
    alone = recount(1, complaints, SCALE)
    voted = recount(1, [*complaints, *(Complaint(voice, NOW, wanted=True) for voice in range(11, 31))], SCALE)
    assert (voted.reports, voted.evidence) == (alone.reports, alone.evidence)
    assert score_at(voted, SCALE, NOW).confidence < 0.1 < 0.5 < score_at(alone, SCALE, NOW).confidence


@given(reports)
def test_complaints_added_one_by_one_come_to_what_a_recount_says(given_reports):
    voices, sums = {}, [0, 0, 0.0, 0.0, 0.0]
    for one in given_reports:
        voice = voices.setdefault(one.voice, Voice()) if one.voice else Voice()
        sums = [had + more for had, more in zip(sums, voice.add(one, SCALE), strict=True)]
    times = [one.at for one in given_reports if not one.wanted]
    kept = Reputation(1, sums[0], sums[1], sums[2], sums[3], min(times, default=0), max(times, default=0), sums[4])
    assert close(kept, recount(1, given_reports, SCALE))


@given(reports, st.randoms(use_true_random=False))
def test_the_order_of_reports_changes_nothing(given_reports, random):
    shuffled = list(given_reports)
    random.shuffle(shuffled)
    assert recount(1, given_reports, SCALE) == recount(1, shuffled, SCALE)


@given(reports, st.lists(st.integers(0, 4000 * DAY), min_size=2, max_size=5))
def test_scores_only_fall_between_complaints_and_never_below_nothing(given_reports, later):
    known = recount(1, given_reports, SCALE)
    scores = [score_at(known, SCALE, NOW + after) for after in sorted(later)]
    for earlier, after in itertools.pairwise(scores):
        assert 0.0 <= after.heat <= earlier.heat
        assert 0.0 <= after.evidence <= earlier.evidence


@given(reports, st.integers(0, 60))
def test_the_epoch_moves_without_a_digit_lost(given_reports, years):
    at = NOW + years * 366 * DAY
    moved = rebased(SCALE, at)
    if moved is None:
        assert (SCALE.days(at) - SCALE.heat_epoch) / SCALE.heat_days <= REBASE_AFTER + 1
        return
    scale, heat, evidence = moved
    known = recount(1, given_reports, SCALE)
    on_new = msgspec.structs.replace(known, heat=known.heat * heat, evidence=known.evidence * evidence)
    before, after = score_at(known, SCALE, at), score_at(on_new, scale, at)
    assert after.heat == pytest.approx(before.heat, rel=1e-9, abs=1e-300)
    assert after.evidence == pytest.approx(before.evidence, rel=1e-9)
    weights = scale.weights(scale.day(at))
    assert all(math.isfinite(weight) and weight > 0 for weight in weights)


def test_no_sum_overflows_in_two_hundred_years_of_complaints():
    scale, heat = new_scale(SETTINGS, NOW), 0.0
    for year in range(200):
        at = NOW + year * 365 * DAY
        while (moved := rebased(scale, at)) is not None:
            scale, factor, _ = moved
            heat *= factor
        heat += scale.weights(scale.day(at))[0]
        assert math.isfinite(heat)
        assert 1.0 <= heat * scale.fading(scale.day(at) * DAY - 8 * HOUR)[0] < 1.001


@given(st.lists(st.integers(NOW - 300 * DAY, NOW), min_size=1, max_size=20), st.floats(0.1, 5))
def test_the_time_at_which_evidence_fades_to_a_threshold_is_told_beforehand(times, threshold):
    known = recount(1, [Complaint(0, at) for at in times], SCALE)
    at = falls_below(known.evidence, SCALE, threshold)
    assert score_at(known, SCALE, at).evidence == pytest.approx(threshold, rel=1e-6)
    assert falls_below(0.0, SCALE, threshold) == 0


@pytest.mark.parametrize(
    ("positive", "negative", "expected"),
    # The interval's usual tables: 2 of 2, 10 of 10, 1000 of 1000, and halves.
    [(0, 0, 0.0), (2, 0, 0.3424), (10, 0, 0.7225), (1000, 0, 0.9962), (1000, 998, 0.4786), (0, 5, 0.0), (5, 5, 0.2366)],
)
def test_the_wilson_bound_is_that_of_the_two_sided_95_percent_interval(positive, negative, expected):
    assert wilson_lower_bound(positive, negative) == pytest.approx(expected, abs=5e-4)
