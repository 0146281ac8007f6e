from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearbell.calls import DAY
from clearbell.ledger.verify import verify
from clearbell.reports import (
    Filed,
    ReputationSettings,
    do_file_reports,
    do_forget_number,
    do_rebuild_reputation,
    do_withdraw_report,
    score_at,
)
from clearbell.reports.model import FACTS, Reported, ReportWithdrawn
from clearbell.reports.queries import hottest, reports_about, reputation_of, scale_of, totals
from clearbell.reports.refusals import (
    RefusedHalfLivesError,
    RefusedReportFieldsError,
    RefusedUnknownReportError,
    RefusedWithdrawnReportError,
)
from clearbell.reports.reputation import Complaint, recount
from clearbell.reports.tables import report, reputation

NUMBER = 8613800000001


def file(store, *reports, **options):
    with store.act("desk:test") as act:
        return do_file_reports(act, reports, **options)


def known(store, number=NUMBER):
    with store.read() as conn:
        return reputation_of(conn, number)


def counted(store, number=NUMBER):
    with store.read() as conn:
        rows = [
            Complaint(r.weighed.voice, r.reported.at, r.weighed.weight, r.weighed.proven, r.reported.wanted)
            for r in reports_about(conn, number, 999)
            if r.counts
        ]
        return recount(number, rows, scale_of(conn))


def same(one, other):
    assert (one.reports, one.reporters, one.first_at, one.last_at) == (
        other.reports,
        other.reporters,
        other.first_at,
        other.last_at,
    )
    assert math.isclose(one.heat, other.heat, rel_tol=1e-12)
    assert math.isclose(one.evidence, other.evidence, rel_tol=1e-12)


def test_a_report_is_stored_sealed_in_the_ledger_and_counts(store, reported, clock):
    one = reported("r1", category="loans", area="021")
    assert file(store, one) == Filed(1, 0)
    (entry,) = store.entries(0)
    assert (entry.kind, list(entry.decode(FACTS))) == ("reports.received", [one])
    with store.read() as conn:
        assert reports_about(conn, NUMBER)[0].reported == one
        assert [r.number for r in hottest(conn)] == [NUMBER]
        score = score_at(known(store), scale_of(conn), clock.now())
    assert 0.9 < score.heat < score.evidence <= 1.0


def test_the_same_report_again_adds_nothing_and_leaves_no_entry(store, reported):
    file(store, reported("r1"))
    before = known(store)
    assert file(store, reported("r1"), reported("r1")) == Filed(0, 2)
    assert known(store) == before
    assert store.head() == 1
    assert file(store, reported("r2"), reported("r2")) == Filed(1, 1)


def test_the_same_reporter_number_and_day_is_one_complaint_across_files(store, reported):
    assert file(store, reported("r1", reporter=86139), reported("r2", reporter=86139)) == Filed(2, 0, folded=1)
    assert file(store, reported("r3", reporter=86139)) == Filed(1, 0, folded=1)
    assert (known(store).reports, known(store).reporters) == (1, 1)
    assert file(store, reported("r4", reporter=86139, days_ago=3)) == Filed(1, 0)
    assert file(store, reported("r5", reporter=86138), reported("r6"), reported("r7")) == Filed(3, 0)
    assert (known(store).reports, known(store).reporters) == (5, 4)
    same(known(store), counted(store))


def test_a_withdrawn_report_leaves_no_trace_in_the_scores(store, reported):
    file(store, reported("r1", days_ago=9))
    before = known(store)
    file(store, reported("r2", days_ago=2))
    with store.act("desk:test") as act:
        assert do_withdraw_report(act, "r2") == ReportWithdrawn("r2", NUMBER)
    assert known(store) == before
    with store.act("desk:test") as act:
        do_withdraw_report(act, "r1")
    gone = known(store)
    assert (gone.reports, gone.reporters, gone.heat, gone.evidence) == (0, 0, 0.0, 0.0)
    assert [entry.kind for entry in store.entries(0)][-1] == "reports.withdrawn"
    with store.read() as conn:
        assert totals(conn).withdrawn == 2


def test_when_the_counted_one_of_two_is_withdrawn_the_folded_one_counts(store, reported):
    file(store, reported("r1", reporter=86139), reported("r2", reporter=86139))
    before = known(store)
    with store.act("desk:test") as act:
        do_withdraw_report(act, "r1")
    assert known(store) == before


def test_a_withdrawn_report_filed_again_under_its_id_stays_withdrawn(store, reported):
    file(store, reported("r1"))
    with store.act("desk:test") as act:
        do_withdraw_report(act, "r1")
    assert file(store, reported("r1")) == Filed(0, 1)
    assert known(store).reports == 0


def test_what_cannot_be_withdrawn_is_refused_in_words(store, reported):
    file(store, reported("r1"))
    with pytest.raises(RefusedUnknownReportError, match="there is no report r9"), store.act("desk:test") as act:
        do_withdraw_report(act, "r9")
    with store.act("desk:test") as act:
        do_withdraw_report(act, "r1")
    with pytest.raises(RefusedWithdrawnReportError) as caught, store.act("desk:test") as act:
        do_withdraw_report(act, "r1")
    assert caught.value.zh == "举报 r1 已经撤回"


def test_everything_wrong_with_reports_is_told_at_once_and_nothing_is_stored(store, reported):
    with pytest.raises(RefusedReportFieldsError) as caught:
        file(store, reported("r1"), reported("", number=0, days_ago=-3, reporter=-1, area="x" * 99))
    assert {(place, cell.column, cell.code) for place, cell in caught.value.faults} == {
        (1, "report", "id"),
        (1, "number", "number"),
        (1, "at", "future"),
        (1, "received", "future"),
        (1, "reporter", "number"),
        (1, "area", "long"),
    }
    assert known(store) is None
    assert store.head() == 0


def test_scores_of_other_half_lives_are_not_mixed_and_a_rebuild_makes_them_anew(store, reported):
    file(store, reported("r1", days_ago=28))
    other = ReputationSettings(heat_days=7.0)
    with pytest.raises(RefusedHalfLivesError, match="clearbell reports rebuild"):
        file(store, reported("r2"), settings=other)
    with store.act("desk:test") as act:
        assert do_rebuild_reputation(act, other) == 1
    assert file(store, reported("r2"), settings=other) == Filed(1, 0)
    same(known(store), counted(store))


def test_after_ten_years_the_epoch_has_moved_and_scores_go_on(store, reported, clock):
    file(store, reported("r1"))
    clock.move(4000 * DAY)
    file(store, reported("r2"))
    same(known(store), counted(store))
    with store.read() as conn:
        score = score_at(known(store), scale_of(conn), clock.now())
    assert score.heat == pytest.approx(0.9, abs=0.1)


def test_a_person_is_forgotten_without_changing_what_is_known_of_others(store, reported):
    person = 8613900000009
    file(store, reported("r1", reporter=person), reported("r2", reporter=person), reported("r3", number=person))
    before = known(store)
    with store.act("cli:test") as act:
        assert do_forget_number(act, person) == 3
    assert known(store, person) is None
    assert known(store) == before
    same(known(store), counted(store))
    with store.read() as conn:
        assert person not in {r.reported.reporter for r in reports_about(conn, NUMBER)}


def test_a_forgotten_reporter_is_nowhere_in_the_ledger_which_still_verifies(store, reported):
    person = 8613900000009
    file(store, reported("r1", reporter=person), reported("r2", reporter=person + 1))
    with store.act("cli:test") as act:
        do_forget_number(act, person)
        act.erase(person)
    facts = [fact for entry in store.entries(0) for fact in entry.facts if fact is not None]
    assert not any(str(person).encode() in fact for fact in facts)
    assert any(str(person + 1).encode() in fact for fact in facts)
    result = verify(store)
    assert (result.fault, result.erased) == (None, 1)


steps = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 3), st.integers(0, 3), st.integers(0, 5), st.booleans()), max_size=25
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_sums_kept_report_by_report_are_those_of_a_recount_whatever_happens(store, clock, steps):
    with store.engine.begin() as conn:
        conn.execute(report.delete())
        conn.execute(reputation.delete())
    standing = set()
    for name, number, reporter, days, withdraw in steps:
        one = f"r{name}"
        if withdraw and one in standing:
            with store.act("desk:test") as act:
                do_withdraw_report(act, one)
            standing.discard(one)
        else:
            at = clock.now() - days * DAY
            if file(store, Reported(one, "desk", number, at, at, reporter)).stored:
                standing.add(one)
    kept = {number: known(store, number) for number in (1, 2, 3)}
    for number, row in kept.items():
        if row is not None:
            same(row, counted(store, number))
    with store.act("cli:test") as act:
        do_rebuild_reputation(act, ReputationSettings())
    for number, row in kept.items():
        if row is not None:
            assert known(store, number) == counted(store, number)
