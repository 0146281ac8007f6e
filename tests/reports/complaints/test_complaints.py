"""Complaints are passed on and answered within the pack's working days; an illegal step changes nothing."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError
from clearbell.policy.deadlines import due_after
from clearbell.policy.pack import builtin_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.reports import do_file_reports, do_forget_number, do_withdraw_report
from clearbell.reports.complaints.model import DEADLINES, FACTS, TRANSITIONS, State, Step
from clearbell.reports.complaints.service import complaint_of, complaints_open, do_answer, do_forward, do_handle
from clearbell.reports.model import Reported
from clearbell.reports.refusals import RefusedNoComplaintError, RefusedNoProviderError, RefusedWordsError
from clearbell.reports.settings import reputation_settings
from clearbell.testing import MovableClock, fresh_store

PACK = builtin_pack("cn")
SETTINGS = reputation_settings(PACK)
WORKDAYS = builtin_workdays("cn")
NUMBER, REPORTER = 8613800000001, 8613900000009
# A Wednesday afternoon before the long holiday of October 2026.
EVE = int(datetime.datetime(2026, 9, 30, 7, tzinfo=datetime.UTC).timestamp()) * 1_000_000


def due(at, name):
    return due_after(at, name, PACK, WORKDAYS)


@pytest.fixture
def clock():
    return MovableClock(EVE)


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def report(clock, name="r1", *, reporter=REPORTER, days_ago=0.1, source="api", wanted=False):
    at = clock.now() - int(days_ago * DAY)
    return Reported(name, source, NUMBER, at, clock.now(), reporter, wanted=wanted)


def file(store, *reports):
    with store.act("api") as act:
        return do_file_reports(act, reports, SETTINGS, due=due)


def state(store, name="r1"):
    with store.read() as conn:
        row = complaint_of(conn, name)
    return None if row is None else (State(row.state), day(row.due))


def day(at):
    return datetime.datetime.fromtimestamp((at - 1) / 1e6, datetime.timezone(datetime.timedelta(hours=8))).date()


def test_a_complaint_before_a_holiday_is_passed_on_within_three_working_days_after_it(store, clock):
    file(store, report(clock))
    first = datetime.date(2026, 9, 30)
    assert state(store) == (State.RECEIVED, WORKDAYS.add(first, 3))
    assert WORKDAYS.add(first, 3) > datetime.date(2026, 10, 8)
    with store.act("desk") as act:
        do_forward(act, "r1", "carrier-1", due, officer="an officer")
    assert state(store) == (State.FORWARDED, WORKDAYS.add(first, 15))
    clock.move(20 * DAY)
    with store.act("desk") as act:
        do_handle(act, "r1", "outgoing calls barred", due)
    handled = datetime.date(2026, 10, 20)
    assert state(store) == (State.HANDLED, WORKDAYS.add(handled, 3))
    with store.act("desk") as act:
        do_answer(act, "r1", "the caller may not call out any more", due)
    assert state(store)[0] is State.ANSWERED
    kinds = [fact.state for e in store.entries(0) if e.kind == "reports.complaint" for fact in e.decode(FACTS)]
    assert kinds == [State.RECEIVED, State.FORWARDED, State.HANDLED, State.ANSWERED]
    assert verify(store).fault is None


@pytest.mark.parametrize(
    "more",
    [{"reporter": 0}, {"days_ago": 31}, {"source": "csv"}, {"source": "607"}, {"wanted": True}],
    ids=["nobody to answer", "too long ago", "a sender's list", "a phone's answer", "a vote"],
)
def test_a_mere_report_counts_and_is_owed_no_answer(store, clock, more):
    assert file(store, report(clock, **more)).stored == 1
    assert state(store) is None
    with pytest.raises(RefusedNoComplaintError, match="no complaint that is owed an answer"), store.act("desk") as act:
        do_forward(act, "r1", "carrier-1", due)


def test_the_overdue_are_listed_the_most_pressing_first(store, clock):
    file(store, report(clock, "r1"))
    clock.move(14 * DAY)
    file(store, report(clock, "r2"))
    with store.read() as conn:
        assert [row.report for row in complaints_open(conn)] == ["r1", "r2"]
        assert [row.report for row in complaints_open(conn, due_before=clock.now())] == ["r1"]


def test_a_complaint_taken_back_is_closed_and_stays_so(store, clock):
    file(store, report(clock))
    with store.act("api") as act:
        do_withdraw_report(act, "r1", SETTINGS)
    assert state(store)[0] is State.WITHDRAWN
    with pytest.raises(IllegalStepError), store.act("desk") as act:
        do_forward(act, "r1", "carrier-1", due)


def test_words_and_addressees_are_asked_for(store, clock):
    file(store, report(clock))
    with pytest.raises(RefusedNoProviderError), store.act("desk") as act:
        do_forward(act, "r1", " ", due)
    with pytest.raises(RefusedWordsError), store.act("desk") as act:
        do_answer(act, "r1", "", due)
    assert state(store)[0] is State.RECEIVED


def test_a_forgotten_reporter_leaves_no_complaint(store, clock):
    file(store, report(clock))
    with store.act("cli") as act:
        do_forget_number(act, REPORTER)
    assert state(store) is None


STEPS = {
    Step.FORWARD: lambda act: do_forward(act, "r1", "carrier-1", due),
    Step.HANDLE: lambda act: do_handle(act, "r1", "looked into", due),
    Step.ANSWER: lambda act: do_answer(act, "r1", "answered", due),
    Step.WITHDRAW: lambda act: do_withdraw_report(act, "r1", SETTINGS),
}


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([Step.FORWARD, Step.HANDLE, Step.ANSWER]), max_size=6))
def test_any_walk_through_the_table_goes_where_it_says_or_nowhere(tmp_path_factory, steps):
    clock = MovableClock(EVE)
    store = fresh_store(tmp_path_factory.mktemp("walk"), clock)
    file(store, report(clock))
    at = State.RECEIVED
    for step in steps:
        clock.move(HOUR)
        to = TRANSITIONS.get((at, step))
        head = store.head()
        if to is None:
            with pytest.raises(IllegalStepError), store.act("desk") as act:
                STEPS[step](act)
            assert store.head() == head
        else:
            with store.act("desk") as act:
                STEPS[step](act)
            at = to.to
        assert state(store)[0] is at
        assert (state(store)[1].year > 1970) is (at in DEADLINES)
    store.close()
