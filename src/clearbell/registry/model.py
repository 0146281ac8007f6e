"""Facts and terms of the registry. Every struct here is one fact kind of the ledger."""

from __future__ import annotations

import enum

import msgspec


class PartyKind(enum.Enum):
    """What a party is. Voice lines and 400/95 numbers are for organisations only (regime 2.1)."""

    COMPANY = "company"
    PUBLIC_BODY = "public-body"
    PERSON = "person"


class TrunkKind(enum.Enum):
    """Where the calls of a trunk come from."""

    DOMESTIC = "domestic"
    FOREIGN = "foreign"


class Purpose(enum.Enum):
    """What a number resource is registered for (资源用途)."""

    PERSONAL = "personal"
    SERVICE = "service"
    """Answers to and call-backs of a firm's own customers."""
    NOTICE = "notice"
    """Notifications: couriers, clinics, schools, banks' risk calls."""
    COMMERCIAL = "commercial"
    """Commercial outbound: each call needs a consent in force (regime 1.6, 5.8)."""


class PartyRegistered(msgspec.Struct, frozen=True):
    """A person or organisation became known (kind ``registry.party``); again with the same id: corrected."""

    party: str
    kind: PartyKind
    name: str


class HolderRegistered(msgspec.Struct, frozen=True):
    """A party became a holder (使用主体): one who uses numbers (kind ``registry.holder``)."""

    holder: str
    party: str
    category: str = ""
    """Trade, a category code of the pack; empty when none applies."""


class TrunkOpened(msgspec.Struct, frozen=True):
    """An access provider (接入方) connected a trunk (kind ``registry.trunk``); again: changed."""

    trunk: str
    provider: str
    """The party that connected it and answers for it."""
    kind: TrunkKind = TrunkKind.DOMESTIC
    registered_only: bool = False
    """Only number resources that name this trunk may send calls on it (regime 1.9)."""


class TrunkClosed(msgspec.Struct, frozen=True):
    """The trunk sends no more calls (kind ``registry.trunk-closed``)."""

    trunk: str


class NumbersAssigned(msgspec.Struct, frozen=True):
    """A number or range is used by a holder (kind ``registry.assigned``); again with the same id: changed."""

    resource: str
    holder: str
    first: int
    last: int
    """Equal to ``first`` for a single number; same count of digits."""
    purpose: Purpose
    trunks: tuple[str, ...] = ()
    """Trunks on which it may appear; empty: any."""
    inbound_only: bool = False
    category: str = ""


class NumbersReleased(msgspec.Struct, frozen=True):
    """The holder no longer uses the resource (kind ``registry.released``)."""

    resource: str


FACTS: dict[str, type[msgspec.Struct]] = {
    "registry.party": PartyRegistered,
    "registry.holder": HolderRegistered,
    "registry.trunk": TrunkOpened,
    "registry.trunk-closed": TrunkClosed,
    "registry.assigned": NumbersAssigned,
    "registry.released": NumbersReleased,
}
