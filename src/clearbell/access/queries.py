"""Reading accounts, sessions, tokens and who read what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select, update

from clearbell.access.keys import AccessKey
from clearbell.access.model import Principal, Role, State
from clearbell.access.tables import access_read, access_session, access_token, account
from clearbell.calls import HOUR
from clearbell.ledger import Store
from clearbell.ledger.paging import Order, Place, page
from clearbell.numbering import to_key


def accounts(conn: Connection, limit: int = 200, after: str = "") -> Sequence[Row[Any]]:
    """Accounts in the order of their ids."""
    return conn.execute(select(account).where(account.c.account > after).order_by(account.c.account).limit(limit)).all()


def accounts_listed(
    conn: Connection, order: Order, limit: int, after: Place = (), *, role: str = "", state: str = "", text: str = ""
) -> Sequence[Row[Any]]:
    """Accounts past a place of the order; ``text``: in their id, their owner's name or their party, whatever its case."""
    query = select(account)
    if role:
        query = query.where(account.c.role == role)
    if state:
        query = query.where(account.c.state == state)
    if text:
        named = (account.c.account, account.c.name, account.c.tenant)
        query = query.where(or_(*(column.icontains(text, autoescape=True) for column in named)))
    return conn.execute(page(query, order, after, limit)).all()


def any_account(conn: Connection) -> bool:
    """Whether there is one at all."""
    return conn.execute(select(account.c.account).limit(1)).first() is not None


def sessions_of(conn: Connection, name: str, now: int) -> Sequence[Row[Any]]:
    """Sessions of an account that have not ended, the newest first."""
    mine = (access_session.c.account == name) & (access_session.c.expires > now)
    return conn.execute(select(access_session).where(mine).order_by(access_session.c.began.desc()).limit(100)).all()


def tokens_of(conn: Connection, name: str = "", limit: int = 200) -> Sequence[Row[Any]]:
    """Tokens of an account, or of all, the newest first."""
    query = select(access_token).order_by(access_token.c.made.desc(), access_token.c.token).limit(limit)
    return conn.execute(query.where(access_token.c.account == name) if name else query).all()


def principal_by_token(store: Store, key: AccessKey, secret: str) -> Principal | None:
    """Who has the token; None for one that never was or has expired, or whose account is not active."""
    now = store.clock.now()
    digest = key.digest("token", secret)
    query = (
        select(access_token, account.c.state)
        .join(account, account.c.account == access_token.c.account)
        .where(access_token.c.digest == digest, access_token.c.expires > now)
    )
    with store.read() as conn:
        found = conn.execute(query).first()
    if found is None or found.state != State.ACTIVE.value:
        return None
    if found.seen < now - HOUR:
        with store.act("web:door") as act:
            act.conn.execute(update(access_token).where(access_token.c.digest == digest).values(seen=now))
    return Principal(found.account, Role(found.role), found.tenant)


def note_read(store: Store, name: str, what: str, subject: str) -> None:
    """Record that someone looked at personal data: what page, about whom or which case."""
    with store.act("web:door") as act:
        act.conn.execute(access_read.insert().values(at=act.at, account=name, what=what, subject=subject))


def reads(
    conn: Connection, *, name: str = "", subject: str = "", before: int = 0, limit: int = 100
) -> Sequence[Row[Any]]:
    """Who looked at what, the newest first; ``before``: only rows with a lower id, for the next page."""
    query = select(access_read).order_by(access_read.c.id.desc()).limit(limit)
    if name:
        query = query.where(access_read.c.account == name)
    if subject:
        # A number is found however it is written.
        query = query.where(access_read.c.subject.in_([subject, f"+{to_key(subject)}"]))
    if before:
        query = query.where(access_read.c.id < before)
    return conn.execute(query).all()


BY_ID = Order((account.c.account,))
"""Accounts by their ids."""
BY_MADE = Order((account.c.made, account.c.account), descending=True)
"""The newest accounts first."""
BY_NEWEST = Order((access_read.c.id,), descending=True)
"""Who looked last first."""


def reads_listed(
    conn: Connection, order: Order, limit: int, after: Place = (), *, name: str = "", subject: str = ""
) -> Sequence[Row[Any]]:
    """Who looked at what, past a place of the order; by whom, and about what, where these are given."""
    query = select(access_read)
    if name:
        query = query.where(access_read.c.account == name)
    if subject:
        # A number is found however it is written.
        number = to_key(subject)
        query = query.where(access_read.c.subject.in_([subject, f"+{number}"] if number else [subject]))
    return conn.execute(page(query, order, after, limit)).all()
