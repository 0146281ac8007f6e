"""What a case file says, before it is a document."""

from __future__ import annotations

from typing import Literal

import msgspec

Language = Literal["zh", "en"]


class Row(msgspec.Struct, frozen=True):
    """One line of a section: when or what it is, and the words."""

    left: str
    text: str


class Section(msgspec.Struct, frozen=True):
    """A part of a case file."""

    title: str
    rows: tuple[Row, ...]
    empty: str = ""
    """What stands there when there are no rows."""


class Sheet(msgspec.Struct, frozen=True):
    """A case file in one language."""

    language: Language
    title: str
    heads: tuple[Row, ...]
    sections: tuple[Section, ...]
    foot: str
    """At the foot of each page."""


class Talk(msgspec.Struct, frozen=True):
    """A call that was made to look into the case, or a recording that came with it."""

    start: int
    """µs UTC."""
    seconds: int
    outcome: str = ""
    """As the evidence says it; empty: nothing is known but the recording."""
    digest: str = ""
    """SHA-256 (hex) of the recording; empty: there is none."""
    audio: bytes = b""
    """Empty: it is no longer kept."""
    media: str = ""
    text: str = ""
    """What was said, as a transcriber wrote it down."""
    confidence: float | None = None
    reference: str = ""


class Judged(msgspec.Struct, frozen=True):
    """What calls were about."""

    category: str
    """A category of the pack, or ``lawful``."""
    confidence: float
    doubt: str = ""
    digest: str = ""
    """Of the recording it was heard in; empty: of no certain one."""
    spoke: tuple[str, ...] = ()
    model: str = ""


class Conversation(msgspec.Struct, frozen=True):
    """The calls of a case, with who was called and what came of them."""

    uuid: str
    created: int
    """µs UTC."""
    subject: str
    number: str = ""
    """+E.164 of whom the case is about; empty: it is about no number."""
    name: str = ""
    """Holder or campaign, where it is known."""
    talks: tuple[Talk, ...] = ()
    judged: tuple[Judged, ...] = ()
    report: tuple[dict[str, str], ...] = ()
    """The story of the case, line by line."""
