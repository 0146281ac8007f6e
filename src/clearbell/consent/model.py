"""Facts and terms of consent. Every struct here is one fact kind of the ledger, sealed for its subscriber."""

from __future__ import annotations

import enum

import msgspec

from clearbell.consent.hours import QuietHours


class Channel(enum.Enum):
    """How the subscriber said it."""

    WEB = "web"
    SMS = "sms"
    CALL = "call"
    PAPER = "paper"
    API = "api"
    DESK = "desk"
    IMPORT = "import"


class Provenance(enum.Enum):
    """Where the holder got the subscriber's number."""

    SUBSCRIBER = "subscriber"
    """From the subscriber, for this purpose."""
    CUSTOMER = "customer"
    """From an earlier contract with the subscriber."""
    PARTNER = "partner"
    """From another firm, to which the subscriber allowed it."""
    PUBLIC = "public"
    """From a public source."""
    UNKNOWN = "unknown"


class ListVerdict(enum.Enum):
    """What a subscriber's own list says of a caller."""

    ALLOW = "allow"
    BLOCK = "block"
    NONE = "none"
    """Taken off the list."""


class ConsentGranted(msgspec.Struct, frozen=True):
    """The subscriber agreed to calls (kind ``consent.granted``); a later grant replaces an earlier one."""

    holder: str
    callee: int
    purpose: str
    """Category code of the pack, or ``*`` for every purpose of the holder."""
    until: int = 0
    """End, µs UTC; 0: until withdrawn."""
    channel: Channel = Channel.IMPORT
    evidence: str = ""
    """Digest (SHA-256, hex) of what proves it; empty when none was kept."""
    provenance: Provenance = Provenance.UNKNOWN
    per_day: int = 0
    """Calls in 24 hours the subscriber agreed to; 0: as many as the pack allows."""


class ConsentWithdrawn(msgspec.Struct, frozen=True):
    """The subscriber took a consent back (kind ``consent.withdrawn``)."""

    holder: str
    callee: int
    purpose: str = "*"
    """``*``: every purpose of the holder."""
    channel: Channel = Channel.DESK


class ConsentAsked(msgspec.Struct, frozen=True):
    """The subscriber was asked for a consent (kind ``consent.asked``). Until an answer comes there is none."""

    holder: str
    callee: int
    purpose: str
    channel: Channel = Channel.SMS
    per_day: int = 0
    """Calls in 24 hours that are asked for; 0: as many as the pack allows."""
    until: int = 0
    """End of the consent that is asked for, µs UTC; 0: until withdrawn."""
    code: str = ""
    """What the page's link names; tells nothing of the subscriber."""


class ReceiptIssued(msgspec.Struct, frozen=True):
    """The subscriber got a receipt of a consent (kind ``consent.receipt``)."""

    code: str
    """What the receipt's link and a reply by SMS name; tells nothing of the subscriber."""
    holder: str
    callee: int
    purpose: str


class Refused(msgspec.Struct, frozen=True):
    """The subscriber wants no more calls from a holder or number (kind ``consent.refused``, regime 1.7).

    It ends every consent given to that holder before it. A consent granted later ends the refusal.
    """

    callee: int
    holder: str = ""
    """Empty when the holder is not known: then ``caller`` is refused."""
    caller: int = 0
    channel: Channel = Channel.DESK


class RefusalEnded(msgspec.Struct, frozen=True):
    """A refusal counts no more: taken back, or not the present user's of the number (kind ``consent.refusal-ended``)."""

    callee: int
    holder: str = ""
    caller: int = 0


class Listed(msgspec.Struct, frozen=True):
    """A line of the subscriber's own list (kind ``consent.listed``); a later line about the same range replaces it."""

    owner: int
    first: int
    last: int
    """Equal to ``first`` for a single number."""
    verdict: ListVerdict


class Wished(msgspec.Struct, frozen=True):
    """The subscriber's wishes by category (接听意愿, kind ``consent.wished``); replaces all earlier wishes."""

    owner: int
    refuse: tuple[str, ...] = ()
    """Category codes not wanted."""
    refuse_withheld: bool = False
    hours: tuple[QuietHours, ...] = ()
    """Hours at which calls of a category are not wanted."""
    zone: str = ""
    """Time zone of the hours, by its IANA name; empty: the pack's."""


FACTS: dict[str, type[msgspec.Struct]] = {
    "consent.granted": ConsentGranted,
    "consent.withdrawn": ConsentWithdrawn,
    "consent.refused": Refused,
    "consent.refusal-ended": RefusalEnded,
    "consent.asked": ConsentAsked,
    "consent.receipt": ReceiptIssued,
    "consent.listed": Listed,
    "consent.wished": Wished,
}
