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


class Calls(msgspec.Struct, frozen=True, tag="calls"):
    """Call records summed up."""

    calls: int
    answered: int
    callees: int
    talk: int
    """Seconds of talk in all."""
    since: int
    """Calls in [since, until), µs UTC."""
    until: int


class Finding(msgspec.Struct, frozen=True, tag="finding"):
    """What a rule or a detector found, with what it saw."""

    rule: str
    saw: dict[str, str | int | float] = {}
    confidence: float = 1.0
    """0 to 1."""


class VerificationCall(msgspec.Struct, frozen=True, tag="test-call"):
    """The number was dialled to see who answers (拨测)."""

    outcome: str
    """``answered``, ``busy``, ``no-answer`` …"""
    talk: int = 0
    """Seconds."""
    recording: str = ""
    """SHA-256 (hex) of its recording in the vault; empty: none."""


class Recording(msgspec.Struct, frozen=True, tag="recording"):
    """A recording in the vault."""

    digest: str
    """SHA-256, hex."""
    talk: int = 0
    """Seconds."""


class Content(msgspec.Struct, frozen=True, tag="content"):
    """What was said, as a category of the pack."""

    category: str
    confidence: float
    """0 to 1."""
    recording: str = ""
    """Digest of the recording it was heard in; empty: none."""


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
    if isinstance(what, Calls) and not (0 <= what.answered <= what.calls and what.since < what.until):
        return (
            "calls",
            "接通数不得多于呼叫数,起止时间须有先后",
            "answered calls are among the calls, of a time that ends after it begins",
        )
    return None


def _is_digest(text: str) -> bool:
    return len(text) == 64 and all(sign in "0123456789abcdef" for sign in text)
