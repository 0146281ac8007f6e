"""What is said of mass notices, in both languages, word for word."""

from __future__ import annotations

from clearbell.notices.mass.errors import (
    EmptyAudienceError,
    NoOfficerError,
    SameHandError,
    TakenOverError,
    UnknownMassError,
)
from clearbell.notices.mass.model import MassState, Outcome, Source
from clearbell.notices.mass.settling import no_receipt_words
from clearbell.notices.mass.wording import OUTCOMES, SOURCES, STATES, reason_words
from clearbell.notices.model import Channel

REASONS = (
    "opted out",
    "the consent is not in force any more",
    "its time was over",
    "cancelled",
    "the sender was killed before an answer was kept",
    "not sent again, the SMS centre may have it: connection lost: the SMS centre took leave",
    "not sent again, the relay may have it: mail relay: Connection unexpectedly closed",
    no_receipt_words(Channel.SMS, 72),
    no_receipt_words(Channel.MAIL, 72),
    "SMPP status 0x0000000B",
)


def test_states_outcomes_sources_and_reasons(golden):
    lines = []
    for kind, found in (("state", STATES), ("outcome", OUTCOMES), ("source", SOURCES)):
        lines += [f"{kind} {one.name.lower()}: {zh} | {en}" for one, (zh, en) in found.items()]
    lines += [f"reason: {reason_words(reason, 'zh')} | {reason_words(reason, 'en')}" for reason in REASONS]
    for error in (
        UnknownMassError(7),
        SameHandError("li"),
        NoOfficerError(),
        EmptyAudienceError(),
        TakenOverError("host"),
    ):
        lines.append(f"refused: {error.zh} | {error.en}")
    golden("words.txt", "\n".join(lines) + "\n")


def test_everything_has_its_words():
    assert set(STATES) == set(MassState)
    assert set(OUTCOMES) == set(Outcome)
    assert set(SOURCES) == set(Source)
