"""What a sender keeps of a mass notice: claims, answers and receipts, hundreds in one act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, or_, select, update

from clearbell.calls import DAY
from clearbell.ledger import Act
from clearbell.notices.mass.audience import CHANNELS
from clearbell.notices.mass.counting import do_recount, do_shift
from clearbell.notices.mass.errors import TakenOverError
from clearbell.notices.mass.model import OUTCOMES, Event, MassState, MassTold, Outcome
from clearbell.notices.mass.queries import mass_of
from clearbell.notices.mass.tables import HELD, mass, mass_recipient, opt_out
from clearbell.notices.model import Channel
from clearbell.notices.recipients import subject_of
from clearbell.notices.tables import notice_part, notice_receipt
from clearbell.notices.transports.protocol import Receipt, ReceiptState
from clearbell.numbering import to_key

_PAGE = 500
_REASON_MOST = 200
_PARTS = 16
_REFERENCES = 65_535
_KINDS = {
    Event.ACCEPT: "notices.mass-accepted",
    Event.REFUSE: "notices.mass-failed",
    Event.LOSE: "notices.mass-in-doubt",
    Event.DELIVER: "notices.mass-delivered",
    Event.MISS: "notices.mass-no-receipt",
}
_LATE = 7 * DAY
"""So long after a notice's time receipts are still looked for."""
_SENT_OUT = (MassState.SENDING.value, MassState.PAUSED.value, MassState.FINISHED.value, MassState.CANCELLED.value)


class Change(msgspec.Struct):
    """What became of one recipient."""

    recipient: str
    channel: Channel
    event: Event
    parts: int
    accepted: int
    """Bits of the parts that were accepted."""
    attempts: int
    ids: str = ""
    reason: str = ""
    due: int = 0
    was: Outcome = Outcome.TAKEN
    """Where they stood, for the counts."""


Barred = Callable[[Connection, Sequence[str]], Mapping[str, str]]
"""Of these recipients, those who are not to be told any more, with the reason."""


class Doubtful(msgspec.Struct, frozen=True):
    """What follows for what was on the wire when its answer was lost."""

    again: frozenset[Channel]
    """Channels on which it is sent again."""
    since: int = 0
    """Only what was claimed at or after this, µs UTC: the other side knows no repeats of earlier ones."""


def reference_of(number: int, part: int) -> int:
    """``user_message_reference`` of a part (from 1) of a mass notice: the same whenever it is sent again.

    16 bits are all that SMPP has (3.4, 5.3.2.17): after 4,096 mass notices they come round.
    """
    return 1 + (number * _PARTS + part - 1) % _REFERENCES


def do_begin(act: Act, number: int, token: str, owner: str, lease: int) -> Row[Any]:
    """Become the one that sends it, until ``lease`` (µs UTC). Raises :class:`TakenOverError` while another host does.

    A sender of the same owner that still runs finds its token gone and stops.
    """
    row = mass_of(act.conn, number)
    if row.state == MassState.SENDING.value and row.owner not in ("", owner) and row.lease > act.at:
        raise TakenOverError(row.owner)
    act.conn.execute(update(mass).where(mass.c.mass == number).values(token=token, owner=owner, lease=lease))
    do_recount(act, number)
    return row


def check_token(conn: Connection, number: int, token: str) -> Row[Any]:
    """The notice, for the one that sends it. Raises :class:`TakenOverError` for another."""
    row = mass_of(conn, number)
    if row.token != token:
        raise TakenOverError(row.owner)
    return row


def do_hold(act: Act, number: int, token: str, lease: int) -> Row[Any]:
    """Go on being the one that sends; tells where the notice stands. Raises :class:`TakenOverError`."""
    row = check_token(act.conn, number, token)
    act.conn.execute(update(mass).where(mass.c.mass == number).values(lease=lease))
    return row


def do_let_go(act: Act, number: int, token: str) -> None:
    """Stop being the one that sends."""
    act.conn.execute(
        update(mass).where(mass.c.mass == number, mass.c.token == token).values(token="", owner="", lease=0)
    )


def do_recover(act: Act, number: int, doubtful: Doubtful) -> int:
    """Settle what a sender that was killed had claimed: it may be on the wire, or not; returns how many."""
    mine = (mass_recipient.c.mass == number) & (mass_recipient.c.outcome == int(Outcome.TAKEN))
    changes = []
    for row in act.conn.execute(select(mass_recipient).where(HELD, mine)):
        channel = CHANNELS[row.channel]
        again = channel in doubtful.again and (channel is not Channel.SMS or row.since >= doubtful.since)
        changes.append(
            Change(
                row.recipient,
                channel,
                Event.RELEASE if again else Event.LOSE,
                row.parts,
                row.accepted,
                row.attempts,
                row.ids,
                "" if again else "the sender was killed before an answer was kept",
                act.at if again else 0,
            )
        )
    do_keep(act, number, changes)
    return len(changes)


def do_claim(
    act: Act,
    number: int,
    channels: Sequence[Channel],
    after: str | None,
    most: int,
    parts: Mapping[str, int],
    barred: Barred | None = None,
) -> tuple[list[Row[Any]], str | None]:
    """Claim up to ``most`` recipients: those due again, then those after ``after`` in order.

    Returns them, and how far the order was gone through; None: to its end. Who may not be told any more, as ``barred`` says
    (:func:`opted_out`), is excluded with the reason.
    """
    places_ = [CHANNELS.index(channel) for channel in channels]
    mine = (mass_recipient.c.mass == number) & mass_recipient.c.channel.in_(places_)
    query = select(mass_recipient).where(mine)
    again = mass_recipient.c.outcome == int(Outcome.POSTPONED)
    rows = list(act.conn.execute(query.where(HELD, again, mass_recipient.c.due <= act.at).limit(most)))
    if len(rows) < most and after is not None:
        waiting = (mass_recipient.c.outcome == int(Outcome.WAITING)) & (mass_recipient.c.recipient > after)
        left = most - len(rows)
        more = list(act.conn.execute(query.where(waiting).order_by(mass_recipient.c.recipient).limit(left)))
        after = more[-1].recipient if len(more) == left else None
        rows += more
    if not rows:
        return [], after
    gone = (barred or opted_out)(act.conn, [row.recipient for row in rows])
    claimed = [row for row in rows if row.recipient not in gone]
    for language in sorted({row.language for row in claimed}):
        # Known from here on: a receipt may have to tell of a message whose sender was killed.
        those = [row.recipient for row in claimed if row.language == language]
        _set(act, number, those, Event.CLAIM, "", parts=parts[language])
    for reason in sorted(set(gone.values())):
        _set(act, number, [name for name, why in gone.items() if why == reason], Event.EXCLUDE, reason)
    moved = Counter({Outcome.TAKEN: len(claimed), Outcome.EXCLUDED: len(gone)})
    moved.subtract(Outcome(row.outcome) for row in rows)
    do_shift(act, number, moved)
    return claimed, after


def opted_out(conn: Connection, names: Sequence[str]) -> dict[str, str]:
    """Of these, those who want no mass notices."""
    found = conn.execute(select(opt_out.c.recipient).where(opt_out.c.recipient.in_(list(names)))).scalars()
    return dict.fromkeys(found, "opted out")


def none_barred(_conn: Connection, _names: Sequence[str]) -> dict[str, str]:
    """Nobody: what is mandatory goes to those who opted out too."""
    return {}


def do_keep(act: Act, number: int, changes: Sequence[Change]) -> None:
    """Keep what became of recipients, and append it for those who were told or have a reason."""
    by_event: dict[Event, list[Change]] = {}
    for change in changes:
        by_event.setdefault(change.event, []).append(change)
    for event, those in by_event.items():
        statement = (
            update(mass_recipient)
            .where(mass_recipient.c.mass == number, mass_recipient.c.recipient == bindparam("who"))
            .where(or_(*(mass_recipient.c.outcome == was for was in _from(event))))
            .values(
                outcome=_to(event),
                since=act.at,
                parts=bindparam("n_parts"),
                accepted=bindparam("bits"),
                attempts=bindparam("tries"),
                ids=bindparam("names"),
                reason=bindparam("why"),
                due=bindparam("again"),
            )
        )
        act.conn.execute(
            statement,
            [
                {
                    "who": c.recipient, "n_parts": c.parts, "bits": c.accepted, "tries": c.attempts, "names": c.ids,
                    "why": c.reason[:_REASON_MOST], "again": c.due,
                }
                for c in those
            ],
        )  # fmt: skip
        if event in _KINDS:
            told = [MassTold(number, c.recipient, c.ids, c.reason[:_REASON_MOST]) for c in those]
            channels = {c.recipient: c.channel for c in those}
            act.append(_KINDS[event], told, about=_subjects(channels))
    if changes:
        moved = Counter(Outcome(_to(c.event)) for c in changes)
        moved.subtract(c.was for c in changes)
        do_shift(act, number, moved)
    _meet_receipts(act, by_event.get(Event.ACCEPT, []))


def _subjects(channels: dict[str, Channel]) -> Callable[[MassTold], int | str]:
    return lambda fact: subject_of(channels[fact.recipient], fact.recipient)


def _meet_receipts(act: Act, accepted: Sequence[Change]) -> None:
    """Receipts that came to a node's line of personal notices before the answer was kept here."""
    ids = {name: change for change in accepted for name in change.ids.split() if change.channel is Channel.SMS}
    names = list(ids)
    receipts = []
    for at in range(0, len(names), _PAGE):
        query = select(notice_receipt).where(notice_receipt.c.message_id.in_(names[at : at + _PAGE]))
        receipts += [
            Receipt(row.message_id, ReceiptState(row.state), row.at, row.error, 0, ids[row.message_id].recipient)
            for row in act.conn.execute(query)
        ]
    if receipts:
        do_keep_receipts(act, receipts)


class Kept(msgspec.Struct):
    """What became of receipts."""

    early: list[Receipt]
    """Their message has no answer yet: try them again."""
    others: list[Receipt]
    """Of no mass notice."""


def do_keep_receipts(act: Act, receipts: Sequence[Receipt]) -> Kept:
    """Keep delivery receipts. One for a message in doubt tells that the SMS centre has it after all."""
    kept = Kept([], [])
    left = list(receipts)
    query = select(mass.c.mass).where(mass.c.state.in_(_SENT_OUT), mass.c.not_after > act.at - _LATE)
    for number in act.conn.execute(query.order_by(mass.c.mass.desc())).scalars().all():
        if not left:
            break
        left = _keep_in(act, number, left, kept)
    kept.others = left
    return kept


def _keep_in(act: Act, number: int, receipts: Sequence[Receipt], kept: Kept) -> list[Receipt]:
    names = {receipt.recipient: _names(receipt.recipient) for receipt in receipts}
    wanted = sorted({name for found in names.values() for name in found})
    rows: dict[str, Row[Any]] = {}
    for at in range(0, len(wanted), _PAGE):
        query = select(mass_recipient).where(
            mass_recipient.c.mass == number, mass_recipient.c.recipient.in_(wanted[at : at + _PAGE])
        )
        rows.update((row.recipient, row) for row in act.conn.execute(query))
    if not rows:
        return list(receipts)
    unknown = [r.message_id for r in receipts]
    personal = _personal(act, unknown)
    others: list[Receipt] = []
    changed: dict[str, _Told] = {}
    for receipt in receipts:
        found = next((rows[name] for name in names[receipt.recipient] if name in rows), None)
        if found is None or receipt.message_id in personal:
            others.append(receipt)
            continue
        told = changed.get(found.recipient) or _Told(found)
        if told.take(number, receipt):
            changed[found.recipient] = told
        elif found.outcome == int(Outcome.TAKEN):
            kept.early.append(receipt)
        else:
            others.append(receipt)
    changes = []
    for told in changed.values():
        change = told.change()
        if change is not None:
            changes.append(change)
    do_keep(act, number, changes)
    same = [
        {"who": told.row.recipient, "names": told.text(), "bits": told.accepted}
        for told in changed.values()
        if told.change() is None and told.text() != told.row.ids
    ]
    if same:
        act.conn.execute(
            update(mass_recipient)
            .where(mass_recipient.c.mass == number, mass_recipient.c.recipient == bindparam("who"))
            .values(ids=bindparam("names"), accepted=bindparam("bits")),
            same,
        )
    return others


class _Told:
    """One recipient's parts while receipts are read."""

    def __init__(self, row: Row[Any]) -> None:
        self.row = row
        self.accepted: int = row.accepted
        self.ids = {name.rstrip("+-"): name[-1] if name[-1] in "+-" else "" for name in row.ids.split()}
        self.error = ""

    def take(self, number: int, receipt: Receipt) -> bool:
        """Whether the receipt is about one of its messages."""
        name = receipt.message_id.replace(" ", "_").rstrip("+-")
        if name not in self.ids:
            if self.row.outcome != int(Outcome.DOUBT):
                return False
            parts = range(1, self.row.parts + 1)
            missing = [part for part in parts if not self.accepted >> (part - 1) & 1]
            if receipt.reference:
                missing = [part for part in missing if reference_of(number, part) == receipt.reference]
            if not missing:
                return False
            self.accepted |= 1 << (missing[0] - 1)
            self.ids[name] = ""
        if receipt.state is ReceiptState.DELIVERED:
            self.ids[name] = "+"
        elif receipt.state is ReceiptState.UNDELIVERED:
            self.ids[name] = "-"
            self.error = receipt.error
        return True

    def text(self) -> str:
        """Ids as they are kept."""
        return " ".join(f"{name}{mark}" for name, mark in self.ids.items())

    def change(self) -> Change | None:
        """What follows; None for nothing yet."""
        outcome = Outcome(self.row.outcome)
        whole = len(self.ids) >= self.row.parts > 0
        if any(mark == "-" for mark in self.ids.values()):
            event = Event.REFUSE
        elif whole and all(mark == "+" for mark in self.ids.values()):
            event = Event.DELIVER
        elif whole and outcome is Outcome.DOUBT:
            event = Event.ACCEPT
        else:
            return None
        if (outcome, event) not in OUTCOMES:
            return None
        row = self.row
        reason = self.error if event is Event.REFUSE else ""
        return Change(
            row.recipient,
            CHANNELS[row.channel],
            event,
            row.parts,
            self.accepted,
            row.attempts,
            self.text(),
            reason,
            was=outcome,
        )


def _names(text: str) -> tuple[str, ...]:
    bare = text.lstrip("+")
    read = str(to_key(text)) if text else ""
    return (bare, read) if read not in (bare, "0") else (bare,)


def _personal(act: Act, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for at in range(0, len(ids), _PAGE):
        query = select(notice_part.c.message_id).where(notice_part.c.message_id.in_(ids[at : at + _PAGE]))
        found.update(act.conn.execute(query).scalars())
    return found


def _set(act: Act, number: int, names: Iterable[str], event: Event, reason: str, **more: int) -> None:
    rows = [{"who": name} for name in names]
    if not rows:
        return
    statement = (
        update(mass_recipient)
        .where(mass_recipient.c.mass == number, mass_recipient.c.recipient == bindparam("who"))
        .values(outcome=_to(event), since=act.at, reason=reason, **more)
    )
    act.conn.execute(statement, rows)


def _from(event: Event) -> list[int]:
    return [int(was) for was, step in OUTCOMES if step is event]


def _to(event: Event) -> int:
    return int(next(transition.to for (_, step), transition in OUTCOMES.items() if step is event))
