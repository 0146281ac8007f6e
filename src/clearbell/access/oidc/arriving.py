"""From claims to a session: whose account it is, which role the claims mean, and whether a second factor was given."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from clearbell.access.errors import AccessError, TenantError
from clearbell.access.facts import IdentityLinked
from clearbell.access.keys import AccessKey
from clearbell.access.model import TENANTS, Role, State, Step
from clearbell.access.oidc.errors import LinkTakenError, NoRoleError, NotLinkedError, ShutError
from clearbell.access.oidc.provider import texts_at
from clearbell.access.oidc.settings import ProviderSettings
from clearbell.access.oidc.tables import access_identity
from clearbell.access.service import (
    account_row,
    do_change_role,
    do_make_account,
    do_step,
    do_void_invitation,
    end_everything,
    subject,
)
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import ACTOR, Session, begin_session
from clearbell.access.tables import account
from clearbell.ledger import Act, Store

_MOST = 255
"""Signs of a subject (OpenID Connect Core 2)."""


def arrive(
    store: Store,
    key: AccessKey,
    settings: AccessSettings,
    provider: ProviderSettings,
    claims: Mapping[str, Any],
    agent: str = "",
) -> Session:
    """Begin a session for who was signed in elsewhere; a first arrival makes the account where the provider may.

    The role is what the claims mean now: where it differs from the account's, the account gets it, and its other
    sessions and tokens end. Who has no role there any more is out here too. Raises :class:`NoRoleError`,
    :class:`NotLinkedError`, :class:`ShutError`, :class:`~clearbell.access.errors.TenantError`.
    """
    who = str(claims["sub"])[:_MOST]
    named = texts_at(claims, provider.role_claim)
    role = next((role for claim, role in provider.roles.items() if claim in named), None)
    tenant = next(iter(texts_at(claims, provider.tenant_claim)), "") if role in TENANTS else ""
    refused: AccessError | None = None
    session: Session | None = None
    with store.act(ACTOR) as act:
        known = _account_of(act, provider.id, who)
        if role is None:
            if known:
                end_everything(act, known)
            refused = NoRoleError(provider.id, named)
        else:
            name = known or _made(act, key, settings, provider, claims, who, role, tenant)
            row = account_row(act, name)
            if State(row.state) in (State.SUSPENDED, State.CLOSED):
                refused = ShutError(name)
            else:
                if (row.role, row.tenant) != (role.value, tenant):
                    do_change_role(act, name, role, tenant)
                if State(row.state) is State.INVITED:
                    do_step(act, name, Step.JOIN)
                    do_void_invitation(act, name)
                proven = bool(set(texts_at(claims, "amr")) & set(provider.second_factor))
                half = bool(row.totp) and not proven
                session = begin_session(act, key, settings, name, agent, half=half, provider=provider.id, factor=proven)
    if session is None:
        raise refused or NoRoleError(provider.id, named)
    return session


def do_link(act: Act, name: str, provider: str, who: str) -> None:
    """Say that an identity of a provider is an account's owner.

    Raises :class:`~clearbell.access.errors.UnknownAccountError`, :class:`LinkTakenError`.
    """
    account_row(act, name)
    taken = _account_of(act, provider, who)
    if taken:
        raise LinkTakenError(taken)
    act.append("access.identity", [IdentityLinked(name, provider, who)], about=lambda fact: subject(fact.account))
    act.conn.execute(access_identity.insert().values(provider=provider, subject=who, account=name, linked=act.at))


def _account_of(act: Act, provider: str, who: str) -> str:
    mine = (access_identity.c.provider == provider) & (access_identity.c.subject == who)
    return act.conn.execute(select(access_identity.c.account).where(mine)).scalar() or ""


def _made(
    act: Act,
    key: AccessKey,
    settings: AccessSettings,
    provider: ProviderSettings,
    claims: Mapping[str, Any],
    who: str,
    role: Role,
    tenant: str,
) -> str:
    name = account_name(provider, claims)
    exists = act.conn.execute(select(account.c.account).where(account.c.account == name)).first() is not None
    # One person with two accounts would be four eyes alone: that it is the same one, somebody has to say.
    if exists or not provider.makes_accounts:
        raise NotLinkedError(name, provider.id, who, exists=exists)
    if role in TENANTS and not tenant:
        raise TenantError(True, "")
    words = next(iter(texts_at(claims, provider.name_claim)), name)[:200]
    do_make_account(act, key, settings, name, words, role, tenant)
    do_link(act, name, provider.id, who)
    return name


def account_name(provider: ProviderSettings, claims: Mapping[str, Any]) -> str:
    """The id of a new account: the account claim without its domain, or the provider's id and a digest of the subject."""
    said = next(iter(texts_at(claims, provider.account_claim)), "").partition("@")[0].lower()
    plain = re.sub(r"[^a-z0-9.-]+", "-", said).strip("-.")
    if re.fullmatch(r"[a-z][a-z0-9.-]{1,31}", plain) and said.isascii():
        return plain
    digest = hashlib.sha256(str(claims["sub"]).encode()).hexdigest()
    return f"{provider.id[:20]}-{digest[:8]}"
