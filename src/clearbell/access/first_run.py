"""The first account of a node, made in the browser by who started it: a one-time word that only the terminal shows."""

from __future__ import annotations

import hmac

from sqlalchemy import update

from clearbell.access.errors import NotFirstError
from clearbell.access.keys import AccessKey
from clearbell.access.model import Role, Step
from clearbell.access.queries import any_account
from clearbell.access.service import do_make_account, do_set_second_factor, do_step, do_void_invitation
from clearbell.access.settings import AccessSettings
from clearbell.access.signing_in import Session, begin_session, check_password
from clearbell.access.tables import account
from clearbell.ledger import Store

ACTOR = "web:first-run"
ROLE = Role.ADMINISTRATOR
"""Who makes all other accounts; it decides no case."""


class FirstRun:
    """The word of one start of the node. It is kept in memory only, and another start has another."""

    def __init__(self, key: AccessKey, word: str = "") -> None:
        """``word``: of an earlier start of the same process, which its terminal shows; empty: a new one."""
        self.word = word or key.new_secret()

    def fits(self, given: str) -> bool:
        """Whether it is the word."""
        return hmac.compare_digest(self.word.encode(), given.encode())


def found_first(
    store: Store,
    key: AccessKey,
    settings: AccessSettings,
    name: str,
    words: str,
    password: str,
    secret: str,
    step: int,
    recovery: list[str],
    agent: str = "",
) -> Session:
    """Make the first account with its password and second factor, and sign its owner in.

    ``secret``, ``step``: the second factor's secret and the step of time whose code showed that the phone has it.
    ``recovery``: codes to keep. Raises :class:`NotFirstError` where there is an account already,
    :class:`~clearbell.access.errors.WeakPasswordError`, :class:`~clearbell.access.errors.BadAccountError`.
    """
    check_password(settings, name, password)
    kept = key.hash(password)
    with store.act(ACTOR) as act:
        if any_account(act.conn):
            raise NotFirstError
        do_make_account(act, key, settings, name, words, ROLE)
        do_step(act, name, Step.JOIN)
        do_void_invitation(act, name)
        act.conn.execute(update(account).where(account.c.account == name).values(password=kept))
        do_set_second_factor(act, key, name, secret, step, recovery)
        return begin_session(act, key, settings, name, agent, half=False, factor=True)
