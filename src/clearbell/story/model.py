"""What a story is made of."""

from __future__ import annotations

import enum

import msgspec


class Lane(enum.Enum):
    """Which thread of the story something belongs to; the order is that of the page."""

    CALLS = "calls"
    REPORTS = "reports"
    CASE = "case"
    VERIFICATION = "verification"
    SANCTION = "sanction"
    NOTICES = "notices"
    ENFORCEMENT = "enforcement"
    LABEL = "label"
    APPEAL = "appeal"


LANES: dict[Lane, tuple[str, str]] = {
    Lane.CALLS: ("通话", "Calls"),
    Lane.REPORTS: ("举报", "Reports"),
    Lane.CASE: ("案件", "Case"),
    Lane.VERIFICATION: ("拨测", "Test calls"),
    Lane.SANCTION: ("处置", "Sanction"),
    Lane.NOTICES: ("告知", "Notices"),
    Lane.ENFORCEMENT: ("执行", "Enforcement"),
    Lane.LABEL: ("标注", "Label"),
    Lane.APPEAL: ("申诉", "Appeal"),
}


class Tone(enum.Enum):
    """How something is drawn."""

    PLAIN = "plain"
    AGAINST = "against"
    """It speaks against, or bears on, whoever the case is about."""
    FOR = "for"
    """It clears, lifts or restores."""
    LATE = "late"
    """Something was not done in time, or did not get through."""


class Deadline(msgspec.Struct, frozen=True):
    """By when something had to follow."""

    zh: str
    en: str
    due: int
    """µs UTC."""
    met: int = 0
    """When it followed, µs UTC; 0: not yet."""


class Event(msgspec.Struct, frozen=True):
    """One thing that happened: a fact of the ledger, or calls on record."""

    at: int
    """When it was appended, or when the first of the calls began, µs UTC."""
    lane: Lane
    zh: str
    en: str
    who: str = ""
    """Who acted; empty: calls."""
    kind: str = ""
    """Of the ledger entry; empty: calls."""
    seq: int = 0
    """Place of the entry in the chain; 0: calls."""
    hash: str = ""
    """The entry's, hexadecimal."""
    tone: Tone = Tone.PLAIN
    evidence: tuple[str, ...] = ()
    """Digests of recordings and papers in the vault."""
    deadline: Deadline | None = None
    count: int = 1
    """How many facts of the entry say the same."""


class Story(msgspec.Struct, frozen=True):
    """A case from the first call on record to now."""

    case: str
    unit: tuple[str, str]
    """In Chinese and English, as the following."""
    state: tuple[str, str]
    events: tuple[Event, ...]
    """In the order of time, and of the chain."""
    head: tuple[int, str]
    """Place and hash of the chain's last entry when it was told."""
    told: int
    """When it was told, µs UTC."""
    barred: tuple[tuple[int, int], ...] = ()
    """From when to when calls were restricted, µs UTC; an end of 0: they are."""
