"""What a case rests on: typed entries, each with its time and where it came from."""

from __future__ import annotations

import enum

import msgspec


class Kind(enum.Enum):
    """What sort of evidence an entry is."""

    REPORTS = "reports"
    CALLS = "calls"
    FINDING = "finding"
    TEST_CALL = "test-call"
    RECORDING = "recording"
    CONTENT = "content"
    SANCTION = "sanction"
    ORDER = "order"
    NOTE = "note"


class Reports(msgspec.Struct, frozen=True, tag="reports"):
    """Reports that were looked at together. Who reported is told by the reports alone."""

    reporters: int
    """Distinct proven reporters at that time, within the window."""
    reports: tuple[str, ...]
    """Ids of the reports that are new to the case, the latest calls first; of a great many, some."""
    since: int
    """Beginning of the window, µs UTC."""
    categories: dict[str, int] = {}
    """How many of those that count in the window name which category."""
    new: int = 0
    """How many reports were new, whether or not they are named here."""


class Calls(msgspec.Struct, frozen=True, tag="calls", omit_defaults=True):
    """Call records summed up."""

    calls: int
    answered: int
    callees: int
    talk: int
    """Seconds of talk in all."""
    since: int
    """Calls in [since, until), µs UTC."""
    until: int
    refused: int = 0
    """Turned away before they rang."""
    short: int = 0
    """Answered, and shorter than the pack's ``short_seconds``."""
    hours: tuple[int, ...] = ()
    """Calls by the hour of the day, from midnight in the pack's time zone; empty: not told."""


class Finding(msgspec.Struct, frozen=True, tag="finding"):
    """What a rule or a detector found, with what it saw."""

    rule: str
    saw: dict[str, str | int | float] = {}
    confidence: float = 1.0
    """0 to 1."""


class VerificationCall(msgspec.Struct, frozen=True, tag="test-call", omit_defaults=True):
    """The number was dialled to see who answers (拨测)."""

    outcome: str
    """``answered``, ``busy``, ``no-answer`` …"""
    talk: int = 0
    """Seconds."""
    recording: str = ""
    """SHA-256 (hex) of its recording in the vault; empty: none."""
    text: str = ""
    """What was said, as a transcriber wrote it down; empty: nothing was written down."""
    confidence: float | None = None
    """Of the text, 0 to 1; None where the transcriber gives none."""


class Recording(msgspec.Struct, frozen=True, tag="recording"):
    """A recording in the vault."""

    digest: str
    """SHA-256, hex."""
    talk: int = 0
    """Seconds."""


class Content(msgspec.Struct, frozen=True, tag="content", omit_defaults=True):
    """What was said, as a category of the pack or ``lawful``."""

    category: str
    confidence: float
    """0 to 1."""
    recording: str = ""
    """Digest of the recording it was heard in; empty: none."""
    doubt: str = ""
    """Why it is undecided, and the category only the likeliest; empty: it is told."""
    spoke: tuple[str, ...] = ()
    """Words that spoke most for it."""
    model: str = ""
    """Digest of the model that told it; empty: a person did."""


class Sanction(msgspec.Struct, frozen=True, tag="sanction"):
    """A restriction, of an earlier case or of this one."""

    restriction: str
    rung: str
    until: int = 0
    """µs UTC; 0: until lifted."""


class Order(msgspec.Struct, frozen=True, tag="order"):
    """A regulator's order."""

    order: str


class Note(msgspec.Struct, frozen=True, tag="note"):
    """An officer's words."""

    words: str


What = Reports | Calls | Finding | VerificationCall | Recording | Content | Sanction | Order | Note
"""One of the kinds of evidence; its tag is the value of its :class:`Kind`."""


class Evidence(msgspec.Struct, frozen=True):
    """One entry before it belongs to a case."""

    what: What
    at: int
    """When it happened, µs UTC."""
    source: str
    """Where it came from: a room, a detector, an officer."""
    reference: str = ""
    """Its id there. The same kind with the same reference enters a case once; empty: each time."""


def kind_of(what: What) -> Kind:
    """What sort of evidence it is."""
    return Kind(what.__struct_config__.tag)


def proves(what: What) -> bool:
    """Whether it says anything: a category that is undecided does not."""
    return not (isinstance(what, Content) and what.doubt)


def fault_of(evidence: Evidence) -> tuple[str, str, str] | None:
    """What cannot be right in an entry: the field, and words in Chinese and English; None: nothing."""
    what = evidence.what
    if isinstance(what, Note) and not what.words.strip():
        return "words", "说明不能为空", "a note needs words"
    if isinstance(what, Content | Finding) and not 0.0 <= what.confidence <= 1.0:
        return "confidence", "置信度须在 0 至 1 之间", "confidence is between 0 and 1"
    digest = what.digest if isinstance(what, Recording) else getattr(what, "recording", "")
    if (digest or isinstance(what, Recording)) and not _is_digest(digest):
        return (
            "digest",
            "录音摘要须为 64 位十六进制 SHA-256",
            "a recording is named by its SHA-256, 64 hexadecimal digits",
        )
    if isinstance(what, Calls) and not (
        0 <= what.answered <= what.calls and 0 <= what.short <= what.answered and what.since < what.until
    ):
        return (
            "calls",
            "接通数不得多于呼叫数,起止时间须有先后",
            "answered calls are among the calls, of a time that ends after it begins",
        )
    return None


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(sign in "0123456789abcdef" for sign in text)
