"""Accounts and tokens: made, invited, changed, suspended, closed. Each ``do_…`` function is part of a write transaction."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from sqlalchemy import Row, delete, select, update

from clearbell.access.errors import (
    AccountTakenError,
    BadAccountError,
    BadSpanError,
    TenantError,
    UnknownAccountError,
    UnknownTokenError,
)
from clearbell.access.facts import AccountMade, AccountMoved, SecondFactorSet, TokenEnded, TokenMade
from clearbell.access.keys import AccessKey
from clearbell.access.model import TENANTS, TRANSITIONS, Role, State, Step
from clearbell.access.settings import AccessSettings
from clearbell.access.tables import access_recovery, access_session, access_token, account
from clearbell.calls import DAY, HOUR
from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.registry.tables import party

_ACCOUNT = re.compile(r"[a-z][a-z0-9.-]{1,31}")
_DAYS_MOST = 366


class Invited(msgspec.Struct, frozen=True):
    """An invitation; its secret is told once and kept nowhere."""

    account: str
    secret: str
    until: int
    """µs UTC."""


def subject(name: str) -> str:
    """Under what an account's facts are sealed."""
    return f"account:{name}"


def account_row(act: Act, name: str) -> Row[Any]:
    """The account. Raises :class:`UnknownAccountError`."""
    row = act.conn.execute(select(account).where(account.c.account == name)).first()
    if row is None:
        raise UnknownAccountError(name)
    return row


def do_make_account(
    act: Act, key: AccessKey, settings: AccessSettings, name: str, words: str, role: Role, tenant: str = ""
) -> Invited:
    """Make an account and invite its owner to choose a password.

    ``words``: the owner's name. ``tenant``: the registered party of an enterprise's account. Raises
    :class:`BadAccountError`, :class:`AccountTakenError`, :class:`TenantError`.
    """
    if not _ACCOUNT.fullmatch(name):
        raise BadAccountError
    if act.conn.execute(select(account.c.account).where(account.c.account == name)).first() is not None:
        raise AccountTakenError(name)
    _check_tenant(act, role, tenant)
    act.append("access.account", [AccountMade(name, words, role, tenant)], about=lambda fact: subject(fact.account))
    invited = _invitation(act, key, settings, name)
    act.conn.execute(
        account.insert().values(
            account=name,
            name=words,
            role=role.value,
            tenant=tenant,
            state=State.INVITED.value,
            password="",
            invitation=key.digest("invitation", invited.secret),
            invited_until=invited.until,
            totp=b"",
            totp_step=0,
            failures=0,
            locked_until=0,
            made=act.at,
        )
    )
    return invited


def do_change_role(act: Act, name: str, role: Role, tenant: str = "") -> None:
    """Give an account another role. Its sessions and tokens end. Raises as :func:`do_make_account`."""
    row = account_row(act, name)
    _check_tenant(act, role, tenant)
    act.append("access.account", [AccountMade(name, row.name, role, tenant)], about=lambda fact: subject(fact.account))
    _set(act, name, role=role.value, tenant=tenant)
    end_everything(act, name)


def do_invite(act: Act, key: AccessKey, settings: AccessSettings, name: str, reason: str = "") -> Invited:
    """Invite again, for who lost password or phone: both are void from now on, and so is every session and token.

    Raises :class:`UnknownAccountError`, :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    do_step(act, name, Step.INVITE, reason)
    invited = _invitation(act, key, settings, name)
    act.conn.execute(delete(access_recovery).where(access_recovery.c.account == name))
    _set(
        act,
        name,
        password="",
        totp=b"",
        totp_step=0,
        failures=0,
        locked_until=0,
        invitation=key.digest("invitation", invited.secret),
        invited_until=invited.until,
    )
    return invited


def do_step(act: Act, name: str, step: Step, reason: str = "") -> State:
    """Take a step of the account's life; unless it comes to be active, its sessions and tokens end.

    Raises :class:`UnknownAccountError`, :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    row = account_row(act, name)
    state = move(TRANSITIONS, State(row.state), step).to
    act.append("access.moved", [AccountMoved(name, step, state, reason)], about=lambda fact: subject(fact.account))
    _set(act, name, state=state.value)
    if state is not State.ACTIVE:
        end_everything(act, name)
    return state


def do_void_invitation(act: Act, name: str) -> None:
    """Nobody chooses a password by the account's invitation any more."""
    _set(act, name, invitation=b"", invited_until=0)


def do_set_second_factor(act: Act, key: AccessKey, name: str, secret: str, used: int, recovery: list[str]) -> None:
    """Keep the secret of a second factor that was shown to work, and the recovery codes.

    ``used``: the step of time whose code showed it. An empty ``secret`` takes the factor away.
    """
    account_row(act, name)
    act.append("access.second-factor", [SecondFactorSet(name, bool(secret))], about=lambda f: subject(f.account))
    _set(act, name, totp=key.hide(name, secret) if secret else b"", totp_step=used)
    act.conn.execute(delete(access_recovery).where(access_recovery.c.account == name))
    for code in recovery if secret else ():
        act.conn.execute(
            access_recovery.insert().values(account=name, digest=key.digest(f"recovery:{name}", plain_recovery(code)))
        )


def plain_recovery(code: str) -> str:
    """A recovery code as it is digested, however it was typed."""
    return "".join(sign for sign in code.lower() if sign.isalnum())


def do_make_token(act: Act, key: AccessKey, name: str, purpose: str, days: int, role: Role | None = None) -> str:
    """Make a token for the API with the account's role, or with ``role`` where an administrator makes one for a machine.

    Returns what the API has to be shown; it is told once and kept nowhere. Raises :class:`UnknownAccountError`,
    :class:`BadSpanError`.
    """
    row = account_row(act, name)
    if not 1 <= days <= _DAYS_MOST:
        raise BadSpanError
    secret = key.new_secret()
    token = key.digest("token-id", secret).hex()[:12]
    fact = TokenMade(token, name, role or Role(row.role), row.tenant, purpose, act.at + days * DAY)
    act.append("access.token", [fact], about=lambda one: subject(one.account))
    act.conn.execute(
        access_token.insert().values(
            token=token,
            digest=key.digest("token", secret),
            account=name,
            role=fact.role.value,
            tenant=fact.tenant,
            purpose=purpose,
            made=act.at,
            expires=fact.expires,
            seen=0,
        )
    )
    return secret


def do_end_token(act: Act, token: str, name: str = "") -> None:
    """End a token; with ``name`` only one of that account. Raises :class:`UnknownTokenError`."""
    row = act.conn.execute(select(access_token).where(access_token.c.token == token)).first()
    if row is None or (name and row.account != name):
        raise UnknownTokenError(token)
    _end_tokens(act, [(token, row.account)])


def end_everything(act: Act, name: str) -> None:
    """End the sessions and tokens of an account."""
    act.conn.execute(delete(access_session).where(access_session.c.account == name))
    rows = act.conn.execute(select(access_token.c.token).where(access_token.c.account == name)).scalars().all()
    _end_tokens(act, [(token, name) for token in rows])


def _end_tokens(act: Act, tokens: list[tuple[str, str]]) -> None:
    if tokens:
        facts = [TokenEnded(token, name) for token, name in tokens]
        act.append("access.token-ended", facts, about=lambda fact: subject(fact.account))
        act.conn.execute(delete(access_token).where(access_token.c.token.in_([token for token, _ in tokens])))


def _invitation(act: Act, key: AccessKey, settings: AccessSettings, name: str) -> Invited:
    return Invited(name, key.new_secret(), act.at + settings.invitation_hours * HOUR)


def _check_tenant(act: Act, role: Role, tenant: str) -> None:
    if role in TENANTS:
        known = act.conn.execute(select(party.c.party).where(party.c.party == tenant)).first()
        if not tenant or known is None:
            raise TenantError(True, tenant)
    elif tenant:
        raise TenantError(False, tenant)


def _set(act: Act, name: str, **values: Any) -> None:
    act.conn.execute(update(account).where(account.c.account == name).values(**values))
