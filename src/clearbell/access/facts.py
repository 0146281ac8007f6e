"""Facts of accounts and tokens, sealed under the account. Every struct in ``FACTS`` is one fact kind of the ledger."""

from __future__ import annotations

import msgspec

from clearbell.access.model import Role, State, Step


class AccountMade(msgspec.Struct, frozen=True):
    """Someone may come in (kind ``access.account``); again: the role, tenant or name was changed."""

    account: str
    name: str
    role: Role
    tenant: str


class AccountMoved(msgspec.Struct, frozen=True):
    """An account took a step (kind ``access.moved``)."""

    account: str
    step: Step
    state: State
    reason: str = ""


class SecondFactorSet(msgspec.Struct, frozen=True):
    """A second factor was set up, or taken away (kind ``access.second-factor``)."""

    account: str
    on: bool


class Locked(msgspec.Struct, frozen=True):
    """Too many wrong passwords or codes; nobody comes in by it until then (kind ``access.locked``)."""

    account: str
    until: int
    """µs UTC."""


class PasswordChanged(msgspec.Struct, frozen=True):
    """Someone changed the own password (kind ``access.password``)."""

    account: str


class TokenMade(msgspec.Struct, frozen=True):
    """A token for the API (kind ``access.token``)."""

    token: str
    """Its id, not what is shown to the API."""
    account: str
    role: Role
    tenant: str
    purpose: str
    expires: int
    """µs UTC."""


class TokenEnded(msgspec.Struct, frozen=True):
    """A token opens nothing more (kind ``access.token-ended``)."""

    token: str
    account: str


class IdentityLinked(msgspec.Struct, frozen=True):
    """Who an identity provider says someone is has this account (kind ``access.identity``)."""

    account: str
    provider: str
    subject: str
    """The provider's own name for the person, its claim ``sub``."""


FACTS: dict[str, type[msgspec.Struct]] = {
    "access.account": AccountMade,
    "access.moved": AccountMoved,
    "access.second-factor": SecondFactorSet,
    "access.locked": Locked,
    "access.password": PasswordChanged,
    "access.token": TokenMade,
    "access.token-ended": TokenEnded,
    "access.identity": IdentityLinked,
}
