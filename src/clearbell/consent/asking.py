"""Asking for a consent, and what the subscriber's reply means: no reply is no consent (regime 5.6)."""

from __future__ import annotations

import enum
import string
import unicodedata
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.calls import DAY
from clearbell.consent.codes import plain_code
from clearbell.consent.errors import AskedBeforeError, LapsedBeforeGivenError, NeverAskedError, RefusedBeforeError
from clearbell.consent.granting import do_grant
from clearbell.consent.model import Channel, ConsentAsked, ConsentGranted, Provenance, Refused
from clearbell.consent.queries import in_force
from clearbell.consent.service import do_refuse
from clearbell.consent.tables import asking, refusal
from clearbell.ledger import Act
from clearbell.ledger.bulk import put_rows

_COLUMNS = tuple(column.name for column in asking.columns)


class Reply(enum.Enum):
    """What a reply to an ask means."""

    AGREED = "agreed"
    REFUSED = "refused"
    UNCLEAR = "unclear"
    """Anything else: the subscriber did not agree, and nothing changes."""


_AROUND = string.punctuation + string.whitespace + "。、“”"
_AGREED = frozenset({"y", "yes", "ok", "1", "是", "同意", "好", "好的", "可以"})
_REFUSED = frozenset(
    {"n", "no", "0", "2", "t", "td", "r", "stop", "退订", "否", "不", "不同意", "拒绝", "不要", "不需要", "unsubscribe"}
)


def read_reply(text: str) -> Reply:
    """Read an SMS text or a pressed key. Only a clear yes agrees; full-width forms and punctuation do not matter."""
    word = unicodedata.normalize("NFKC", text).strip().lower().strip(_AROUND)
    if word in _AGREED:
        return Reply.AGREED
    return Reply.REFUSED if word in _REFUSED else Reply.UNCLEAR


def do_ask(act: Act, fact: ConsentAsked, again_after: float | None) -> None:
    """Record that the subscriber is asked.

    ``again_after``: days after which someone who did not agree may be asked again (the pack's
    ``consent_ask_again``); None: never.

    Raises :class:`RefusedBeforeError` where the subscriber refused the holder, and :class:`AskedBeforeError` where the
    subscriber was asked about the same purpose and did not agree.
    """
    if fact.until and fact.until <= act.at:
        raise LapsedBeforeGivenError
    conn = act.conn
    refused = select(refusal.c.at).where(refusal.c.callee == fact.callee, refusal.c.holder == fact.holder)
    if conn.execute(refused).first() is not None:
        raise RefusedBeforeError(fact.holder)
    before = conn.execute(
        select(asking.c.asked).where(
            asking.c.callee == fact.callee, asking.c.holder == fact.holder, asking.c.purpose == fact.purpose
        )
    ).first()
    agreed = in_force(conn, fact.holder, fact.callee, fact.purpose, act.at)
    if before is not None and not agreed and (again_after is None or act.at - before.asked < again_after * DAY):
        raise AskedBeforeError(fact.holder, fact.purpose)
    row = (
        fact.callee,
        fact.holder,
        fact.purpose,
        fact.channel.value,
        fact.per_day,
        fact.until,
        fact.code,
        act.at,
        0,
    )
    put_rows(conn, asking, _COLUMNS, [row], ("callee", "holder", "purpose"))
    act.append("consent.asked", [fact], about=lambda f: f.callee)


def do_reply(
    act: Act, holder: str, callee: int, purpose: str, text: str, *, channel: Channel, evidence: str = ""
) -> Reply:
    """Take in a subscriber's reply to an ask: a clear yes is a consent, a no is a refusal of the holder.

    Raises :class:`NeverAskedError` for a yes to a question that was never put: it proves nothing.
    """
    reply = read_reply(text)
    if reply is Reply.REFUSED:
        do_refuse(act, Refused(callee, holder, 0, channel))
    elif reply is Reply.AGREED:
        asked = act.conn.execute(
            select(asking).where(asking.c.callee == callee, asking.c.holder == holder, asking.c.purpose == purpose)
        ).first()
        if asked is None:
            raise NeverAskedError(holder)
        # To what was asked, and no more: its frequency and its end.
        grant = ConsentGranted(
            holder, callee, purpose, asked.until, channel, evidence, Provenance.SUBSCRIBER, asked.per_day
        )
        do_grant(act, [grant])
    return reply


def find_ask(conn: Connection, code: str) -> Row[Any] | None:
    """The ask that a page's link names; None when there is none."""
    wanted = plain_code(code)
    return conn.execute(select(asking).where(asking.c.code == wanted)).first() if wanted else None
