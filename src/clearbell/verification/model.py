"""Facts and states of test calls. Every struct in ``FACTS`` is one fact kind of the ledger, sealed for the number it names.

Every state and step of a test call stands in this file, and nothing else does that decides about them.
"""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class Script(enum.Enum):
    """What our side does once someone answers."""

    SILENT = "silent"
    """Says nothing after the recording notice, and listens."""
    TALK = "talk"
    """Plays the node's WAV file, then listens."""


class State(enum.Enum):
    """Where a test call stands."""

    PLANNED = "planned"
    CALLING = "calling"
    DONE = "done"
    FAILED = "failed"
    """No call came about, for reasons on our side or the network's; it says nothing about the number."""
    CANCELLED = "cancelled"


class Step(enum.Enum):
    """What can happen to a test call."""

    START = "start"
    POSTPONE = "postpone"
    """It may not be made now; another time is drawn."""
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"


TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.PLANNED, Step.START): Transition(State.CALLING, "caller"),
    (State.PLANNED, Step.POSTPONE): Transition(State.PLANNED, "caller"),
    (State.PLANNED, Step.CANCEL): Transition(State.CANCELLED, "officer"),
    (State.CALLING, Step.FINISH): Transition(State.DONE, "caller"),
    (State.CALLING, Step.FAIL): Transition(State.FAILED, "caller"),
    (State.CALLING, Step.CANCEL): Transition(State.CANCELLED, "officer"),
}


class Outcome(enum.Enum):
    """What a test call found."""

    NONE = ""
    """Nothing yet."""
    NO_ANSWER = "no-answer"
    BUSY = "busy"
    REFUSED = "refused"
    NOT_IN_SERVICE = "not-in-service"
    """The network knows no such number: who called with it forged it."""
    ANNOUNCEMENT = "announcement"
    """A recorded text of the network, or one that goes round."""
    HUMAN = "human"
    MACHINE = "machine"
    """A recording or a robot."""
    IMMEDIATE_HANG_UP = "immediate-hang-up"
    SILENT = "silent"
    """Answered, and nobody spoke."""
    UNCLEAR = "unclear"
    """Answered and spoke, and nothing tells who or what."""
    FAILED = "failed"


class Side(enum.Enum):
    """Who ended a call."""

    NOBODY = ""
    """It never came about."""
    US = "us"
    THEM = "them"
    """The other side, or the network in its stead."""


class Speaker(enum.Enum):
    """Who or what was heard."""

    PERSON = "person"
    MACHINE = "machine"
    ANNOUNCEMENT = "announcement"
    NOBODY = "nobody"
    """Silence, or tones only."""
    UNKNOWN = "unknown"
    """Voice, but nothing that tells whose."""


class Told(enum.Enum):
    """What tells who it was."""

    NOTHING = ""
    SILENT = "silent"
    TONES = "tones-only"
    REPEATS = "repeats"
    """It says the same again."""
    BEEP = "beep"
    """A tone after speech and then silence, as voicemail does."""
    MONOLOGUE = "monologue"
    """It goes on speaking without waiting for an answer."""
    GREETING = "greeting-and-wait"
    """A few words, then a wait for an answer."""
    KNOWN = "known-recording"
    """The same recording was heard before."""


class Doing(enum.Enum):
    """What a line that receives does now."""

    WAITING = "waiting"
    IN_CALL = "in-call"
    """It was called."""
    CALLING = "calling"
    """A test call is made on it."""
    UNANSWERED = "unanswered"
    """No process answers it."""


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an outcome rests on. Times are ms."""

    ring_ms: int = 0
    early_ms: int = 0
    """How long there was sound before an answer."""
    talk_ms: int = 0
    ended_by: Side = Side.NOBODY
    status: int = 0
    """SIP status of the final answer; 0: none came."""
    phrase: str = ""
    length_ms: int = 0
    """Of the sound that was judged: that after the answer, or without one that before."""
    voice_ms: int = 0
    tone_ms: int = 0
    lead_ms: int = 0
    """Before the first voice."""
    speaker: Speaker = Speaker.NOBODY
    told: Told = Told.NOTHING
    same_as: str = ""
    """Test call in which the same recording was heard; empty: none."""
    votes: int = 0
    """Pairs of spectral peaks in which the two agree."""
    heard: str = ""
    """Digest of what was heard, in the vault."""
    said: str = ""
    """Digest of what was said."""
    text: str = ""
    """What was said to us, as a transcriber wrote it down."""
    confidence: float | None = None
    """Of the text, 0 to 1; None where the transcriber gives none."""


class CallPlanned(msgspec.Struct, frozen=True):
    """A number is to be called (kind ``verification.planned``)."""

    call: str
    number: int
    line: str
    own: int
    """The line's number, which the called side sees."""
    pool: str
    script: Script
    due: int
    """Not before, µs UTC."""
    why: str
    case: str
    """Case it serves; empty: none."""


class CallPostponed(msgspec.Struct, frozen=True):
    """It could not be made when it was due (kind ``verification.postponed``)."""

    call: str
    number: int
    due: int
    """Not before, µs UTC."""
    reason: str


class CallStarted(msgspec.Struct, frozen=True):
    """The call is being made (kind ``verification.started``)."""

    call: str
    number: int


class CallDone(msgspec.Struct, frozen=True):
    """What it found (kind ``verification.done``)."""

    call: str
    number: int
    outcome: Outcome
    evidence: Evidence


class CallEndedWithout(msgspec.Struct, frozen=True):
    """It found nothing (kinds ``verification.failed``, ``verification.cancelled``)."""

    call: str
    number: int
    reason: str


class LineCalled(msgspec.Struct, frozen=True):
    """Someone called one of our lines (kind ``verification.received``)."""

    received: str
    caller: int
    """0: withheld, or no number."""
    caller_text: str
    """As the network gave it."""
    line: str
    own: int
    at: int
    """When, µs UTC."""
    evidence: Evidence
    answers: str
    """Test call on the line that it follows within the pack's time; empty: none."""
    same_number: bool
    """It came from the number that was tested, not from another."""


class RecordingsRemoved(msgspec.Struct, frozen=True):
    """Recordings were past their time and removed (kind ``verification.recordings-removed``)."""

    digests: tuple[str, ...]


FACTS: dict[str, type[msgspec.Struct]] = {
    "verification.planned": CallPlanned,
    "verification.postponed": CallPostponed,
    "verification.started": CallStarted,
    "verification.done": CallDone,
    "verification.failed": CallEndedWithout,
    "verification.cancelled": CallEndedWithout,
    "verification.received": LineCalled,
}
