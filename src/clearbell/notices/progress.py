"""How notices move while they are sent: taken, acknowledged, postponed, delivered. Called by the dispatcher.

Taking and postponing change rows only: they say nothing about a person that the facts of the ledger do not say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, or_, select, update

from clearbell.calls import DAY
from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.notices.model import (
    TRANSITIONS,
    Channel,
    MessageReceived,
    NoticeEnded,
    NoticeSent,
    State,
    Step,
)
from clearbell.notices.queries import notice_of
from clearbell.notices.recipients import subject_of
from clearbell.notices.tables import notice, notice_code, notice_incoming, notice_part, notice_receipt
from clearbell.notices.transports.protocol import Accepted, IncomingPart, Receipt, ReceiptState, Refused
from clearbell.numbering import to_key

_ENDS = {Step.DELIVER: "notices.delivered", Step.REFUSE: "notices.failed", Step.LAPSE: "notices.expired"}
_REASON_MOST = 200
_HALF_MESSAGE = DAY


def do_take(act: Act, channels: Sequence[Channel], owner: str, most: int, lease: int) -> list[Row[Any]]:
    """Take up to ``most`` notices that are due, the urgent and the oldest first, until ``lease`` (µs UTC).

    One whose taker's lease ran out is taken again. Two dispatchers never hold the same notice.
    """
    given_up = and_(notice.c.state == State.SENDING.value, notice.c.due <= act.at)
    waiting = and_(notice.c.state == State.QUEUED.value, notice.c.due <= act.at)
    query = (
        select(notice)
        .where(or_(waiting, given_up), notice.c.not_after > act.at)
        .where(notice.c.channel.in_([channel.value for channel in channels]))
        .order_by(notice.c.priority.desc(), notice.c.due, notice.c.created)
        .limit(most)
    )
    rows = list(act.conn.execute(query))
    for row in rows:
        if row.state == State.SENDING.value:
            move(TRANSITIONS, State.SENDING, Step.POSTPONE)
        to = move(TRANSITIONS, State.QUEUED, Step.TAKE).to
        act.conn.execute(
            update(notice)
            .where(notice.c.notice == row.notice)
            .values(state=to.value, since=act.at, due=lease, owner=owner, attempts=row.attempts + 1)
        )
    return rows


def do_release(act: Act, owner: str, channels: Sequence[Channel]) -> int:
    """Put what ``owner`` took and did not finish back into the queue, due at once; returns how many."""
    to = move(TRANSITIONS, State.SENDING, Step.POSTPONE).to
    return act.conn.execute(
        update(notice)
        .where(notice.c.state == State.SENDING.value, notice.c.owner == owner)
        .where(notice.c.channel.in_([channel.value for channel in channels]))
        .values(state=to.value, since=act.at, due=act.at, owner="")
    ).rowcount


def do_lapse(act: Act, channels: Sequence[Channel], most: int = 100) -> int:
    """Expire what was not taken over in time; returns how many."""
    free = or_(
        notice.c.state == State.QUEUED.value, and_(notice.c.state == State.SENDING.value, notice.c.due <= act.at)
    )
    query = select(notice).where(free, notice.c.not_after <= act.at)
    rows = act.conn.execute(query.where(notice.c.channel.in_([c.value for c in channels])).limit(most)).all()
    for row in rows:
        _end(act, row, Step.LAPSE, reason=row.reason)
    return len(rows)


def do_keep_accepted(act: Act, event: Accepted) -> None:
    """Keep that a part was taken over; with the last one the notice is sent. The same again changes nothing."""
    row = notice_of(act.conn, event.notice)
    if row is None:
        return  # forgotten meanwhile
    mine = notice_part.c.notice == event.notice
    act.conn.execute(delete(notice_part).where(mine, notice_part.c.parts != event.parts))
    known = set(act.conn.execute(select(notice_part.c.part).where(mine)).scalars())
    if event.part not in known:
        act.conn.execute(
            notice_part.insert().values(
                notice=event.notice,
                part=event.part,
                parts=event.parts,
                message_id=event.message_id,
                accepted=act.at,
            )
        )
    if len(known | {event.part}) < event.parts or row.state not in (State.SENDING.value, State.QUEUED.value):
        return
    messages = act.conn.execute(select(notice_part.c.message_id).where(mine).order_by(notice_part.c.part)).scalars()
    to = move(TRANSITIONS, State(row.state), Step.ACCEPT).to
    act.conn.execute(
        update(notice)
        .where(notice.c.notice == event.notice)
        .values(state=to.value, since=act.at, due=0, owner="", secret=b"", reason="")
    )
    fact = NoticeSent(event.notice, row.recipient, tuple(messages))
    act.append("notices.sent", [fact], about=lambda f: subject_of(Channel(row.channel), f.recipient))
    if event.delivered:
        _judge(act, event.notice, delivered=True)
    else:
        _judge(act, event.notice)


def do_keep_refused(act: Act, event: Refused, retry_seconds: Sequence[int]) -> None:
    """Keep that it did not go through: it fails for good, or waits for its next attempt."""
    row = notice_of(act.conn, event.notice)
    if row is None or row.state != State.SENDING.value:
        return
    reason = event.reason[:_REASON_MOST]
    if event.for_good:
        _end(act, row, Step.REFUSE, reason=reason)
        return
    wait = retry_seconds[min(row.attempts, len(retry_seconds)) - 1] * 1_000_000
    to = move(TRANSITIONS, State.SENDING, Step.POSTPONE).to
    act.conn.execute(
        update(notice)
        .where(notice.c.notice == event.notice)
        .values(state=to.value, since=act.at, due=act.at + wait, owner="", reason=reason)
    )


def do_keep_receipt(act: Act, event: Receipt) -> None:
    """Keep a delivery receipt as proof, and what follows from it. One before its acknowledgement waits for it."""
    known = act.conn.execute(
        select(notice_receipt.c.at).where(
            notice_receipt.c.message_id == event.message_id, notice_receipt.c.state == event.state.value
        )
    ).first()
    if known is None:
        act.conn.execute(
            notice_receipt.insert().values(
                message_id=event.message_id,
                state=event.state.value,
                at=event.at or act.at,
                received=act.at,
                error=event.error[:_REASON_MOST],
            )
        )
    owner = act.conn.execute(
        select(notice_part.c.notice)
        .where(notice_part.c.message_id == event.message_id)
        .order_by(notice_part.c.accepted.desc())
    ).first()
    if owner is not None:
        _judge(act, owner.notice)


def _judge(act: Act, notice_id: str, *, delivered: bool = False) -> None:
    row = notice_of(act.conn, notice_id)
    if row is None or row.state != State.SENT.value:
        return
    if delivered:
        _end(act, row, Step.DELIVER)
        return
    query = (
        select(notice_part.c.part, notice_part.c.parts, notice_receipt)
        .join(notice_receipt, notice_receipt.c.message_id == notice_part.c.message_id)
        .where(notice_part.c.notice == notice_id)
    )
    receipts = act.conn.execute(query.order_by(notice_receipt.c.at)).all()
    for receipt in receipts:
        if receipt.state == ReceiptState.UNDELIVERED.value:
            _end(act, row, Step.REFUSE, reason=receipt.error, message_id=receipt.message_id, at=receipt.at)
            return
    there = {receipt.part: receipt for receipt in receipts if receipt.state == ReceiptState.DELIVERED.value}
    if there and len(there) == receipts[0].parts:
        last = max(there.values(), key=lambda receipt: receipt.at)
        _end(act, row, Step.DELIVER, message_id=last.message_id, at=last.at)


def _end(act: Act, row: Row[Any], step: Step, *, reason: str = "", message_id: str = "", at: int = 0) -> None:
    to = move(TRANSITIONS, State(row.state), step).to
    act.conn.execute(
        update(notice)
        .where(notice.c.notice == row.notice)
        .values(state=to.value, since=act.at, due=0, owner="", secret=b"", reason=reason)
    )
    fact = NoticeEnded(row.notice, row.recipient, message_id, at or act.at, reason)
    act.append(_ENDS[step], [fact], about=lambda f: subject_of(Channel(row.channel), f.recipient))


def do_keep_incoming(act: Act, event: IncomingPart) -> MessageReceived | None:
    """Keep a part of an incoming message; the whole message once its last part is there."""
    text = event.text
    number = to_key(event.sender)
    sender = str(number) if number else event.sender
    if event.parts > 1:
        mine = and_(
            notice_incoming.c.sender == sender,
            notice_incoming.c.to == event.to,
            notice_incoming.c.reference == event.reference,
        )
        # The same part again replaces the one before; other parts of another length belong to an older message.
        stale = or_(
            notice_incoming.c.part == event.part,
            notice_incoming.c.parts != event.parts,
            notice_incoming.c.received < act.at - _HALF_MESSAGE,
        )
        act.conn.execute(delete(notice_incoming).where(mine, stale))
        act.conn.execute(
            notice_incoming.insert().values(
                sender=sender,
                to=event.to,
                reference=event.reference,
                part=event.part,
                parts=event.parts,
                text=event.text,
                received=act.at,
            )
        )
        texts = act.conn.execute(select(notice_incoming.c.text).where(mine).order_by(notice_incoming.c.part))
        there = list(texts.scalars())
        if len(there) < event.parts:
            return None
        act.conn.execute(delete(notice_incoming).where(mine))
        text = "".join(there)
    fact = MessageReceived(number, event.sender, event.to, text)
    act.append("notices.received", [fact], about=lambda f: f.sender or f.sender_text)
    return fact


def do_tidy(act: Act) -> None:
    """Remove codes and half-received messages of more than a day ago."""
    act.conn.execute(delete(notice_code).where(notice_code.c.sent < act.at - DAY))
    act.conn.execute(delete(notice_incoming).where(notice_incoming.c.received < act.at - _HALF_MESSAGE))
