"""The states of an appeal: nothing but its table moves one, and a refused step changes nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import update

from cases.conftest import EVE, PACK, due
from clearbell.appeals.errors import AppealError
from clearbell.appeals.model import OPEN, PAPERS, TRANSITIONS, Appellant, Filed, Ground, State, Step, Subject, Undone
from clearbell.appeals.queries import appeal_of, story
from clearbell.appeals.service import (
    do_ask_papers,
    do_be_late,
    do_file,
    do_lapse,
    do_review,
    do_send_papers,
    do_settle,
    do_withdraw,
)
from clearbell.appeals.tables import appeal
from clearbell.calls import DAY, HOUR
from clearbell.ledger.verify import verify
from clearbell.lifecycles import CHINESE, IllegalStepError, mermaid
from clearbell.testing import MovableClock, fresh_store
from clearbell.vault import Kept

NUMBER = 8613800000066
DOCS = Path(__file__).resolve().parents[2] / "docs" / "appeals.md"


def filed(store, name="A", *, subject=Subject.SANCTION, ends=None, ground=Ground.MISTAKEN, statement="not me", **more):
    fact = Filed(
        name, subject, f"{name}/1", Appellant.SUBSCRIBER, ground, statement, NUMBER, filer="clerk",
        due=due(EVE, "appeal") if ends is None else ends, **more,
    )  # fmt: skip
    with store.act("test") as act:
        do_file(act, fact)


def paper(serial=1):
    return (f"p{serial}.pdf", Kept(f"{serial:064x}", "application/pdf", 10))


STEPS = {
    Step.REVIEW: lambda act: do_review(act, "A", officer="one"),
    Step.ASK_PAPERS: lambda act: do_ask_papers(act, "A", "the licence", due, officer="one"),
    Step.SEND_PAPERS: lambda act: do_send_papers(act, "A", [paper()]),
    Step.LAPSE: lambda act: do_lapse(act, "A"),
    Step.UPHOLD: lambda act: do_settle(act, "A", Step.UPHOLD, "so it is", Undone(), officer="two"),
    Step.REJECT: lambda act: do_settle(act, "A", Step.REJECT, "it is not so", Undone(), officer="two"),
    Step.WITHDRAW: lambda act: do_withdraw(act, "A"),
}


class Walk(RuleBasedStateMachine):
    """Any step at any time: the table says what becomes of it."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = MovableClock(EVE)
        self.store = fresh_store(Path(self.folder.name), self.clock)
        filed(self.store)
        self.state = State.RECEIVED
        self.steps = 0

    @rule(step=st.sampled_from(sorted(Step, key=lambda one: one.value)), hours=st.integers(0, 100))
    def take(self, step, hours):
        self.clock.move(hours * HOUR)
        head = self.store.head()
        before = self.row()
        known = TRANSITIONS.get((self.state, step))
        if known is None:
            with pytest.raises(IllegalStepError) as refusal, self.store.act("test") as act:
                STEPS[step](act)
            assert step.value in refusal.value.en
            assert CHINESE[step.value] in refusal.value.zh
            assert (self.store.head(), self.row()) == (head, before)
            return
        with self.store.act("test") as act:
            STEPS[step](act)
        self.state = known.to
        self.steps += 1

    @rule(step=st.sampled_from([Step.UPHOLD, Step.REJECT]))
    def whoever_filed_it_never_decides_it(self, step):
        head = self.store.head()
        with pytest.raises((AppealError, IllegalStepError)), self.store.act("test") as act:
            do_settle(act, "A", step, "so it is", Undone(), officer="clerk")
        assert self.store.head() == head

    def row(self):
        with self.store.read() as conn:
            return appeal_of(conn, "A")

    @invariant()
    def the_row_is_where_the_table_says(self):
        row = self.row()
        assert row.state == self.state.value
        assert bool(row.decided) is (self.state not in OPEN)
        assert bool(row.officer) is (self.state in (State.UPHELD, State.REJECTED))
        assert bool(row.papers_due) is (self.state is State.PAPERS_ASKED) or self.state not in OPEN

    def teardown(self):
        with self.store.read() as conn:
            assert len([line for line in story(conn, "A") if hasattr(line.fact, "step")]) == self.steps
        assert verify(self.store).fault is None
        self.store.close()
        self.folder.cleanup()


Walk.TestCase.settings = settings(
    max_examples=12, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)
test_any_walk_follows_the_table = Walk.TestCase


def test_every_step_out_of_an_open_state_has_an_act_and_ended_ones_have_none():
    assert {step for _, step in TRANSITIONS} == set(Step) == set(STEPS)
    assert {state for state, _ in TRANSITIONS} == OPEN
    assert all(not one.deadline or one.deadline in PACK.deadlines for one in TRANSITIONS.values())


def test_the_diagram_in_the_documentation_is_that_of_the_table():
    assert mermaid(TRANSITIONS, State.RECEIVED) in DOCS.read_text()


def test_while_papers_are_waited_for_the_time_to_decide_stands_still(store, clock):
    filed(store)
    ends = due(EVE, "appeal")
    clock.move(2 * DAY)
    with store.act("test") as act:
        asked = do_ask_papers(act, "A", "the licence", due, officer="one")
    assert asked.due == due(EVE + 2 * DAY, PAPERS)
    clock.move(3 * DAY)
    with store.act("test") as act:
        moved = do_send_papers(act, "A", [paper()])
    assert (moved.state, moved.due) == (State.REVIEWING, ends + 3 * DAY)
    with store.read() as conn:
        row = appeal_of(conn, "A")
    assert (row.due, row.papers_due, row.reviewer) == (ends + 3 * DAY, 0, "one")
    # Papers that nobody asked for stop nothing.
    with store.act("test") as act:
        assert do_send_papers(act, "A", [paper(2)]).due == ends + 3 * DAY


def test_one_without_a_deadline_has_none_after_papers_either(store, clock):
    filed(store, ends=0)
    with store.act("test") as act:
        do_ask_papers(act, "A", "the licence", lambda *_: 0, officer="one")
    clock.move(DAY)
    with store.act("test") as act:
        assert do_send_papers(act, "A", [paper()]).due == 0


def test_lateness_is_kept(store):
    filed(store)
    with store.act("test") as act:
        do_be_late(act, "A", EVE + 5)
    with store.read() as conn:
        assert appeal_of(conn, "A").late == 1
        assert story(conn, "A")[-1].fact.due == EVE + 5


def test_an_old_state_that_the_table_does_not_know_is_never_met(store):
    filed(store)
    with store.act("test") as act:
        act.conn.execute(update(appeal).values(state="upheld"))
    for step in STEPS.values():
        with pytest.raises(IllegalStepError), store.act("test") as act:
            step(act)
