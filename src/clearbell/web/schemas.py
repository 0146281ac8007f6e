"""Bodies of the API. Unknown fields are refused, so that a misspelt one is not silently ignored."""

from __future__ import annotations

import datetime
from typing import Annotated

import msgspec

from clearbell.calls import Attestation, Call, CallEnd, Evidence, HangUp
from clearbell.numbering import Refusal, parse

MAX_BATCH = 10_000
_MAX_NUMBER = 10**15
# No control characters: PostgreSQL keeps no NUL, and names are shown to people.
Name = Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[^\x00-\x1f]*$")]
NumberText = Annotated[str, msgspec.Meta(max_length=128, examples=["13900000002", "+86 571 8888 0001"])]
NumberKey = Annotated[int, msgspec.Meta(ge=0, lt=_MAX_NUMBER)]
# ISO 8601 with a zone, or µs since 1970 UTC. The bounds keep every date that a calendar can show.
Time = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_999_999)] | Annotated[str, msgspec.Meta(max_length=40)]


class BadFieldError(Exception):
    """A field cannot be used. 字段无法使用。"""

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(f"{field}: {en}")
        self.field = field
        self.zh = zh
        self.en = en


class CallBody(msgspec.Struct, forbid_unknown_fields=True):
    """A call being set up."""

    caller: NumberText | NumberKey
    """Calling number: text in any form, or the digits of E.164 as a number; empty when withheld."""
    callee: NumberText | NumberKey
    id: Name = ""
    """The asker's own name for the call; returned unchanged."""
    at: Time | None = None
    """When; now, when absent."""
    trunk: Name = ""
    attestation: Attestation = Attestation.NONE
    withheld: bool = False


class BatchBody(msgspec.Struct, forbid_unknown_fields=True):
    """Calls, judged in the order given."""

    calls: Annotated[list[CallBody], msgspec.Meta(max_length=MAX_BATCH)]


class EndBody(msgspec.Struct, forbid_unknown_fields=True):
    """A finished call."""

    caller: NumberText | NumberKey
    callee: NumberText | NumberKey
    answered: bool
    id: Name = ""
    at: Time | None = None
    duration_ms: Annotated[int, msgspec.Meta(ge=0, le=30 * 86_400_000)] = 0
    ring_ms: Annotated[int, msgspec.Meta(ge=0, le=86_400_000)] = 0
    hangup: HangUp = HangUp.UNKNOWN
    trunk: Name = ""
    cause: Annotated[int, msgspec.Meta(ge=0, le=699)] = 0
    """Final SIP status from 300 up, or release cause of Q.850; 607: the callee pressed "unwanted" (RFC 8197)."""


class EndsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Finished calls."""

    ends: Annotated[list[EndBody], msgspec.Meta(max_length=MAX_BATCH)]


class ChargeBody(msgspec.Struct):
    """One line of the sum."""

    symbol: str
    points: float
    evidence: Evidence
    words: str = ""
    """In the language asked for; empty when none was."""


class DecisionBody(msgspec.Struct):
    """What was decided, and why: ``total`` is the sum of the charges' points."""

    id: str
    call: str
    """The asker's own name for the call."""
    action: str
    answer: str
    total: float
    decided_by: str
    policy: str
    charges: list[ChargeBody]
    marks: list[str]
    label: str
    sentence: str = ""
    """The decision in one sentence, in the language asked for."""


class DecisionsBody(msgspec.Struct):
    """Decisions in the order of the calls."""

    decisions: list[DecisionBody]


class CountBody(msgspec.Struct):
    """How many were taken."""

    accepted: int


class ErrorBody(msgspec.Struct):
    """What was wrong, where, and in both languages."""

    error: str
    """Stable code."""
    where: str
    zh: str
    en: str


def to_number(value: str | int, field: str, home: str, *, blank_allowed: bool) -> int:
    """Return the number as E.164 digits; 0 for an unreadable or withheld caller when ``blank_allowed``.

    Raises :class:`BadFieldError` when a number is needed and cannot be read.
    """
    if isinstance(value, int):
        if value or blank_allowed:
            return value
        raise BadFieldError(field, "号码不能为 0", "the number must not be 0")
    read = parse(value, home)
    if isinstance(read, Refusal):
        if blank_allowed:
            return 0
        raise BadFieldError(field, read.zh, read.en)
    return read.key


def to_time(value: str | int | None, now: int) -> int:
    """Return µs UTC. Raises :class:`BadFieldError` for text that is not ISO 8601 with a zone."""
    if value is None:
        return now
    if isinstance(value, int):
        return value
    try:
        moment = datetime.datetime.fromisoformat(value)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadFieldError(
            "at",
            "时间须为带时区的 ISO 8601,如 2026-11-24T09:00:00+08:00",
            "time must be ISO 8601 with a zone, such as 2026-11-24T09:00:00+08:00",
        )
    return int(moment.timestamp() * 1_000_000)


def to_call(body: CallBody, home: str, now: int, source: str) -> Call:
    """Return the call that the body describes. Raises :class:`BadFieldError`."""
    caller_text = "" if body.withheld else str(body.caller)
    return Call(
        id=body.id,
        at=to_time(body.at, now),
        caller=to_number(body.caller, "caller", home, blank_allowed=True),
        callee=to_number(body.callee, "callee", home, blank_allowed=True),
        caller_text=caller_text,
        callee_text=str(body.callee),
        trunk=body.trunk,
        source=source,
        attestation=body.attestation,
        withheld=body.withheld,
    )


def to_end(body: EndBody, home: str, now: int) -> CallEnd:
    """Return the call end that the body describes. Raises :class:`BadFieldError`."""
    return CallEnd(
        id=body.id,
        at=to_time(body.at, now),
        caller=to_number(body.caller, "caller", home, blank_allowed=False),
        callee=to_number(body.callee, "callee", home, blank_allowed=False),
        answered=body.answered,
        duration=body.duration_ms * 1000 if body.answered else 0,
        ring=body.ring_ms * 1000,
        hangup=body.hangup,
        trunk=body.trunk,
        cause=body.cause,
    )
