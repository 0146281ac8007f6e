"""What became of a report, as its reporter is told it: the case, the verdict, what was done; and answering them all."""

from __future__ import annotations

import pytest

from cases.conftest import EVE, PACK, RULES, SETTINGS, due, opened
from clearbell.calls import HOUR
from clearbell.cases.model import Verdict
from clearbell.cases.service import do_note, do_verify
from clearbell.desk.effects import do_lift_sanction
from clearbell.desk.outcomes import NOTHING, do_answer_case, outcomes_of, unanswered
from clearbell.desk.verdicts import do_confirm, do_find
from clearbell.notices.queries import notices_like
from clearbell.reports import do_file_reports
from clearbell.reports.complaints.service import complaint_of, do_forward
from clearbell.reports.model import Reported
from clearbell.reports.refusals import RefusedWordsError
from clearbell.sanctions.model import Lifted, Rung
from desk.conftest import OUTBOX, announce, keep_up

MARKETER = 8613800000066
PEOPLE = [8613900000000 + place for place in range(4)]


def shown(at):
    return f"T{(at - EVE) // HOUR}"


def told(store, number=MARKETER):
    with store.read() as conn:
        return outcomes_of(conn, [number], PACK, shown).get(number, (0, NOTHING))[1]


def complain(store, people=PEOPLE, tag=""):
    with store.act("api") as act:
        made = [
            Reported(f"portal:{one}{tag}", "portal", MARKETER, act.at - HOUR, act.at, one, "property", verified=True)
            for one in people
        ]
        do_file_reports(act, made, SETTINGS, records=True, due=due)


def find(store, verdict, second=True):
    with store.act("test") as act:
        do_verify(act, "c1", due, officer="one")
        do_note(act, "c1", "called back", RULES, officer="one")
        do_find(act, "c1", verdict, "as said", RULES, due, officer="one")
    if second:
        with store.act("test") as act:
            do_confirm(act, "c1", "", due, agrees=True, officer="two")


def test_nothing_is_said_of_a_number_without_a_case(store):
    assert told(store) == NOTHING


def test_a_reporter_is_told_that_it_is_looked_into_and_not_what_was_proposed(store):
    opened(store, MARKETER, "c1")
    looked = told(store)
    assert (looked.zh, looked.en) == ("已立案,正在核查。", "A case is open and is being looked into.")
    find(store, Verdict.CONFIRMED, second=False)
    assert told(store) == looked


def test_a_cleared_number_is_told_of_as_such(store):
    opened(store, MARKETER, "c1")
    find(store, Verdict.CLEARED, second=False)
    assert told(store).en == "It was looked into; no breach was found."


def test_what_is_decided_is_told_with_every_stage_and_its_end_and_what_is_over_is_not(store, clock):
    opened(store, MARKETER, "c1")
    find(store, Verdict.CONFIRMED)
    assert told(store).en == "It was looked into and is right; what is done about it is being decided."
    fact = announce(store, Rung.OUTGOING_BARRED)
    first, last = (shown(stage.until) for stage in fact.stages)
    assert told(store).zh == (
        f"经核查属实。已决定处置:单停(停止呼出),至 {first};其后限频,至 {last};告知对方后生效,不早于 {shown(fact.start)}。"
    )
    clock.move(fact.latest - clock.now())
    keep_up(store)
    assert told(store).en == (
        f"It was looked into and is right. In effect: outgoing calls barred, until {first}; then rate limit, until {last}."
    )
    with store.act("test") as act:
        do_lift_sanction(act, Lifted("c1/1", "mended"))
    assert told(store).en == "It was looked into and is right; what is done about it is being decided."


def test_everyone_who_complained_is_answered_once_by_page_and_by_sms(store):
    complain(store)
    opened(store, MARKETER, "c1")
    with store.read() as conn:
        assert len(unanswered(conn, "c1")) == 4
    with store.act("test") as act:
        do_forward(act, f"portal:{PEOPLE[0]}", "carrier", due, officer="one")
        assert do_answer_case(act, OUTBOX, "c1", "It stopped.", due, officer="one") == 3
        assert do_answer_case(act, OUTBOX, "c1", "It stopped.", due, officer="one") == 0
    with store.read() as conn:
        states = {one: complaint_of(conn, f"portal:{one}") for one in PEOPLE}
        assert [states[one].state for one in PEOPLE] == ["forwarded", "answered", "answered", "answered"]
        assert {states[one].answer for one in PEOPLE[1:]} == {"It stopped."}
        assert sorted(one.recipient for one in notices_like(conn)) == [str(one) for one in PEOPLE[1:]]


def test_an_answer_without_words_is_none(store):
    complain(store)
    opened(store, MARKETER, "c1")
    with store.act("test") as act, pytest.raises(RefusedWordsError):
        do_answer_case(act, OUTBOX, "c1", " ", due, officer="one")


def test_complaints_of_before_the_case_are_not_its(store, clock):
    complain(store, PEOPLE[:1])
    clock.move(200 * 24 * HOUR)
    complain(store, PEOPLE[1:2])
    opened(store, MARKETER, "c1")
    with store.read() as conn:
        assert unanswered(conn, "c1") == [f"portal:{PEOPLE[1]}"]
