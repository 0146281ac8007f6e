"""Facts and terms of orders and restrictions. Every struct here is one fact kind of the ledger."""

from __future__ import annotations

import enum

import msgspec


class Target(enum.Enum):
    """What a restriction bears on."""

    NUMBER = "number"
    HOLDER = "holder"
    TRUNK = "trunk"


class Rung(enum.Enum):
    """Degree of a restriction, mildest first. Labels and notices are not restrictions and live elsewhere."""

    RATE_LIMIT = "rate_limit"
    OUTGOING_BARRED = "outgoing_barred"
    """单停: no outgoing calls."""
    BARRED = "barred"
    """双停: neither direction."""
    CONTRACT_ENDED = "contract_ended"
    BLACKLISTED = "blacklisted"


class OrderIssued(msgspec.Struct, frozen=True):
    """A regulator's order (指令, kind ``sanctions.order``)."""

    order: str
    issuer: str
    text: str
    due: int = 0
    """Time by which it must be carried out, µs UTC; 0: at once."""


class Restricted(msgspec.Struct, frozen=True):
    """A restriction comes into force (kind ``sanctions.restricted``)."""

    restriction: str
    target: Target
    rung: Rung
    reason: str
    start: int
    """µs UTC."""
    until: int = 0
    """µs UTC; 0: until lifted."""
    number: int = 0
    """Set when the target is a number."""
    name: str = ""
    """Holder or trunk, when the target is one."""
    limit: int = 0
    """Calls an hour, for ``rate_limit``."""
    order: str = ""
    """The order it carries out; empty when none."""


class Lifted(msgspec.Struct, frozen=True):
    """A restriction ends before its time (复通, kind ``sanctions.lifted``)."""

    restriction: str
    reason: str


FACTS: dict[str, type[msgspec.Struct]] = {
    "sanctions.order": OrderIssued,
    "sanctions.restricted": Restricted,
    "sanctions.lifted": Lifted,
}
