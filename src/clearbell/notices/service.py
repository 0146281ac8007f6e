"""Acts on notices: queueing them and taking them up again by hand. What the dispatcher does is in ``progress``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec
from sqlalchemy import delete, func, select, update

from clearbell.ledger import Act
from clearbell.ledger.tables import ledger_entry, ledger_sealed
from clearbell.lifecycles import move
from clearbell.notices.errors import (
    ChannelOffError,
    KeyTakenError,
    LapsedNoticeError,
    SecretGoneError,
    UnknownNoticeError,
)
from clearbell.notices.keys import NoticeKey
from clearbell.notices.model import (
    TRANSITIONS,
    Channel,
    NoticeEnded,
    NoticeQueued,
    NoticeRetried,
    Priority,
    State,
    Step,
)
from clearbell.notices.queries import notice_of
from clearbell.notices.recipients import check_recipient, subject_of
from clearbell.notices.tables import notice, notice_code, notice_incoming, notice_part, notice_receipt
from clearbell.notices.templates import Templates


class Outbox(msgspec.Struct, frozen=True):
    """What queueing needs to know of the node."""

    channels: frozenset[Channel]
    """Channels on which something is sent; queueing on another is refused."""
    templates: Templates
    key: NoticeKey


class Notice(msgspec.Struct, frozen=True):
    """What someone is to be told."""

    key: str
    """What the caller calls it, such as ``restricted:R1``; the same key again is the same notice."""
    channel: Channel
    recipient: int | str
    """Number as an ``int``, mail address, or URL."""
    template: str
    arguments: Mapping[str, str]
    language: str
    purpose: str
    not_after: int
    """From when it is of no use any more, µs UTC."""
    priority: Priority = Priority.NORMAL


def notice_id(key: str) -> str:
    """Id of the notice that a key names."""
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def do_queue_notice(act: Act, outbox: Outbox, new: Notice) -> str:
    """Queue a notice and return its id; one whose key is known is not queued again.

    Raises :class:`~clearbell.notices.errors.NoticeError` of the kind that says what is wrong, and changes nothing.
    """
    recipient = check_recipient(new.channel, new.recipient)
    found = notice_id(new.key)
    before = notice_of(act.conn, found)
    if before is not None:
        if (before.channel, before.recipient, before.template) != (new.channel.value, recipient, new.template):
            raise KeyTakenError(found)
        return found
    if new.channel not in outbox.channels:
        raise ChannelOffError(new.channel)
    template = outbox.templates.check(new.template, new.arguments, new.language)
    if new.not_after <= act.at:
        raise LapsedNoticeError
    told = {name: value for name, value in new.arguments.items() if name not in template.secret}
    hidden = {name: value for name, value in new.arguments.items() if name in template.secret}
    earlier: int = act.conn.execute(
        select(func.count()).select_from(notice).where(notice.c.recipient == recipient)
    ).scalar_one()
    act.conn.execute(
        notice.insert().values(
            notice=found,
            key=new.key,
            channel=new.channel.value,
            recipient=recipient,
            template=new.template,
            arguments=msgspec.json.encode(told),
            secret=outbox.key.hide(found, hidden),
            language=new.language,
            purpose=new.purpose,
            priority=int(new.priority),
            reference=earlier % 256,
            created=act.at,
            not_after=new.not_after,
            state=State.QUEUED.value,
            since=act.at,
            due=act.at,
            owner="",
            attempts=0,
            reason="",
        )
    )
    fact = NoticeQueued(
        notice=found,
        key=new.key,
        channel=new.channel,
        recipient=recipient,
        template=new.template,
        template_version=template.version,
        arguments=told,
        language=new.language,
        purpose=new.purpose,
        priority=int(new.priority),
        not_after=new.not_after,
    )
    act.append("notices.queued", [fact], about=lambda f: subject_of(new.channel, f.recipient))
    return found


def do_retry_notice(act: Act, outbox: Outbox, notice_id: str, not_after: int) -> None:
    """Have a failed or expired notice sent again until ``not_after`` (µs UTC).

    Raises :class:`UnknownNoticeError`, :class:`SecretGoneError`, :class:`LapsedNoticeError`,
    :class:`ChannelOffError` and :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    row = notice_of(act.conn, notice_id)
    if row is None:
        raise UnknownNoticeError(notice_id)
    channel = Channel(row.channel)
    to = move(TRANSITIONS, State(row.state), Step.RETRY).to
    if outbox.templates.template(row.template).secret:
        raise SecretGoneError(notice_id)
    if channel not in outbox.channels:
        raise ChannelOffError(channel)
    if not_after <= act.at:
        raise LapsedNoticeError
    # All of it is sent again: what was acknowledged did not reach the recipient whole.
    act.conn.execute(delete(notice_part).where(notice_part.c.notice == notice_id))
    act.conn.execute(
        update(notice)
        .where(notice.c.notice == notice_id)
        .values(state=to.value, since=act.at, due=act.at, not_after=not_after, attempts=0, owner="", reason="")
    )
    fact = NoticeRetried(notice_id, row.recipient, not_after)
    act.append("notices.retried", [fact], about=lambda f: subject_of(channel, f.recipient))


def do_withdraw_notice(act: Act, notice_id: str, reason: str) -> bool:
    """Do not send a notice that is still queued; False when it is on its way, was sent, or is unknown."""
    row = notice_of(act.conn, notice_id)
    if row is None or (State(row.state), Step.WITHDRAW) not in TRANSITIONS:
        return False
    to = move(TRANSITIONS, State(row.state), Step.WITHDRAW).to
    act.conn.execute(
        update(notice)
        .where(notice.c.notice == notice_id)
        .values(state=to.value, since=act.at, due=0, secret=b"", reason=reason)
    )
    fact = NoticeEnded(notice_id, row.recipient, "", act.at, reason)
    act.append("notices.withdrawn", [fact], about=lambda f: subject_of(Channel(row.channel), f.recipient))
    return True


def do_forget_notices(act: Act, ids: Sequence[str]) -> int:
    """Erase notices whose words name a person who is not their recipient; returns how many rows went."""
    gone = 0
    for one in ids:
        row = notice_of(act.conn, one)
        if row is None:
            continue
        subject = str(subject_of(Channel(row.channel), row.recipient))
        places = act.conn.execute(
            select(ledger_entry.c.seq)
            .join(ledger_sealed, ledger_sealed.c.seq == ledger_entry.c.seq)
            .where(ledger_sealed.c.subject == subject, ledger_entry.c.kind == "notices.queued")
        ).scalars()
        for place in places.all():
            act.erase_where(place, partial(_names, one))
        messages = select(notice_part.c.message_id).where(notice_part.c.notice == one)
        gone += act.conn.execute(delete(notice_receipt).where(notice_receipt.c.message_id.in_(messages))).rowcount
        gone += act.conn.execute(delete(notice_part).where(notice_part.c.notice == one)).rowcount
        gone += act.conn.execute(delete(notice).where(notice.c.notice == one)).rowcount
    return gone


def _names(notice_id: str, data: bytes) -> bool:
    return f'"{notice_id}"'.encode() in data


def do_forget_recipient(act: Act, recipient: int | str) -> int:
    """Delete the notices to a recipient, what acknowledges them, codes and half-received messages; returns how many rows.

    Sealed facts are erased by ``Act.erase``.
    """
    who = str(recipient)
    mine = select(notice.c.notice).where(notice.c.recipient == who)
    messages = select(notice_part.c.message_id).where(notice_part.c.notice.in_(mine))
    gone = act.conn.execute(delete(notice_receipt).where(notice_receipt.c.message_id.in_(messages))).rowcount
    gone += act.conn.execute(delete(notice_part).where(notice_part.c.notice.in_(mine))).rowcount
    gone += act.conn.execute(delete(notice).where(notice.c.recipient == who)).rowcount
    gone += act.conn.execute(delete(notice_incoming).where(notice_incoming.c.sender == who)).rowcount
    if isinstance(recipient, int):
        gone += act.conn.execute(delete(notice_code).where(notice_code.c.number == recipient)).rowcount
    return gone
