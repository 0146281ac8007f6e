"""What subscribers answer by SMS: opting out of mass notices and in again, taking a consent back, agreeing or refusing.

A word is taken for the answer to what was said last: an ask for a consent, or a mass notice. Whatever it does, it is answered,
at most once an hour for each kind.
"""

from __future__ import annotations

import contextlib
import hashlib
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from clearbell.calls import DAY, HOUR
from clearbell.consent.asking import Reply, do_reply, read_reply
from clearbell.consent.errors import ConsentError, NothingToWithdrawError
from clearbell.consent.model import Channel as Said
from clearbell.consent.model import ConsentWithdrawn
from clearbell.consent.service import do_withdraw
from clearbell.consent.tables import asking, consent
from clearbell.ledger import Act
from clearbell.notices.errors import BadRecipientError, NoticeError
from clearbell.notices.mass.opting import Meant, do_opt_in, do_opt_out, meaning_of
from clearbell.notices.mass.queries import last_told
from clearbell.notices.mass.sending import opted_out
from clearbell.notices.mass.service import audience_of
from clearbell.notices.model import Channel, MessageReceived, Priority
from clearbell.notices.recipients import check_recipient
from clearbell.notices.service import Notice, Outbox, do_queue_notice
from clearbell.policy.model import MassRules
from clearbell.registry.queries import holder_name

_PAGE = 500
_HOME = "86"


def do_take_message(act: Act, message: MessageReceived, *, rules: MassRules, outbox: Outbox) -> str:
    """Do what an incoming SMS asks for and answer it; returns the template of the answer, empty where it asks nothing."""
    try:
        sender = check_recipient(Channel.SMS, message.sender)
    except BadRecipientError:
        return ""
    since = act.at - rules.reply_days * DAY
    told = last_told(act.conn, sender, since)
    ask = _last_ask(act.conn, message.sender, since)
    meant = meaning_of(rules, message.text)
    language = _language(sender, message.text, told)
    template, arguments = "", dict[str, str]()
    if ask is not None and (told is None or ask.asked >= told.told or meant is Meant.NOTHING):
        template, arguments = _answer_ask(act, ask, message.text)
    if not template and meant is Meant.OUT:
        template, arguments = _opt_out(act, rules, sender, told, language)
    elif not template and meant is Meant.IN:
        do_opt_in(act, Channel.SMS, sender)
        template, arguments = "opted-in", {"word": _word(rules.opt_out_words, language)}
    if template:
        _answer(act, outbox, sender, template, arguments, language)
    return template


def consent_gone(
    conn: Connection, names: Sequence[str], *, holder: str, purpose: str, now: Callable[[], int]
) -> dict[str, str]:
    """Of these numbers, those who opted out, or whose consent to the holder is no longer in force, with the reason."""
    stands = (consent.c.withdrawn == 0) & or_(consent.c.until == 0, consent.c.until > now())
    query = select(consent.c.callee).where(consent.c.holder == holder, stands)
    if purpose:
        query = query.where(consent.c.purpose.in_([purpose, "*"]))
    agreed: set[int] = set()
    for at in range(0, len(names), _PAGE):
        some = [int(name) for name in names[at : at + _PAGE]]
        agreed.update(conn.execute(query.where(consent.c.callee.in_(some))).scalars())
    gone = {name: "the consent is not in force any more" for name in names if int(name) not in agreed}
    return gone | opted_out(conn, names)


def _answer_ask(act: Act, ask: Row[Any], text: str) -> tuple[str, dict[str, str]]:
    reply = read_reply(text)
    if reply is Reply.UNCLEAR or (ask.answered and reply is Reply.AGREED):
        return "", {}
    shown = f"{ask.holder}|{ask.callee}|{ask.purpose}|{ask.per_day}|{ask.until}|{text}|{act.at}"
    evidence = hashlib.sha256(shown.encode()).hexdigest()
    try:
        do_reply(act, ask.holder, ask.callee, ask.purpose, text, channel=Said.SMS, evidence=evidence)
    except ConsentError:
        return "", {}  # what was asked for is over
    who = {"holder": holder_name(act.conn, ask.holder) or ask.holder}
    return ("consent-agreed" if reply is Reply.AGREED else "consent-refused"), who


def _opt_out(
    act: Act, rules: MassRules, sender: str, told: Row[Any] | None, language: str
) -> tuple[str, dict[str, str]]:
    do_opt_out(act, Channel.SMS, sender)
    word = {"word": _word(rules.opt_in_words, language)}
    if told is None or not rules.is_commercial(told.purpose):
        return "opted-out", word
    holder = audience_of(told).holder
    with contextlib.suppress(NothingToWithdrawError):  # it was withdrawn before
        do_withdraw(act, ConsentWithdrawn(holder, int(sender), "*", Said.SMS))
    return "opted-out-commercial", {**word, "holder": holder_name(act.conn, holder) or holder}


def _answer(act: Act, outbox: Outbox, sender: str, template: str, arguments: dict[str, str], language: str) -> None:
    notice = Notice(
        key=f"{template}:{sender}:{act.at // HOUR}",
        channel=Channel.SMS,
        recipient=int(sender),
        template=template,
        arguments=arguments,
        language=language,
        purpose="answer",
        not_after=act.at + HOUR,
        priority=Priority.BULK,
    )
    # A node whose SMS is off has taken the word all the same.
    with contextlib.suppress(NoticeError):
        do_queue_notice(act, outbox, notice)


def _last_ask(conn: Connection, callee: int, since: int) -> Row[Any] | None:
    query = select(asking).where(asking.c.callee == callee, asking.c.channel == Said.SMS.value, asking.c.asked >= since)
    return conn.execute(query.order_by(asking.c.asked.desc()).limit(1)).first()


def _word(words: Sequence[str], language: str) -> str:
    """One to answer with: in English the first whole word that needs no Chinese letters."""
    whole = [word for word in words if word.isascii() and len(word) > 3] if language == "en" else []
    return (whole or list(words))[0]


def _language(sender: str, text: str, told: Row[Any] | None) -> str:
    if any(unicodedata.category(sign) == "Lo" for sign in text):
        return "zh"
    if told is not None:
        return str(told.language)
    return "zh" if sender.startswith(_HOME) else "en"
