"""From how a call went and what was heard to what it found. No I/O."""

from __future__ import annotations

from clearbell.policy.model import VerificationRules
from clearbell.verification.course import Course
from clearbell.verification.model import Outcome, Side, Speaker

_MEANINGS = {
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    "refused": Outcome.REFUSED,
    "not-in-service": Outcome.NOT_IN_SERVICE,
}
_SPEAKERS = {
    Speaker.PERSON: Outcome.HUMAN,
    Speaker.MACHINE: Outcome.MACHINE,
    Speaker.ANNOUNCEMENT: Outcome.ANNOUNCEMENT,
    Speaker.NOBODY: Outcome.SILENT,
    Speaker.UNKNOWN: Outcome.UNCLEAR,
}


def outcome_of(course: Course, speaker: Speaker, early_voice: bool, rules: VerificationRules) -> Outcome:
    """What the call found.

    ``speaker`` is who was heard after the answer; ``early_voice`` whether there was voice before one. Voice before an
    answer may be a ring-back melody (彩铃): it is an announcement only where the network then ended the call.
    """
    if course.answered >= 0:
        if course.ended_by is Side.THEM and course.talk_ms < rules.immediate_seconds * 1000:
            return Outcome.IMMEDIATE_HANG_UP
        return _SPEAKERS[speaker]
    if course.ended_by is Side.US:
        # Where it did not even ring, the call got lost on its way.
        return Outcome.NO_ANSWER if course.rang >= 0 or course.early >= 0 else Outcome.FAILED
    if not course.status:
        return Outcome.FAILED
    meaning = next((name for name, codes in rules.statuses.items() if course.status in codes), "")
    if early_voice and meaning not in ("busy", "no-answer"):
        return Outcome.ANNOUNCEMENT
    return _MEANINGS.get(meaning, Outcome.FAILED)
