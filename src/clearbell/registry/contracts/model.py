"""Facts and states of contracts. Every struct in ``FACTS`` is one fact kind of the ledger."""

from __future__ import annotations

import enum

import msgspec

from clearbell.lifecycles import Transition


class State(enum.Enum):
    """Where a contract stands."""

    OFFERED = "offered"
    IN_FORCE = "in-force"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


class Step(enum.Enum):
    """What can happen to a contract."""

    ACCEPT = "accept"
    WITHDRAW = "withdraw"
    END = "end"
    REINSTATE = "reinstate"


TRANSITIONS: dict[tuple[State, Step], Transition[State]] = {
    (State.OFFERED, Step.ACCEPT): Transition(State.IN_FORCE, "holder"),
    (State.OFFERED, Step.WITHDRAW): Transition(State.WITHDRAWN, "provider"),
    (State.IN_FORCE, Step.END): Transition(State.ENDED, "provider"),
    (State.ENDED, Step.REINSTATE): Transition(State.IN_FORCE, "provider"),
}


class Terms(msgspec.Struct, frozen=True):
    """What the two agree on; fills the template's clauses."""

    purpose: str
    hours: str
    """Such as ``08:00-21:00``, in the pack's time zone."""
    per_hour: int
    """Most calls an hour of one number."""
    per_callee_day: int
    """Most calls in 24 hours to one callee."""


class ContractOffered(msgspec.Struct, frozen=True):
    """A contract was put before a holder (kind ``contract.offered``)."""

    contract: str
    holder: str
    template: str
    """Name and version, such as ``outbound/2026-11-1``."""
    terms: Terms
    digest: str
    """SHA-256 (hex) of the whole text in both languages: what is accepted."""


class ContractAccepted(msgspec.Struct, frozen=True):
    """The holder signed (kind ``contract.accepted``, sealed: it names a person)."""

    contract: str
    signer: str
    digest: str


class ContractWithdrawn(msgspec.Struct, frozen=True):
    """The offer was taken back (kind ``contract.withdrawn``)."""

    contract: str


class ContractEnded(msgspec.Struct, frozen=True):
    """The contract ended (kind ``contract.ended``); what that restricts follows in the same act."""

    contract: str
    holder: str
    reason: str


class ContractReinstated(msgspec.Struct, frozen=True):
    """The ending was taken back (kind ``contract.reinstated``)."""

    contract: str
    holder: str
    reason: str


FACTS: dict[str, type[msgspec.Struct]] = {
    "contract.offered": ContractOffered,
    "contract.accepted": ContractAccepted,
    "contract.withdrawn": ContractWithdrawn,
    "contract.ended": ContractEnded,
    "contract.reinstated": ContractReinstated,
}
