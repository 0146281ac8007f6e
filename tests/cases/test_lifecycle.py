"""Cases go by their table and by nothing else: an illegal step says so and changes nothing."""

from __future__ import annotations

import itertools
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cases.conftest import EVE, PACK, RULES, due, opened
from clearbell.calls import DAY
from clearbell.cases.errors import CaseError, NoProofError, SameOfficerError, SecondNeededError, WordsNeededError
from clearbell.cases.evidence import Evidence, VerificationCall
from clearbell.cases.files import case_of
from clearbell.cases.model import DEADLINES, STEP_OF, TRANSITIONS, State, Step, Verdict
from clearbell.cases.queries import queue
from clearbell.cases.service import (
    do_add_evidence,
    do_appeal,
    do_close,
    do_decide_appeal,
    do_note,
    do_overturn,
    do_reopen,
    do_second,
    do_verdict,
    do_verify,
)
from clearbell.cases.tables import case_evidence, case_file
from clearbell.desk.verdicts import do_sanction
from clearbell.lifecycles import IllegalStepError, mermaid, move
from clearbell.sanctions.model import Rung
from clearbell.testing import MovableClock, fresh_store

ONE, TWO, THREE = "officer-1", "officer-2", "officer-3"
PROOF = Evidence(VerificationCall("answered", 20), EVE, "verification", "t1")


def take(act, case, step, rules=RULES):
    """Take a step of a case by the door that leads to it."""
    match step:
        case Step.VERIFY:
            do_verify(act, case, due, officer=ONE)
        case Step.PROPOSE:
            do_verdict(act, case, Verdict.CONFIRMED, "they sell flats", rules, due, officer=ONE)
        case Step.CONFIRM:
            do_second(act, case, "", due, agrees=True, officer=TWO)
        case Step.RETURN:
            do_second(act, case, "call again", due, agrees=False, officer=TWO)
        case Step.CLEAR:
            do_verdict(act, case, Verdict.CLEARED, "a clinic", rules, due, officer=ONE)
        case Step.LEAVE_OPEN:
            do_verdict(act, case, Verdict.INCONCLUSIVE, "nobody answers", rules, due, officer=ONE)
        case Step.SANCTION:
            do_sanction(act, case, Rung.OUTGOING_BARRED, "selling without consent", rules, due, officer=THREE)
        case Step.APPEAL:
            do_appeal(act, case, "they appeal", due, officer=ONE)
        case Step.DISMISS:
            do_decide_appeal(act, case, "no grounds", due, upheld=False, officer=TWO)
        case Step.OVERTURN:
            do_overturn(act, case, "a mistake", due, officer=TWO)
        case Step.CLOSE:
            do_close(act, case, "done", due, officer=ONE)
        case Step.REOPEN:
            do_reopen(act, case, "new facts", due, officer=ONE)


def picture(store):
    """Everything that a step could change."""
    with store.read() as conn:
        rows = [tuple(row) for table in (case_file, case_evidence) for row in conn.execute(select(table))]
    return rows, store.head()


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """One store for all walks, each about a number of its own."""
    store = fresh_store(tmp_path_factory.mktemp("walks"), MovableClock(EVE))
    yield store, itertools.count(1)
    store.close()


def legal_steps(state):
    """Steps that can be taken by those doors under the shipped pack."""
    steps = {step for was, step in TRANSITIONS if was is state}
    if state is State.VERIFYING:
        # Confirming by one officer alone is for packs that ask for no second one.
        steps -= {Step.CONFIRM}
    if state is State.PROPOSED:
        # What waits is a proposal to confirm: the second officer confirms or returns it.
        steps -= {Step.CLEAR, Step.LEAVE_OPEN}
    return sorted(steps, key=lambda step: step.value)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_walk_takes_the_steps_of_the_table_and_no_other(walked, data):
    store, serial = walked
    place = next(serial)
    case = f"w{place}"
    opened(store, 8613000000000 + place, case)
    with store.act("test") as act:
        do_add_evidence(act, case, PROOF, RULES)
    state = State.OPENED
    for _ in range(data.draw(st.integers(1, 10), "steps")):
        legal = data.draw(st.booleans(), "legal")
        step = data.draw(st.sampled_from(legal_steps(state) if legal else list(Step)), "step")
        before = picture(store)
        if step in legal_steps(state):
            with store.act("test") as act:
                take(act, case, step)
            state = TRANSITIONS[state, step].to
        else:
            with pytest.raises((IllegalStepError, CaseError)) as refusal, store.act("test") as act:
                take(act, case, step)
            assert refusal.value.zh
            assert refusal.value.en
            assert picture(store) == before
        with store.read() as conn:
            assert State(case_of(conn, case).state) is state


def test_an_appeal_that_nobody_made_is_not_upheld(walked):
    store, serial = walked
    place = next(serial)
    case = f"w{place}"
    opened(store, 8613000000000 + place, case)
    with store.act("test") as act:
        do_add_evidence(act, case, PROOF, RULES)
        for step in (Step.VERIFY, Step.PROPOSE, Step.CONFIRM):
            take(act, case, step)
    before = picture(store)
    with (
        pytest.raises(IllegalStepError, match=r"`overturn` is not possible while it is `confirmed`"),
        store.act("t") as act,
    ):
        do_decide_appeal(act, case, "a mistake", due, upheld=True, officer=TWO)
    assert picture(store) == before


def test_every_state_but_the_last_is_left_and_every_deadline_is_the_packs():
    left = {state for state, _ in TRANSITIONS}
    assert left == set(State)
    for transition in TRANSITIONS.values():
        assert not transition.deadline or transition.deadline in PACK.deadlines
    assert set(DEADLINES.values()) <= set(PACK.deadlines)


def test_the_manual_shows_the_table_as_it_is():
    docs = Path(__file__).resolve().parents[2] / "docs" / "cases.md"
    assert mermaid(TRANSITIONS, State.OPENED) in docs.read_text()


def test_no_way_leads_to_a_sanction_but_through_a_confirmed_verdict():
    ways = {state for (state, step), to in TRANSITIONS.items() if step is Step.SANCTION}
    assert ways == {State.CONFIRMED, State.SANCTIONED}
    into = {state for (state, _), to in TRANSITIONS.items() if to.to is State.CONFIRMED}
    assert into == {State.VERIFYING, State.PROPOSED}
    with pytest.raises(IllegalStepError):
        move(TRANSITIONS, State.OPENED, STEP_OF[Verdict.CONFIRMED])


def state(store):
    with store.read() as conn:
        return case_of(conn, "c1")


@pytest.fixture
def verifying(store):
    opened(store)
    with store.act("test") as act:
        do_verify(act, "c1", due, officer=ONE)
    return store


def test_whoever_proposed_a_verdict_does_not_confirm_it(verifying):
    with verifying.act("test") as act:
        do_note(act, "c1", "called back: flats", RULES, officer=ONE)
        do_verdict(act, "c1", Verdict.CONFIRMED, "they sell flats", RULES, due, officer=ONE)
    assert state(verifying).state == "proposed"
    with pytest.raises(SameOfficerError) as refusal, verifying.act("test") as act:
        do_second(act, "c1", "", due, agrees=True, officer=ONE)
    assert "second officer" in refusal.value.en
    assert state(verifying).state == "proposed"
    with verifying.act("test") as act:
        do_second(act, "c1", "", due, agrees=True, officer=TWO)
    row = state(verifying)
    assert (row.state, row.verdict, row.proposer, row.words) == ("confirmed", "confirmed", ONE, "they sell flats")


def test_a_second_officer_who_does_not_agree_sends_it_back_with_reasons(verifying):
    with verifying.act("test") as act:
        do_note(act, "c1", "called back", RULES, officer=ONE)
        do_verdict(act, "c1", Verdict.CONFIRMED, "they sell flats", RULES, due, officer=ONE)
    with pytest.raises(WordsNeededError), verifying.act("test") as act:
        do_second(act, "c1", " ", due, agrees=False, officer=TWO)
    with verifying.act("test") as act:
        do_second(act, "c1", "listen to the recording first", due, agrees=False, officer=TWO)
    row = state(verifying)
    assert (row.state, row.verdict, row.proposer) == ("verifying", "", "")


def test_without_a_proposal_there_is_nothing_to_confirm(verifying):
    with pytest.raises(SecondNeededError), verifying.act("test") as act:
        do_second(act, "c1", "", due, agrees=True, officer=TWO)


def test_reports_alone_confirm_nothing(verifying):
    with pytest.raises(NoProofError) as refusal, verifying.act("test") as act:
        do_verdict(act, "c1", Verdict.CONFIRMED, "so many complain", RULES, due, officer=ONE)
    assert "test-call" in refusal.value.en
    assert state(verifying).state == "verifying"


def test_a_verdict_needs_the_officers_words(verifying):
    for verdict in Verdict:
        with pytest.raises(WordsNeededError), verifying.act("test") as act:
            do_verdict(act, "c1", verdict, "  ", RULES, due, officer=ONE)


def test_where_the_pack_asks_for_one_officer_one_confirms(verifying):
    alone = msgspec.structs.replace(RULES, four_eyes=())
    with verifying.act("test") as act:
        do_note(act, "c1", "called back", alone, officer=ONE)
        do_verdict(act, "c1", Verdict.CONFIRMED, "they sell flats", alone, due, officer=ONE)
    assert state(verifying).state == "confirmed"


def test_where_the_pack_asks_for_it_a_cleared_verdict_waits_for_a_second_officer_too(verifying):
    careful = msgspec.structs.replace(RULES, four_eyes=("confirmed", "cleared"))
    with verifying.act("test") as act:
        do_verdict(act, "c1", Verdict.CLEARED, "a clinic", careful, due, officer=ONE)
    assert state(verifying).state == "proposed"
    with verifying.act("test") as act:
        do_second(act, "c1", "", due, agrees=True, officer=TWO)
    row = state(verifying)
    assert (row.state, row.verdict, row.found) == ("cleared", "cleared", EVE)


def test_deadlines_are_working_days_and_overdue_cases_come_first_of_their_urgency(store, clock):
    opened(store)
    row = state(store)
    # 1 to 7 October are the holiday; 8, 9 are worked, and the Saturday after.
    assert row.due == due(EVE, "case_verify")
    assert row.due - EVE > 9 * DAY
    with store.read() as conn:
        assert queue(conn, row.due - 1, overdue=True) == []
        assert [one.case for one in queue(conn, row.due + 1, overdue=True)] == ["c1"]
    clock.move(DAY)
    with store.act("test") as act:
        do_verify(act, "c1", due, officer=ONE)
    assert state(store).due == due(EVE + DAY, "case_verdict")
    with store.act("test") as act:
        do_verdict(act, "c1", Verdict.INCONCLUSIVE, "nobody answers", RULES, due, officer=ONE)
    assert state(store).due == 0


def test_every_step_is_sealed_for_what_the_case_is_about(store):
    opened(store)
    with store.act("test") as act:
        do_verify(act, "c1", due, officer=ONE)
    entries = store.entries(0, ["cases.opened", "cases.evidence", "cases.moved", "cases.tended"])
    assert {entry.kind for entry in entries} == {"cases.opened", "cases.evidence", "cases.moved", "cases.tended"}
    with store.act("test") as act:
        assert act.erase(8613800000001) == len(entries)
    assert all(raw is None for entry in store.entries(0, [entry.kind for entry in entries]) for raw in entry.facts)
