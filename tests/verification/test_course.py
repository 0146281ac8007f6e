"""How a test call goes, as a dialogue."""

from hypothesis import given
from hypothesis import strategies as st

from clearbell.verification.control import Event, EventType
from clearbell.verification.course import Course, Incoming, Outgoing
from clearbell.verification.model import Side

RING, TALK = 45_000, 60_000
RINGING, PROGRESS, ESTABLISHED = Event(EventType.RINGING), Event(EventType.PROGRESS), Event(EventType.ESTABLISHED)


def closed(param):
    return Event(EventType.CLOSED, param)


def course_of(*steps):
    """Each step is a time in ms with an event, or with None for nothing but time."""
    call = Outgoing(RING, TALK, begun=1000)
    hung_up = []
    for at, event in steps:
        if event is not None:
            call.event(event, 1000 + at)
        if call.tick(1000 + at):
            hung_up.append(at)
    return call.course, hung_up


def test_a_call_that_is_answered_lasts_as_long_as_allowed_and_we_hang_up():
    course, hung_up = course_of(
        (500, RINGING), (8000, ESTABLISHED), (67_999, None), (68_000, None), (68_100, closed(""))
    )
    assert course == Course(rang=500, answered=8000, ended=68_000, ended_by=Side.US, status=200, phrase="OK")
    assert (course.ring_ms, course.talk_ms, hung_up) == (7500, 60_000, [68_000])


def test_a_call_that_rings_on_is_given_up():
    course, hung_up = course_of((500, RINGING), (44_999, None), (45_000, None))
    assert (course.ended_by, course.status, course.ring_ms, hung_up) == (Side.US, 0, 44_500, [45_000])


def test_a_refusal_keeps_its_status_and_words():
    course, hung_up = course_of((500, RINGING), (900, closed("603 Decline")))
    assert course == Course(rang=500, ended=900, ended_by=Side.THEM, status=603, phrase="Decline")
    assert not hung_up


def test_an_answered_call_that_the_other_side_ends_stays_answered():
    course, _ = course_of((500, RINGING), (900, ESTABLISHED), (1500, closed("Connection reset by peer")))
    assert (course.status, course.talk_ms, course.ended_by) == (200, 600, Side.THEM)


def test_sound_before_the_answer_counts_as_ringing():
    course, _ = course_of((300, PROGRESS), (5300, closed("404 Not Found")))
    assert (course.early, course.ring_ms, course.status) == (300, 5000, 404)


def test_an_error_of_our_own_is_no_status():
    course, _ = course_of((10, closed("Connection refused [111]")))
    assert (course.status, course.phrase, course.ended_by) == (0, "Connection refused [111]", Side.NOBODY)


def test_a_user_agent_that_went_away_ends_the_call():
    call = Outgoing(RING, TALK, begun=0)
    call.event(RINGING, 5)
    call.lost("gone", 9)
    assert (call.over, call.course.ended, call.course.phrase) == (True, 9, "gone")


EVENTS = st.sampled_from([RINGING, PROGRESS, ESTABLISHED, closed("486 Busy Here"), closed(""), None])


@given(st.lists(st.tuples(st.integers(0, 30_000), EVENTS), max_size=20))
def test_any_order_of_events_ends_in_time_and_once(steps):
    call = Outgoing(RING, TALK, begun=0)
    now = hung_up = 0
    for wait, event in [*steps, (RING + TALK, None)]:
        now += wait
        if event is not None:
            call.event(event, now)
        hung_up += call.tick(now)
    course = call.course
    assert call.over
    assert hung_up == (course.ended_by is Side.US)
    assert course.ring_ms >= 0
    assert course.talk_ms >= 0
    assert (course.status == 200) == (course.answered >= 0)


def test_a_line_that_receives_answers_late_and_hangs_up_after_a_while():
    call = Incoming(answer_ms=6000, talk_ms=20_000)
    assert call.deadline is None
    call.event(Event(EventType.INCOMING, peer="sip:1@h"), 100)
    assert (call.tick(6099), call.tick(6100), call.tick(6101)) == ("", "accept", "")
    call.event(Event(EventType.ESTABLISHED, peer="sip:1@h"), 6150)
    assert (call.tick(26_149), call.tick(26_150)) == ("", "hangup")
    assert call.course == Course(rang=0, answered=6050, ended=26_050, ended_by=Side.US, status=200, phrase="OK")


def test_a_caller_who_gives_up_before_the_answer_was_still_a_call():
    call = Incoming(answer_ms=6000, talk_ms=20_000)
    call.event(Event(EventType.INCOMING, peer="sip:1@h"), 100)
    call.event(Event(EventType.CLOSED, peer="sip:2@h"), 200)
    assert not call.over
    call.event(Event(EventType.CLOSED, peer="sip:1@h"), 2100)
    assert (call.over, call.course.ring_ms, call.course.answered) == (True, 2000, -1)


def test_a_call_that_cannot_be_answered_is_given_up():
    call = Incoming(answer_ms=1000, talk_ms=2000)
    call.event(Event(EventType.INCOMING, peer="sip:1@h"), 0)
    assert call.tick(1000) == "accept"
    assert call.tick(3000) == "hangup"
