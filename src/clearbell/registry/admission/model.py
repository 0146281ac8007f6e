"""Facts of admission. Every struct in ``FACTS`` is one fact kind of the ledger; people stand in them as digests."""

from __future__ import annotations

import enum

import msgspec


class Wanted(enum.Enum):
    """What is asked for."""

    SIM = "sim"
    LINE = "line"
    """A voice line, switchboard or one-number-link."""
    NUMBER = "number"
    """A 95, 96, 400 or 1010 number."""


class Outcome(enum.Enum):
    """The answer, mildest first."""

    APPROVE = "approve"
    HOLD = "hold"
    REFUSE = "refuse"


class LineIssued(msgspec.Struct, frozen=True):
    """A SIM or line was issued (kind ``admission.issued``, sealed for its number)."""

    line: str
    carrier: str
    number: int
    person: str = ""
    """Digest of the identity number; empty for an organisation."""
    address: str = ""
    """Digest of the delivery address."""
    device: str = ""
    """Digest of the device's number."""


class LineEnded(msgspec.Struct, frozen=True):
    """The SIM or line is no longer used (kind ``admission.ended``)."""

    line: str


class Blacklisted(msgspec.Struct, frozen=True):
    """A breach that all carriers heed (kind ``admission.blacklisted``, sealed: it names a person; regime 2.7)."""

    entry: str
    breach: str
    source: str
    """Who reported it: a carrier, the police, the regulator."""
    licence: str = ""
    """Unified social credit code."""
    person: str = ""
    """Digest of the identity number of the legal person, or of the person."""
    name: str = ""
    """Of the legal person or person, or of an organisation, where no number is told that says who is meant."""
    until: int = 0
    """µs UTC; 0: until it is taken off."""


class Unlisted(msgspec.Struct, frozen=True):
    """An entry was taken off the blacklist (kind ``admission.unlisted``)."""

    entry: str
    reason: str


class Answered(msgspec.Struct, frozen=True):
    """What was asked and answered (kind ``admission.answered``)."""

    wanted: Wanted
    carrier: str
    outcome: Outcome
    reasons: tuple[str, ...]
    """Codes."""


FACTS: dict[str, type[msgspec.Struct]] = {
    "admission.issued": LineIssued,
    "admission.ended": LineEnded,
    "admission.blacklisted": Blacklisted,
    "admission.unlisted": Unlisted,
    "admission.answered": Answered,
}
