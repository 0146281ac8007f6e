"""Ends that nobody else brings: receipts that never come, and notices that nobody sends when their time is over."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from clearbell.calls import HOUR
from clearbell.ledger import Act, Store
from clearbell.notices.mass.audience import CHANNELS
from clearbell.notices.mass.counting import counts_kept, do_recount
from clearbell.notices.mass.model import Event, MassState, MassStepped, Outcome
from clearbell.notices.mass.sending import Change, Doubtful, do_keep, do_recover
from clearbell.notices.mass.service import do_end_waiting, do_finish
from clearbell.notices.mass.tables import mass, mass_recipient
from clearbell.notices.model import Channel
from clearbell.policy.model import MassRules

_PAGE = 1_000
_BEGUN = (MassState.SENDING.value, MassState.PAUSED.value, MassState.FINISHED.value, MassState.CANCELLED.value)
_OVER = (MassState.FINISHED.value, MassState.CANCELLED.value)


def no_receipt_words(channel: Channel, hours: int) -> str:
    """Why someone's end is that no receipt came."""
    if channel is Channel.MAIL:
        return "accepted by the mail relay, which tells no more"
    return f"accepted, no receipt within {hours} hours"


def settle(store: Store, rules: MassRules, actor: str, *, thorough: bool = True) -> int:
    """Give up receipts that were to come within the pack's hours; returns how many.

    Not ``thorough``, it goes by the counts beside the notices alone, and does not look for receipts. A notice whose time is over and that nobody sends is finished: who was not told has that as the reason. A notice of which everyone has an end is settled. In acts of a thousand, so that no call waits; whatever stops it,
    the next time goes on. One that comes after all is still taken.
    """
    _finish_left(store, actor)
    with store.read() as conn:
        unsettled = conn.execute(
            select(mass).where(mass.c.state.in_(_BEGUN), mass.c.settled == 0).order_by(mass.c.mass)
        ).all()
        before = store.clock.now() - rules.receipt_hours * HOUR
        waiting = [row.mass for row in unsettled if _has_something_to_do(conn, row, before, thorough=thorough)]
    given_up = 0
    for number in waiting:
        after = ""
        while True:
            with store.act(actor) as act:
                rows = _overdue(act.conn, number, act.at - rules.receipt_hours * HOUR, after)
                if not rows:
                    _do_settle(act, number)
                    break
                do_keep(act, number, [_missed(row, rules.receipt_hours) for row in rows])
            given_up += len(rows)
            after = rows[-1].recipient
    return given_up


def _finish_left(store: Store, actor: str) -> None:
    def left(at: int) -> Select[Any]:
        begun = mass.c.state.in_((MassState.SENDING.value, MassState.PAUSED.value))
        return select(mass.c.mass).where(begun, mass.c.not_after <= at, mass.c.lease <= at).order_by(mass.c.mass)

    with store.read() as conn:
        found = conn.execute(left(store.clock.now())).first()
    if found is None:
        return
    with store.act(actor) as act:
        for number in act.conn.execute(left(act.at)).scalars().all():
            # What a killed sender had claimed may have gone out.
            do_recover(act, number, Doubtful(frozenset()))
            do_end_waiting(act, number, Event.LAPSE, "its time was over")
            do_finish(act, number, officer=actor)


def _has_something_to_do(conn: Connection, row: Row[Any], before: int, *, thorough: bool) -> bool:
    counts = counts_kept(conn, row)
    if row.state in _OVER and not (counts[Outcome.ACCEPTED] or counts[Outcome.TAKEN]):
        return True
    return thorough and counts[Outcome.ACCEPTED] > 0 and bool(_overdue(conn, row.mass, before, "", 1))


def _overdue(conn: Connection, number: int, before: int, after: str, most: int = _PAGE) -> list[Row[Any]]:
    query = select(mass_recipient).where(
        _of(number, Outcome.ACCEPTED), mass_recipient.c.since <= before, mass_recipient.c.recipient > after
    )
    return list(conn.execute(query.order_by(mass_recipient.c.recipient).limit(most)))


def _waits(conn: Connection, number: int) -> bool:
    waits = (Outcome.TAKEN, Outcome.ACCEPTED)
    found = select(mass_recipient.c.recipient).where(
        mass_recipient.c.mass == number, mass_recipient.c.outcome.in_([int(outcome) for outcome in waits])
    )
    return conn.execute(found.limit(1)).first() is not None


def _of(number: int, outcome: Outcome) -> ColumnElement[bool]:
    return (mass_recipient.c.mass == number) & (mass_recipient.c.outcome == int(outcome))


def _missed(row: Row[Any], hours: int) -> Change:
    channel = CHANNELS[row.channel]
    return Change(
        row.recipient,
        channel,
        Event.MISS,
        row.parts,
        row.accepted,
        row.attempts,
        row.ids,
        no_receipt_words(channel, hours),
        was=Outcome.ACCEPTED,
    )


def _do_settle(act: Act, number: int) -> None:
    row = act.conn.execute(select(mass).where(mass.c.mass == number)).one()
    if row.settled or row.state not in _OVER or _waits(act.conn, number):
        return
    counts = do_recount(act, number)
    act.conn.execute(update(mass).where(mass.c.mass == number).values(settled=act.at))
    told = {outcome.word: count for outcome, count in sorted(counts.items())}
    act.append("notices.mass-settled", [MassStepped(number, row.version, act.actor, "", told)])
