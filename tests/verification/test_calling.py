"""A call from plan to evidence, with a user agent that is told what happens."""

import msgspec
import numpy as np
import pytest

from clearbell.calls import HOUR
from clearbell.cases.evidence import VerificationCall
from clearbell.cases.files import evidence_in
from clearbell.lifecycles import IllegalStepError
from clearbell.numbering import NumberClass
from clearbell.verification import sound
from clearbell.verification.agent import AgentError, Recorded
from clearbell.verification.calling import Caller, make_call, make_due_calls
from clearbell.verification.course import Course
from clearbell.verification.errors import NeverCalledError, TooSoonError
from clearbell.verification.model import Outcome, Script, Side, Speaker, State, Told
from clearbell.verification.queries import call_of, evidence_of
from clearbell.verification.service import do_cancel, do_plan
from clearbell.verification.settings import LineSettings, VerificationSettings
from clearbell.verification.transcribing import Transcript

from .conftest import NUMBER, OFFER, PRIZE, RULES, mu_law

LINE = LineSettings(name="line", number="057187650001", domain="192.0.2.1")
ANSWERED = Course(rang=100, answered=5000, ended=17_000, ended_by=Side.US, status=200, phrase="OK")


def wav(*parts):
    return sound.write_wav(mu_law(np.concatenate(parts)))


class Scripted:
    """A user agent for which everything is decided."""

    def __init__(self, course=ANSWERED, heard=(), said=()):
        self.course, self.heard, self.said = course, tuple(heard), tuple(said)
        self.played = None
        self.before = lambda: None

    def place(self, settings, line, number, played, ring_ms, talk_ms, now):
        self.played = sound.read_wav(played, "played")
        self.before()
        return self.course, Recorded(self.heard, self.said)


def caller(room, told, **more):
    settings = VerificationSettings(line=(LINE,))
    return Caller(room.store, RULES, settings, room.vault, lambda: 0, "officer", place=told.place, **more)


def call(room, told, rules=RULES, number=NUMBER, script=Script.SILENT, **more):
    plan = room.plan(number, own=LINE.key, script=script)
    room.act(do_plan, rules, plan)
    made = caller(room, told, **more)
    made.rules = rules
    outcome, evidence = make_call(made, plan.call)
    return plan.call, outcome, evidence


def test_what_was_heard_and_said_is_kept_and_judged(room, speech):
    told = Scripted(heard=[wav(sound.silence(1), speech("Hello?"), sound.silence(4))], said=[wav(sound.notice_tone())])
    done, outcome, evidence = call(room, told)
    assert (outcome, evidence.speaker, evidence.told) == (Outcome.HUMAN, Speaker.PERSON, Told.GREETING)
    assert (evidence.ring_ms, evidence.talk_ms, evidence.ended_by, evidence.status) == (4900, 12_000, Side.US, 200)
    assert sound.read_wav(room.vault.get(evidence.heard), "heard").any()
    assert sound.read_wav(room.vault.get(evidence.said), "said").any()
    with room.store.read() as conn:
        row = call_of(conn, done)
    assert (row.heard, State(row.state)) == (evidence.heard, State.DONE)
    assert evidence_of(row) == evidence


def test_the_same_recording_behind_another_number_is_a_machine_whatever_else(room, speech):
    first, _, _ = call(room, Scripted(heard=[wav(sound.silence(0.5), speech(OFFER), sound.silence(2))]))
    other = [wav(sound.silence(2.22), speech(OFFER) * 0.4, sound.silence(3))]
    _, outcome, evidence = call(room, Scripted(heard=other), number=NUMBER + 1)
    assert (outcome, evidence.told, evidence.same_as) == (Outcome.MACHINE, Told.KNOWN, first)
    assert evidence.votes >= RULES.rules.hearing.match_votes
    _, _, evidence = call(room, Scripted(heard=[wav(speech(PRIZE), sound.silence(3))]), number=NUMBER + 2)
    assert evidence.same_as == ""


def test_a_network_announcement_before_the_answer_is_told_from_what_comes_after_it(room, speech):
    told = Scripted(
        Course(early=100, ended=6000, ended_by=Side.THEM, status=404, phrase="Not Found"),
        heard=[wav(speech("The number you have dialled is not in service."))],
    )
    _, outcome, evidence = call(room, told)
    assert (outcome, evidence.status) == (Outcome.ANNOUNCEMENT, 404)
    assert evidence.early_ms > 2000
    melody = [wav(speech(OFFER), sound.silence(12))]
    course = msgspec.structs.replace(ANSWERED, early=100)
    _, outcome, evidence = call(room, Scripted(course, heard=melody), number=NUMBER + 1)
    assert (outcome, evidence.voice_ms) == (Outcome.SILENT, 0)


def test_what_was_found_enters_the_case_and_a_closed_case_loses_nothing(room, speech):
    room.open_case("K1")
    told = Scripted(heard=[wav(sound.silence(1), speech("Hello?"), sound.silence(4))])
    plan = room.plan(own=LINE.key, case="K1")
    room.act(do_plan, RULES, plan)
    _, evidence = make_call(caller(room, told), plan.call)
    with room.store.read() as conn:
        (found,) = [one for one in evidence_in(conn, "K1") if isinstance(one.what, VerificationCall)]
    assert found.what == VerificationCall("human", 12, evidence.heard)
    assert (found.source, found.reference) == ("verification", plan.call)
    room.clock.move(2 * HOUR)
    plan = room.plan(own=LINE.key, case="K1")
    room.act(do_plan, RULES, plan)
    told.before = lambda: room.close_case("K1")
    # No person says hello twice in the very same way.
    assert make_call(caller(room, told), plan.call)[0] is Outcome.MACHINE
    with room.store.read() as conn:
        assert State(call_of(conn, plan.call).state) is State.DONE
        assert len([one for one in evidence_in(conn, "K1") if isinstance(one.what, VerificationCall)]) == 1


def test_a_refused_call_leaves_evidence_without_sound(room):
    told = Scripted(Course(rang=50, ended=900, ended_by=Side.THEM, status=603, phrase="Decline"))
    _, outcome, evidence = call(room, told)
    assert (outcome, evidence.status, evidence.heard, evidence.said) == (Outcome.REFUSED, 603, "", "")


def test_a_call_that_went_wrong_is_failed_with_the_answer(room):
    done, outcome, _ = call(room, Scripted(Course(ended=900, ended_by=Side.THEM, status=503, phrase="Unavailable")))
    assert outcome is Outcome.FAILED
    with room.store.read() as conn:
        assert call_of(conn, done).reason == "503 Unavailable"


def test_a_user_agent_that_does_not_start_fails_the_call_with_its_reason(room):
    told = Scripted()

    def broken():
        raise AgentError("没有启动", "baresip did not start")

    told.before = broken
    with pytest.raises(AgentError):
        call(room, told)
    with room.store.read() as conn:
        row = call_of(conn, "c1")
    assert (State(row.state), row.reason) == (State.FAILED, "baresip did not start")


def test_an_interrupted_call_is_not_left_in_progress(room):
    told = Scripted()

    def interrupted():
        raise KeyboardInterrupt

    told.before = interrupted
    with pytest.raises(KeyboardInterrupt):
        call(room, told)
    with room.store.read() as conn:
        assert State(call_of(conn, "c1").state) is State.FAILED


def test_a_call_that_an_officer_cancels_meanwhile_stays_cancelled(room):
    told = Scripted()
    told.before = lambda: room.act(do_cancel, "c1", "closed")
    with pytest.raises(IllegalStepError):
        call(room, told)
    with room.store.read() as conn:
        assert State(call_of(conn, "c1").state) is State.CANCELLED


def test_no_call_is_placed_that_may_not_be_made(room):
    told = Scripted()
    told.before = lambda: pytest.fail("a call was placed")
    with pytest.raises(NeverCalledError):
        call(room, told, number=86110)
    call(room, Scripted())
    with pytest.raises(TooSoonError):
        call(room, told)


def test_due_calls_are_made_and_none_keeps_back_another(room):
    told = Scripted()
    made = caller(room, told)
    spared, first, again = (
        room.plan(own=LINE.key),
        room.plan(NUMBER + 1, own=LINE.key),
        room.plan(NUMBER + 1, own=LINE.key),
    )
    for plan in (spared, first, again):
        room.act(do_plan, RULES, plan)
        room.clock.move(1)
    made.rules = rules_with(concurrency=1)
    results = dict(make_due_calls(made, lambda: 0.5))
    assert results[spared.call] is Outcome.SILENT
    assert results[first.call] is Outcome.SILENT
    assert isinstance(results[again.call], TooSoonError)
    with room.store.read() as conn:
        row = call_of(conn, again.call)
    assert (State(row.state), "may be called again" in row.reason) == (State.PLANNED, True)
    assert row.due >= room.clock.now() + HOUR
    assert make_due_calls(made, lambda: 0.5) == []
    room.clock.move(row.due - room.clock.now())
    assert dict(make_due_calls(made, lambda: 0.5)) == {again.call: Outcome.SILENT}


def test_a_planned_call_that_may_never_be_made_is_cancelled(room):
    plan = room.plan(own=LINE.key)
    room.act(do_plan, RULES, plan)
    made = caller(room, Scripted())
    made.rules = rules_with(never=(NumberClass.MOBILE,))
    ((call_id, error),) = make_due_calls(made, lambda: 0.5)
    assert (call_id, type(error)) == (plan.call, NeverCalledError)
    with room.store.read() as conn:
        assert State(call_of(conn, plan.call).state) is State.CANCELLED


def rules_with(**changed):
    return msgspec.structs.replace(RULES, rules=msgspec.structs.replace(RULES.rules, **changed))


def test_whoever_answers_hears_the_notice_the_pack_asks_for(room, tmp_path):
    told = Scripted()
    call(room, told)
    spectrum = np.abs(np.fft.rfft(told.played[: sound.RATE // 4]))
    assert abs(int(spectrum.argmax()) * 4 - 1400) <= 8
    assert len(told.played) >= (RULES.rules.ring_seconds + RULES.rules.talk_seconds) * sound.RATE
    call(room, told, rules_with(recording_notice="none"), NUMBER + 1)
    assert not told.played.any()
    with pytest.raises(AgentError, match="notice_audio"):
        call(room, told, rules_with(recording_notice="spoken"), NUMBER + 2)


def test_the_talk_script_plays_the_nodes_file(room, tmp_path):
    told = Scripted()
    with pytest.raises(AgentError, match="talk_audio"):
        call(room, told, script=Script.TALK)
    room.clock.move(2 * HOUR)
    plan = room.plan(own=LINE.key, script=Script.TALK)
    room.act(do_plan, RULES, plan)
    (tmp_path / "talk.wav").write_bytes(sound.write_wav(sound.tone(300, 2, 0.5)))
    made = caller(room, told)
    made.settings = msgspec.structs.replace(made.settings, talk_audio=str(tmp_path / "talk.wav"))
    make_call(made, plan.call)
    assert float(np.abs(told.played[sound.RATE : 2 * sound.RATE]).max()) > 0.4


def test_words_are_written_down_where_there_is_a_voice(room, speech):
    heard = []

    def transcriber(path):
        heard.append(len(sound.load(path)))
        return Transcript("special loan offer", 0.7)

    said = [wav(speech(OFFER), sound.silence(2))]
    _, _, evidence = call(room, Scripted(heard=said), transcriber=transcriber)
    assert (evidence.text, evidence.confidence) == ("special loan offer", 0.7)
    assert heard[0] > 4 * sound.RATE
    _, _, evidence = call(room, Scripted(heard=[wav(sound.silence(4))]), number=NUMBER + 1, transcriber=transcriber)
    assert (evidence.text, len(heard)) == ("", 1)
