"""Coming in: an invitation, a password, a second factor, a session. Passwords are checked outside of write transactions."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row, delete, select, update

from clearbell.access.errors import LockedError, NotInvitedError, NotSignedInError, WeakPasswordError
from clearbell.access.facts import AccountMoved, Locked, PasswordChanged
from clearbell.access.keys import AccessKey
from clearbell.access.model import TRANSITIONS, Principal, Role, State, Step
from clearbell.access.second_factor import step_of
from clearbell.access.service import plain_recovery, subject
from clearbell.access.settings import AccessSettings
from clearbell.access.tables import access_recovery, access_session, account
from clearbell.calls import MINUTE
from clearbell.ledger import Act, Store
from clearbell.lifecycles import move

ACTOR = "web:door"
_MOST = 1_024
# Those that every list of guesses begins with, as far as they are long enough at all.
_COMMON = ("password", "qwertyuiop", "1234567890", "administrator", "clearbell", "letmein", "iloveyou", "woaini")


class Session(msgspec.Struct, frozen=True):
    """A session has begun; its secret goes into the cookie."""

    secret: str
    account: str
    half: bool
    """The second factor is still to come."""


def join(store: Store, key: AccessKey, settings: AccessSettings, name: str, secret: str, password: str) -> None:
    """Choose the password of an account by its invitation.

    Raises :class:`WeakPasswordError`, :class:`NotInvitedError`.
    """
    check_password(settings, name, password)
    kept = key.hash(password)
    with store.act(ACTOR) as act:
        row = _row(act, name)
        if (
            row is None
            or row.state != State.INVITED.value
            or row.invited_until <= act.at
            or bytes(row.invitation) != key.digest("invitation", secret)
        ):
            raise NotInvitedError
        state = move(TRANSITIONS, State.INVITED, Step.JOIN).to
        act.append("access.moved", [AccountMoved(name, Step.JOIN, state)], about=lambda fact: subject(fact.account))
        _set(act, name, state=state.value, password=kept, invitation=b"", invited_until=0, failures=0, locked_until=0)


def check_password(settings: AccessSettings, name: str, password: str) -> None:
    """Raise :class:`WeakPasswordError` for one that is too short, or that everybody tries first."""
    if not settings.password_least <= len(password) <= _MOST:
        raise WeakPasswordError(settings.password_least, common=False)
    plain = "".join(sign for sign in password.lower() if sign.isalnum())
    for word in (*_COMMON, name):
        plain = plain.replace(word, "")
    # What such words leave has to be worth guessing by itself.
    if len(plain) <= settings.password_least // 2 or len(set(plain)) < 4:
        raise WeakPasswordError(settings.password_least, common=True)


def sign_in(
    store: Store, key: AccessKey, settings: AccessSettings, name: str, password: str, agent: str = ""
) -> Session:
    """Begin a session. Raises :class:`NotSignedInError` (whatever was wrong) and :class:`LockedError`."""
    with store.read() as conn:
        row = conn.execute(select(account).where(account.c.account == name)).first()
    active = row is not None and row.state == State.ACTIVE.value
    right = key.fits(row.password if row is not None and active else "", password[:_MOST])
    with store.act(ACTOR) as act:
        now = _row(act, name)
        if row is None or now is None:
            raise NotSignedInError
        _refuse_locked(act, now)
        # The password may have been changed while it was checked.
        right = right and now.password == row.password and now.state == State.ACTIVE.value
        session = begin_session(act, key, settings, name, agent, half=bool(now.totp)) if right else None
        if session is None and active:
            _count_failure(act, settings, now)
        elif session is not None and not session.half:
            _set(act, name, failures=0, locked_until=0)
    if session is None:
        raise NotSignedInError
    return session


def second_step(
    store: Store, key: AccessKey, settings: AccessSettings, half: Session, code: str, agent: str = ""
) -> Session:
    """End a half session by a code of the second factor or a recovery code; a whole one begins.

    Raises :class:`NotSignedInError` and :class:`LockedError`.
    """
    with store.act(ACTOR) as act:
        digest = key.digest("session", half.secret)
        found = act.conn.execute(select(access_session).where(access_session.c.digest == digest)).first()
        now = _row(act, half.account)
        if found is None or now is None or not found.half or found.expires <= act.at or not now.totp:
            raise NotSignedInError
        _refuse_locked(act, now)
        step = step_of(key.reveal(now.account, bytes(now.totp)), code, act.at, now.totp_step)
        whole: Session | None = None
        if step or _use_recovery(act, key, now.account, code):
            act.conn.execute(delete(access_session).where(access_session.c.digest == digest))
            _set(act, now.account, failures=0, locked_until=0, totp_step=step or now.totp_step)
            whole = begin_session(
                act, key, settings, now.account, agent, half=False, provider=found.provider, factor=True
            )
        else:
            _count_failure(act, settings, now)
    if whole is None:
        raise NotSignedInError
    return whole


def change_password(store: Store, key: AccessKey, settings: AccessSettings, who: Principal, now: str, new: str) -> None:
    """Change one's own password; every session but the present one ends.

    Raises :class:`WeakPasswordError`; :class:`NotSignedInError` and :class:`LockedError` for the present password.
    """
    check_password(settings, who.name, new)
    with store.read() as conn:
        row = conn.execute(select(account).where(account.c.account == who.name)).first()
    right = key.fits(row.password if row is not None else "", now[:_MOST])
    kept = key.hash(new) if right else ""
    with store.act(who.name) as act:
        present = _row(act, who.name)
        if present is None:
            raise NotSignedInError
        _refuse_locked(act, present)
        right = right and row is not None and present.password == row.password
        if right:
            act.append("access.password", [PasswordChanged(who.name)], about=lambda fact: subject(fact.account))
            _set(act, who.name, password=kept, failures=0)
            others = (access_session.c.account == who.name) & (access_session.c.digest != who.session)
            act.conn.execute(delete(access_session).where(others))
        else:
            _count_failure(act, settings, present)
    if not right:
        raise NotSignedInError


def principal_of(store: Store, key: AccessKey, settings: AccessSettings, secret: str) -> Principal | None:
    """Who has the session; None for one that never was, has ended, or waits for the second factor."""
    found = session_of(store, key, settings, secret)
    if found is None or found.half:
        return None
    return Principal(found.account, Role(found.role), found.tenant, bytes(found.digest), found.csrf)


def session_of(store: Store, key: AccessKey, settings: AccessSettings, secret: str) -> Row[Any] | None:
    """The living session with its account's role, tenant, name and second factor, half or whole."""
    now = store.clock.now()
    digest = key.digest("session", secret)
    query = (
        select(access_session, account.c.role, account.c.tenant, account.c.name, account.c.totp)
        .join(account, account.c.account == access_session.c.account)
        .where(
            access_session.c.digest == digest,
            access_session.c.expires > now,
            access_session.c.seen > now - settings.idle,
            account.c.state == State.ACTIVE.value,
        )
    )
    with store.read() as conn:
        found = conn.execute(query).first()
    # Once a minute is enough for an end counted in minutes, and spares a write for every page.
    if found is not None and found.seen < now - MINUTE:
        with store.act(ACTOR) as act:
            act.conn.execute(update(access_session).where(access_session.c.digest == digest).values(seen=now))
    return found


def end_session(store: Store, digest: bytes, name: str) -> None:
    """End one session of an account."""
    mine = (access_session.c.digest == digest) & (access_session.c.account == name)
    with store.act(ACTOR) as act:
        act.conn.execute(delete(access_session).where(mine))


def begin_session(
    act: Act,
    key: AccessKey,
    settings: AccessSettings,
    name: str,
    agent: str,
    *,
    half: bool,
    provider: str = "",
    factor: bool = False,
) -> Session:
    """Begin a session of an account whose owner was recognised.

    ``half``: its own second factor is still to come. ``provider``: by which identity provider; ``factor``: a second
    factor was given, here or there.
    """
    secret = key.new_secret()
    act.conn.execute(delete(access_session).where(access_session.c.expires <= act.at))
    act.conn.execute(
        access_session.insert().values(
            digest=key.digest("session", secret),
            account=name,
            csrf=key.new_secret(),
            half=int(half),
            began=act.at,
            seen=act.at,
            # Ten minutes to find the phone.
            expires=act.at + (10 * MINUTE if half else settings.session),
            agent=agent[:200],
            provider=provider,
            factor=int(factor),
        )
    )
    return Session(secret, name, half)


def _row(act: Act, name: str) -> Row[Any] | None:
    return act.conn.execute(select(account).where(account.c.account == name)).first()


def _set(act: Act, name: str, **values: Any) -> None:
    act.conn.execute(update(account).where(account.c.account == name).values(**values))


def _refuse_locked(act: Act, row: Row[Any]) -> None:
    if row.locked_until > act.at:
        raise LockedError(-(-(row.locked_until - act.at) // MINUTE))


def _count_failure(act: Act, settings: AccessSettings, row: Row[Any]) -> None:
    failures = row.failures + 1
    if failures < settings.tries:
        _set(act, row.account, failures=failures)
        return
    until = act.at + settings.lock
    act.append("access.locked", [Locked(row.account, until)], about=lambda fact: subject(fact.account))
    _set(act, row.account, failures=0, locked_until=until)


def _use_recovery(act: Act, key: AccessKey, name: str, code: str) -> bool:
    plain = plain_recovery(code)
    digest = key.digest(f"recovery:{name}", plain)
    mine = (access_recovery.c.account == name) & (access_recovery.c.digest == digest)
    return bool(plain) and act.conn.execute(delete(access_recovery).where(mine)).rowcount == 1
