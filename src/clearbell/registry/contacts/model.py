"""Facts and terms of contacts. Every struct in ``FACTS`` is one fact kind of the ledger, sealed."""

from __future__ import annotations

import enum

import msgspec


class ContactOf(enum.Enum):
    """Whose contact it is."""

    NUMBER = "number"
    HOLDER = "holder"
    PARTY = "party"


class Way(enum.Enum):
    """How a contact is reached; the same words as the channels of notices."""

    SMS = "sms"
    MAIL = "mail"
    WEBHOOK = "webhook"


class Contact(msgspec.Struct, frozen=True):
    """Who is told what concerns a number, a holder or a party (kind ``registry.contact``); again: changed."""

    kind: ContactOf
    unit: str
    """Digits of E.164, or the id of the holder or party."""
    way: Way
    address: str
    """Digits of E.164, mail address or URL."""
    language: str = "zh"


class ContactGone(msgspec.Struct, frozen=True):
    """It is told no more (kind ``registry.contact-gone``)."""

    kind: ContactOf
    unit: str
    way: Way
    address: str


FACTS: dict[str, type[msgspec.Struct]] = {
    "registry.contact": Contact,
    "registry.contact-gone": ContactGone,
}
