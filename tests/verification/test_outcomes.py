"""From what happened to what it means."""

import pytest

from clearbell.verification.course import Course
from clearbell.verification.model import Outcome, Side, Speaker
from clearbell.verification.outcomes import outcome_of

from .conftest import RULES


def outcome(course, speaker=Speaker.NOBODY, early_voice=False):
    return outcome_of(course, speaker, early_voice, RULES.rules)


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (486, Outcome.BUSY), (600, Outcome.BUSY), (480, Outcome.NO_ANSWER), (408, Outcome.NO_ANSWER),
        (603, Outcome.REFUSED), (403, Outcome.REFUSED), (607, Outcome.REFUSED), (404, Outcome.NOT_IN_SERVICE),
        (503, Outcome.FAILED), (401, Outcome.FAILED),
    ],
)  # fmt: skip
def test_a_status_means_what_the_pack_says(status, found):
    assert outcome(Course(ended=100, ended_by=Side.THEM, status=status)) is found


@pytest.mark.parametrize(
    ("speaker", "found"),
    [
        (Speaker.PERSON, Outcome.HUMAN), (Speaker.MACHINE, Outcome.MACHINE), (Speaker.NOBODY, Outcome.SILENT),
        (Speaker.ANNOUNCEMENT, Outcome.ANNOUNCEMENT), (Speaker.UNKNOWN, Outcome.UNCLEAR),
    ],
)  # fmt: skip
def test_who_answers_decides_once_it_is_answered(speaker, found):
    assert outcome(Course(answered=100, ended=9000, ended_by=Side.THEM, status=200), speaker) is found


def test_hanging_up_at_once_is_told_from_a_short_talk_and_from_our_own_end():
    soon = Course(answered=100, ended=1500, ended_by=Side.THEM, status=200)
    assert outcome(soon, Speaker.UNKNOWN) is Outcome.IMMEDIATE_HANG_UP
    later = Course(answered=100, ended=2200, ended_by=Side.THEM, status=200)
    assert outcome(later, Speaker.UNKNOWN) is Outcome.UNCLEAR


def test_a_melody_before_the_answer_is_no_announcement_unless_the_network_ends_the_call():
    assert outcome(Course(early=5, ended=45_000, ended_by=Side.US), early_voice=True) is Outcome.NO_ANSWER
    assert outcome(Course(early=5, ended=9000, ended_by=Side.THEM, status=486), early_voice=True) is Outcome.BUSY
    told = Course(early=5, ended=9000, ended_by=Side.THEM, status=404)
    assert outcome(told, early_voice=True) is Outcome.ANNOUNCEMENT
    assert outcome(told, early_voice=False) is Outcome.NOT_IN_SERVICE


def test_a_call_that_never_left_here_has_failed():
    assert outcome(Course(ended=10, phrase="Connection refused")) is Outcome.FAILED


def test_only_a_call_that_rang_went_unanswered():
    assert outcome(Course(rang=200, ended=45_000, ended_by=Side.US)) is Outcome.NO_ANSWER
    assert outcome(Course(ended=45_000, ended_by=Side.US)) is Outcome.FAILED
