"""A call to a line that receives: noted, judged, matched to the test call before it, and evidence in its case."""

import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from clearbell.calls import HOUR, MINUTE
from clearbell.cases.files import evidence_in
from clearbell.verification import sound
from clearbell.verification.agent import Recorded
from clearbell.verification.calling import make_call
from clearbell.verification.course import Course
from clearbell.verification.model import Side
from clearbell.verification.queries import calls_to_lines, evidence_of, received_call
from clearbell.verification.service import do_plan
from clearbell.verification.taking import caller_of, record, settle_left, take_one

from .conftest import NUMBER, OFFER, RULES
from .test_calling import LINE, Scripted, call, caller, wav

RECEIVES = msgspec.structs.replace(LINE, receives=True)
TALKED = Course(rang=0, answered=6000, ended=16_000, ended_by=Side.THEM, status=200)


def called(made, room, peer, heard, course=TALKED):
    """The line of ``made`` is called by ``peer``, and the clock goes on with the call."""

    def take(_settings, _line, _played, _wait, _talk, _now, _stopped, _wanted, rings):
        rings(peer)
        room.clock.move(course.ended * 1000)
        return peer, course, Recorded(heard, ())

    made.take = take


def test_a_call_back_to_the_line_is_recorded_and_matched(room, speech):
    tested, _, _ = call(room, Scripted())
    room.clock.move(30 * MINUTE)
    made = caller(room, Scripted())
    called(made, room, "sip:+8613800000001@192.0.2.9", (wav(speech(OFFER), sound.silence(1)),))
    began = room.clock.now()
    taken = take_one(made, RECEIVES, 60.0, "r1")
    with room.store.read() as conn:
        row = received_call(conn, "r1")
    # It is known of before anything is judged.
    assert (row.caller, row.coming, row.at) == (NUMBER, True, began)
    record(made, RECEIVES, taken)
    made.take = lambda *_: None
    assert take_one(made, RECEIVES, 60.0, "r2") is None
    with room.store.read() as conn:
        (row,) = calls_to_lines(conn, answers=tested)
    assert (row.caller, row.same_number, row.at, row.coming) == (NUMBER, True, began, False)
    assert evidence_of(row).voice_ms > 3000
    assert room.vault.get(row.heard)


@pytest.mark.parametrize(
    ("peer", "outcome"), [("+8613800000001", "call-back"), ("+8613800000009", "call-from-another")]
)
def test_a_call_back_is_evidence_in_the_case_of_the_test_call(room, speech, peer, outcome):
    case = room.open_case("K1")
    plan = room.plan(own=LINE.key, case=case)
    room.act(do_plan, RULES, plan)
    made = caller(room, Scripted())
    make_call(made, plan.call)
    room.clock.move(HOUR)
    called(made, room, f"sip:{peer}@192.0.2.9", (wav(speech(OFFER)),))
    record(made, RECEIVES, take_one(made, RECEIVES, 60.0, "r1"))
    with room.store.read() as conn:
        back = [one for one in evidence_in(conn, case) if one.reference == "r1"]
    assert [(one.what.outcome, one.what.talk, one.source) for one in back] == [(outcome, 10, "verification")]
    # A call that comes later than the pack says follows nothing.
    room.clock.move((RULES.rules.call_back_hours + 1) * HOUR)
    record(made, RECEIVES, take_one(made, RECEIVES, 60.0, "r2"))
    with room.store.read() as conn:
        assert "r2" not in {one.reference for one in evidence_in(conn, case)}


def test_a_call_whose_taker_was_killed_is_evidence_that_it_came(room):
    case = room.open_case("K1")
    plan = room.plan(own=LINE.key, case=case)
    room.act(do_plan, RULES, plan)
    made = caller(room, Scripted())
    make_call(made, plan.call)
    called(made, room, f"sip:+{NUMBER}@192.0.2.9", ())
    taken = take_one(made, RECEIVES, 60.0, "r1")
    # It may still be going on.
    assert settle_left(made, RECEIVES) == 0
    room.clock.move(3 * MINUTE)
    # Whoever judges it knows of it.
    assert settle_left(made, RECEIVES, {"r1"}) == 0
    assert settle_left(made, RECEIVES) == 1
    with room.store.read() as conn:
        back = [one for one in evidence_in(conn, case) if one.reference == "r1"]
        (row,) = calls_to_lines(conn, caller=NUMBER)
    assert [(one.what.outcome, one.what.talk) for one in back] == [("call-back", 0)]
    assert (evidence_of(row).phrase, row.at) == ("interrupted", taken.began)
    assert settle_left(made, RECEIVES) == 0
    # Whoever took it lived after all, and judged for long: it stays as it was recorded.
    record(made, RECEIVES, taken)
    with room.store.read() as conn:
        assert len([one for one in evidence_in(conn, case) if one.reference == "r1"]) == 1


def test_a_call_is_answered_and_recorded_though_the_store_was_away_when_it_rang(room, monkeypatch):
    made = caller(room, Scripted())
    called(made, room, f"sip:+{NUMBER}@192.0.2.9", ())
    acts = []

    def away(actor):
        acts.append(actor)
        raise OperationalError("INSERT", {}, OSError("away"))

    with monkeypatch.context() as there:
        there.setattr(room.store, "act", away)
        taken = take_one(made, RECEIVES, 60.0, "r1")
    assert acts == ["officer"]
    record(made, RECEIVES, taken)
    with room.store.read() as conn:
        (row,) = calls_to_lines(conn, caller=NUMBER)
    assert (row.received, row.at) == ("r1", taken.began)


@pytest.mark.parametrize(
    ("peer", "key", "text"),
    [
        ("sip:+8613800000001@h", NUMBER, "+8613800000001"),
        ("sip:13800000001@h:5060", NUMBER, "13800000001"),
        ("sip:8613800000001;phone-context=x@h", NUMBER, "8613800000001"),
        ("sip:anonymous@anonymous.invalid", 0, "anonymous"),
        ("sip:h", 0, ""),
        ("", 0, ""),
    ],
)
def test_who_calls_is_read_from_the_address(peer, key, text):
    assert caller_of(peer) == (key, text)
