"""One open case for each unit, which reasons join; cases are put off, given away and merged."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import IntegrityError

from cases.conftest import EVE, RULES, due, opened
from clearbell.calls import DAY, HOUR
from clearbell.cases.erasure import do_forget_number
from clearbell.cases.errors import (
    AnotherOpenError,
    EvidenceError,
    MergedCaseError,
    MergeError,
    SnoozeError,
    UnitError,
    UnknownCaseError,
    WordsNeededError,
)
from clearbell.cases.evidence import Calls, Content, Evidence, Finding, Note, Order, Recording, Reports
from clearbell.cases.files import case_of, evidence_in, open_case, units_in
from clearbell.cases.merging import do_merge, do_part
from clearbell.cases.model import Opened, Source, Unit, UnitKind, Verdict, number_unit
from clearbell.cases.queries import queue
from clearbell.cases.service import (
    do_add_evidence,
    do_assign,
    do_close,
    do_note,
    do_open,
    do_reopen,
    do_snooze,
    do_verdict,
    do_verify,
)
from clearbell.cases.tables import case_file
from clearbell.cases.urgency import urgency
from clearbell.lifecycles import IllegalStepError
from clearbell.sanctions.orders.model import Bears, Kind, MustDo, OrderReceived
from clearbell.sanctions.orders.service import do_receive

A, B = 8613800000001, 8613800000002
SAW = Evidence(Finding("robot", {"calls": 400}, 0.9), EVE - HOUR, "detector:robot", "robot/1")


def row_of(store, case="c1"):
    with store.read() as conn:
        return case_of(conn, case)


def detected(store, number=A, name="c9", reference="robot/1"):
    one = Evidence(SAW.what, SAW.at, SAW.source, reference)
    with store.act("system:discovery") as act:
        return do_open(act, name, Opened(Source.DETECTOR, number_unit(number), (one,)), RULES, due)


def clear(store, case="c1"):
    with store.act("test") as act:
        do_verify(act, case, due, officer="o1")
        do_verdict(act, case, Verdict.CLEARED, "a clinic", RULES, due, officer="o1")


def test_a_further_reason_joins_the_open_case_and_makes_it_more_urgent(store):
    assert opened(store).opened
    before = row_of(store).urgency
    placed = detected(store)
    assert (placed.case, placed.opened) == ("c1", False)
    assert row_of(store).urgency == before + RULES.urgency.detector
    # The same finding again says nothing new.
    detected(store)
    with store.read() as conn:
        assert [type(one.what) for one in evidence_in(conn, "c1")] == [Finding, Note]
    assert row_of(store).urgency == before + RULES.urgency.detector


def test_the_database_itself_keeps_one_open_case_for_each_unit(store):
    opened(store)
    values = row_of(store)._asdict() | {"case": "c2"}
    with pytest.raises(IntegrityError), store.engine.begin() as conn:
        conn.execute(case_file.insert().values(**values))


def test_a_new_reason_takes_a_cleared_case_back_and_opens_another_after_the_end(store):
    opened(store)
    clear(store)
    assert detected(store).case == "c1"
    assert row_of(store).state == "verifying"
    with store.act("test") as act:
        do_verdict(act, "c1", Verdict.CLEARED, "a clinic", RULES, due, officer="o1")
        do_close(act, "c1", "done", due, officer="o1")
    placed = detected(store, reference="robot/2")
    assert (placed.case, placed.opened) == ("c9", True)
    with pytest.raises(AnotherOpenError) as refusal, store.act("test") as act:
        do_reopen(act, "c1", "again", due, officer="o1")
    assert "c9" in refusal.value.en


def test_what_opens_a_case_says_what_it_saw_and_about_what(store):
    with pytest.raises(EvidenceError), store.act("test") as act:
        do_open(act, "c1", Opened(Source.DETECTOR, number_unit(A)), RULES, due)
    for unit in (Unit(UnitKind.NUMBER, "abc"), Unit(UnitKind.HOLDER, " "), Unit(UnitKind.NUMBER, "0")):
        with pytest.raises(UnitError), store.act("test") as act:
            do_open(act, "c1", Opened(Source.DETECTOR, unit, (SAW,)), RULES, due)
    with pytest.raises(WordsNeededError), store.act("test") as act:
        do_open(act, "c1", Opened(Source.OFFICER, number_unit(A), (SAW,), " "), RULES, due, officer="o1")
    assert store.head() == 0


def test_an_order_opens_a_case_only_when_there_is_such_an_order(store):
    order = Opened(Source.ORDER, Unit(UnitKind.HOLDER, "H1"), (Evidence(Order("O-1"), EVE, "o1", "O-1"),))
    with pytest.raises(EvidenceError) as refusal, store.act("test") as act:
        do_open(act, "c1", order, RULES, due)
    assert "O-1" in refusal.value.en
    with store.act("test") as act:
        asks = [MustDo("O-1", 1, Kind.OPEN_CASE, Bears.HOLDER, EVE + DAY, name="H1")]
        do_receive(
            act, OrderReceived("O-1", "bureau", "the bureau", "7", "look at H1", EVE, EVE + DAY, EVE + DAY), asks
        )
        do_open(act, "c1", order, RULES, due)
    assert row_of(store).urgency == RULES.urgency.order >= RULES.urgency.urgent_at


def test_evidence_that_cannot_be_right_is_refused_with_the_field(store):
    opened(store)
    for what, field in (
        (Content("fraud", 1.5), "confidence"),
        (Recording("abc"), "digest"),
        (Recording(""), "digest"),
        (Calls(3, 4, 1, 10, EVE - DAY, EVE), "calls"),
        (Note(" "), "words"),
    ):
        with pytest.raises(EvidenceError) as refusal, store.act("test") as act:
            do_add_evidence(act, "c1", Evidence(what, EVE, "test"), RULES)
        assert refusal.value.column == field
    for at in (0, EVE + 2 * DAY):
        with pytest.raises(EvidenceError) as refusal, store.act("test") as act:
            do_add_evidence(act, "c1", Evidence(Note("x"), at, "test"), RULES)
        assert refusal.value.column == "at"
    with pytest.raises(UnknownCaseError), store.act("test") as act:
        do_note(act, "nope", "x", RULES)


def test_urgency_adds_each_kind_of_reason_once_bounds_the_crowd_and_weighs_grave_content():
    weights = RULES.urgency
    crowd = Reports(10_000, (), 0, {"property": 9_000})
    assert urgency([Source.REPORTS, Source.REPORTS], [crowd], RULES) == weights.reports + weights.reporters_most
    few = Reports(RULES.reporters + 2, (), 0, {"fraud": 5, "property": 2})
    assert urgency([Source.REPORTS], [few], RULES) == weights.reports + 2 * weights.per_reporter + weights.grave
    heard = Content("fraud", 0.5)
    assert urgency([Source.OFFICER], [heard], RULES) == weights.officer + round(weights.grave / 2)
    assert urgency([Source.OFFICER], [Content("property", 1.0)], RULES) == weights.officer


def test_a_case_that_is_put_off_comes_back_by_time_by_deadline_or_by_news(store, clock):
    opened(store)
    until = clock.now() + 5 * DAY
    with store.act("test") as act:
        do_snooze(act, "c1", until, "the carrier answers next week", RULES, officer="o1")
    deadline = row_of(store).due

    def shown(now, **more):
        with store.read() as conn:
            return [row.case for row in queue(conn, now, **more)]

    assert shown(clock.now()) == []
    assert shown(clock.now(), snoozed=True) == ["c1"]
    assert shown(until) == ["c1"]
    with store.act("test") as act:
        do_snooze(act, "c1", clock.now() + 14 * DAY, "later", RULES, officer="o1")
    assert row_of(store).due == deadline
    assert shown(deadline + 1) == ["c1"]
    detected(store)
    assert shown(clock.now()) == ["c1"]
    for wrong in (clock.now(), clock.now() + (RULES.snooze_days + 1) * DAY):
        with pytest.raises(SnoozeError), store.act("test") as act:
            do_snooze(act, "c1", wrong, "x", RULES)


def test_a_case_is_given_to_an_officer_and_to_nobody(store):
    opened(store)
    with store.act("test") as act:
        do_assign(act, "c1", "o2", officer="chief")
    with store.read() as conn:
        assert [row.case for row in queue(conn, EVE, assignee="o2")] == ["c1"]
        assert queue(conn, EVE, assignee="o3") == []
    with store.act("test") as act:
        do_assign(act, "c1", "", officer="chief")
    assert row_of(store).assignee == ""


def merged(store):
    opened(store, A, "c1")
    opened(store, B, "c2")
    with store.act("test") as act:
        do_merge(act, "c2", "c1", "the same script", RULES, officer="o1")


def test_merged_cases_go_on_as_one_and_news_about_either_joins(store):
    merged(store)
    with store.read() as conn:
        assert [row.case for row in queue(conn, EVE)] == ["c1"]
        assert units_in(conn, "c1") == [number_unit(A), number_unit(B)]
        assert len(evidence_in(conn, "c1")) == 2
    placed = detected(store, B)
    assert (placed.case, placed.opened) == ("c1", False)
    with pytest.raises(MergedCaseError) as refusal, store.act("test") as act:
        do_verify(act, "c2", due, officer="o1")
    assert "c1" in refusal.value.en


def test_a_merger_is_taken_back_and_each_goes_on_as_before(store):
    opened(store, A, "c1")
    opened(store, B, "c2")
    before = row_of(store, "c2")
    with store.act("test") as act:
        do_merge(act, "c2", "c1", "the same script", RULES, officer="o1")
        do_part(act, "c2", "another trunk", RULES, officer="o1")
    assert row_of(store, "c2") == before
    assert row_of(store, "c1").urgency == RULES.urgency.officer
    with store.read() as conn:
        assert open_case(conn, number_unit(B)).case == "c2"


def test_what_cannot_be_merged_is_said(store):
    merged(store)
    for case, into in (("c1", "c1"), ("c1", "c2"), ("c2", "c1")):
        with pytest.raises((MergeError, MergedCaseError)), store.act("test") as act:
            do_merge(act, case, into, "x", RULES)
    with pytest.raises(MergeError), store.act("test") as act:
        do_part(act, "c1", "x", RULES)
    clear(store)
    opened(store, B + 1, "c3")
    with pytest.raises(MergeError) as refusal, store.act("test") as act:
        do_merge(act, "c1", "c3", "x", RULES)
    assert "verdict" in refusal.value.en


def test_cases_end_together_and_a_part_does_not_return_beside_a_newer_one(store):
    merged(store)
    clear(store)
    with store.act("test") as act:
        do_close(act, "c1", "done", due, officer="o1")
    with pytest.raises(IllegalStepError), store.act("test") as act:
        do_note(act, "c1", "x", RULES)
    assert detected(store, B, "c7").opened
    with pytest.raises(AnotherOpenError), store.act("test") as act:
        do_part(act, "c2", "x", RULES)
    assert row_of(store, "c2").merged_into == "c1"


def test_erasing_a_person_erases_the_cases_about_the_number_and_frees_those_merged_into_them(store):
    merged(store)
    with store.act("test") as act:
        assert do_forget_number(act, A) == 2
        act.erase(A)
    with pytest.raises(UnknownCaseError):
        row_of(store, "c1")
    row = row_of(store, "c2")
    assert (row.merged_into, row.state) == ("", "opened")
