"""What follows from a verdict: reporters learn, a confirmed case may be sanctioned, a cleared one undoes that."""

from __future__ import annotations

import pytest

from cases.conftest import EVE, PACK, RULES, SETTINGS, due, opened, report_matched
from clearbell.appeals.errors import OwnDecisionError
from clearbell.calls import HOUR
from clearbell.cases.errors import MergedCaseError, OtherTargetError, OwnCaseError, UnconfirmedError
from clearbell.cases.evidence import Sanction
from clearbell.cases.files import case_of, evidence_in
from clearbell.cases.merging import do_merge
from clearbell.cases.model import Opened, Source, Unit, UnitKind, Verdict, number_unit
from clearbell.cases.service import do_appeal, do_close, do_note, do_open, do_reopen, do_verify
from clearbell.desk.verdicts import do_confirm, do_find, do_sanction, do_settle_appeal
from clearbell.reports import do_file_reports
from clearbell.reports.model import Reported
from clearbell.reports.queries import reputation_of
from clearbell.reports.reporters import standings
from clearbell.sanctions.model import Rung, Target
from clearbell.sanctions.queries import restrictions
from clearbell.sanctions.service import SanctionError
from clearbell.testing import MovableClock, fresh_store

MARKETER, CLINIC = 8613800000066, 8657187000001
HONEST = [8613900000000 + place for place in range(5)]
FAN = 8613900000099
ONE, TWO, THREE = "officer-1", "officer-2", "officer-3"


@pytest.fixture
def clock():
    return MovableClock(EVE)


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def vote(store, number):
    with store.act("api") as act:
        at = act.at - HOUR
        do_file_reports(act, [Reported("vote", "api", number, at, act.at, FAN, wanted=True)], SETTINGS)


def confirmed(store, number=MARKETER, case="c1"):
    opened(store, number, case)
    with store.act("test") as act:
        do_verify(act, case, due, officer=ONE)
        do_note(act, case, "called back: they sell flats", RULES, officer=ONE)
        proposed = do_find(act, case, Verdict.CONFIRMED, "they sell flats", RULES, due, officer=ONE)
    assert (proposed.taught, proposed.wrong) == (0, ())
    with store.act("test") as act:
        return do_confirm(act, case, "", due, agrees=True, officer=TWO)


def sanction(store, case="c1", *, officer=THREE, rung=Rung.OUTGOING_BARRED, **more):
    with store.act("test") as act:
        return do_sanction(act, case, rung, "selling without consent", RULES, due, officer=officer, **more)


def in_force(store):
    with store.read() as conn:
        return [row.restriction for row in restrictions(conn, store.clock.now())]


def test_a_confirmed_verdict_teaches_who_was_right_and_who_was_wrong(store):
    report_matched(store, MARKETER, HONEST)
    vote(store, MARKETER)
    found = confirmed(store)
    assert (found.taught, found.wrong) == (6, (FAN,))
    with store.read() as conn:
        known = standings(conn, [*HONEST, FAN])
    assert known == dict.fromkeys(HONEST, (1, 0)) | {FAN: (0, 1)}


def test_a_cleared_verdict_tells_who_was_wrong_and_resets_nothing_by_itself(store):
    report_matched(store, CLINIC, HONEST)
    vote(store, CLINIC)
    with store.read() as conn:
        before = reputation_of(conn, CLINIC)
    opened(store, CLINIC)
    with store.act("test") as act:
        do_verify(act, "c1", due, officer=ONE)
        found = do_find(act, "c1", Verdict.CLEARED, "reminders of appointments", RULES, due, officer=ONE)
    assert (found.taught, found.wrong) == (6, tuple(HONEST))
    with store.read() as conn:
        assert reputation_of(conn, CLINIC) == before
        assert standings(conn, [FAN]) == {FAN: (1, 0)}


def test_the_same_verdict_again_teaches_only_of_calls_since(store, clock):
    report_matched(store, MARKETER, HONEST[:2])
    assert confirmed(store).taught == 2
    clock.move(3 * HOUR)
    report_matched(store, MARKETER, HONEST[2:3])
    with store.act("test") as act:
        do_reopen(act, "c1", "more came in", due, officer=ONE)
        do_find(act, "c1", Verdict.CONFIRMED, "still selling", RULES, due, officer=ONE)
        assert do_confirm(act, "c1", "", due, agrees=True, officer=TWO).taught == 1
    with store.read() as conn:
        assert standings(conn, HONEST) == dict.fromkeys(HONEST[:3], (1, 0))


@pytest.mark.parametrize("until", ["opened", "verifying", "proposed", "cleared", "inconclusive"])
def test_nothing_is_sanctioned_without_a_confirmed_verdict(store, until):
    opened(store, MARKETER)
    with store.act("test") as act:
        if until != "opened":
            do_verify(act, "c1", due, officer=ONE)
            do_note(act, "c1", "called back", RULES, officer=ONE)
        verdict = {"proposed": Verdict.CONFIRMED, "cleared": Verdict.CLEARED, "inconclusive": Verdict.INCONCLUSIVE}
        if until in verdict:
            do_find(act, "c1", verdict[until], "words", RULES, due, officer=ONE)
    head = store.head()
    with pytest.raises(UnconfirmedError) as refusal:
        sanction(store)
    assert "confirmed verdict" in refusal.value.en
    assert "认定" in refusal.value.zh
    assert in_force(store) == []
    assert store.head() == head


def test_a_confirmed_case_is_sanctioned_and_says_by_what(store):
    confirmed(store)
    fact = sanction(store)
    assert (fact.restriction, fact.target, fact.number) == ("c1/1", Target.NUMBER, MARKETER)
    assert in_force(store) == ["c1/1"]
    with store.read() as conn:
        assert case_of(conn, "c1").state == "sanctioned"
        assert [one.what for one in evidence_in(conn, "c1")][-1] == Sanction("c1/1", "outgoing_barred")
    assert sanction(store, rung=Rung.RATE_LIMIT, limit=5).restriction == "c1/2"
    with pytest.raises(SanctionError):
        sanction(store, rung=Rung.RATE_LIMIT)
    assert len(in_force(store)) == 2


def test_the_next_case_begins_with_what_was_put_in_force_before_and_does_not_lift_it(store, clock):
    confirmed(store)
    sanction(store)
    with store.act("test") as act:
        do_close(act, "c1", "done", due, officer=ONE)
    clock.move(HOUR)
    assert confirmed(store, case="c2").moved.state.value == "confirmed"
    with store.read() as conn:
        kept = [one.what for one in evidence_in(conn, "c2") if isinstance(one.what, Sanction)]
    assert kept == [Sanction("c1/1", "outgoing_barred")]
    assert sanction(store, "c2", rung=Rung.BARRED).restriction == "c2/1"
    with store.act("test") as act:
        do_reopen(act, "c2", "again", due, officer=ONE)
        found = do_find(act, "c2", Verdict.CLEARED, "a mistake", RULES, due, officer=ONE)
    assert found.lifted == ("c2/1",)
    assert in_force(store) == ["c1/1"]


def test_whoever_brought_the_case_does_not_sanction_it(store):
    confirmed(store)
    with pytest.raises(OwnCaseError) as refusal:
        sanction(store, officer="opener")
    assert "opener" in refusal.value.en
    assert in_force(store) == []


def test_a_sanction_falls_only_on_what_the_case_is_about(store):
    campaign = Unit(UnitKind.CAMPAIGN, "script-7")
    with store.act("test") as act:
        do_open(act, "c1", Opened(Source.OFFICER, campaign, (), "one script"), RULES, due, officer="opener")
    opened(store, MARKETER, "c2")
    with store.act("test") as act:
        do_merge(act, "c2", "c1", "it uses the script", RULES, officer=ONE)
        do_verify(act, "c1", due, officer=ONE)
        do_note(act, "c1", "called back", RULES, officer=ONE)
        do_find(act, "c1", Verdict.CONFIRMED, "one script", RULES, due, officer=ONE)
        do_confirm(act, "c1", "", due, agrees=True, officer=TWO)
    for unit in (None, number_unit(CLINIC)):
        with pytest.raises(OtherTargetError):
            sanction(store, unit=unit)
    with pytest.raises(MergedCaseError):
        sanction(store, "c2")
    assert sanction(store, unit=number_unit(MARKETER)).number == MARKETER


def test_an_upheld_appeal_lifts_everything_at_once(store):
    report_matched(store, MARKETER, HONEST)
    confirmed(store)
    sanction(store)
    sanction(store, rung=Rung.RATE_LIMIT, limit=5)
    with store.act("test") as act:
        do_appeal(act, "c1", "it was a clinic", due, officer=ONE)
    # Nobody who had a hand in the verdict or in a sanction decides about it.
    for who, why in (
        (ONE, "took part in the verdict of case c1"),
        (TWO, "took part in the verdict of case c1"),
        (THREE, "decided the sanction c1/1"),
    ):
        with pytest.raises(OwnDecisionError, match=why), store.act("test") as act:
            do_settle_appeal(act, "c1", "the recording is another's", due, upheld=False, officer=who)
    with store.act("test") as act:
        found = do_settle_appeal(act, "c1", "the recording is another's", due, upheld=True, officer="officer-4")
    assert found.lifted == ("c1/1", "c1/2")
    assert found.wrong == tuple(HONEST)
    assert in_force(store) == []
    with store.read() as conn:
        assert case_of(conn, "c1").state == "cleared"


def test_a_case_taken_up_again_and_cleared_lifts_what_was_in_force(store):
    confirmed(store)
    sanction(store)
    with store.act("test") as act:
        do_reopen(act, "c1", "new papers", due, officer=ONE)
        found = do_find(act, "c1", Verdict.CLEARED, "a mistake", RULES, due, officer=ONE)
    assert found.lifted == ("c1/1",)
    assert in_force(store) == []


def test_the_shipped_pack_asks_for_a_second_officer_before_anyone_is_punished():
    assert "confirmed" in PACK.cases.four_eyes
