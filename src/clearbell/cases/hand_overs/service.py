"""Acts on hand-overs: check, change the row, append to the ledger, all in one act."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, update

from clearbell.cases.errors import WordsNeededError
from clearbell.cases.evidence import Order
from clearbell.cases.files import case_of, evidence_in, own_case
from clearbell.cases.hand_overs.errors import NotForHandOverError, RecipientError, SameHandsError
from clearbell.cases.hand_overs.model import (
    TRANSITIONS,
    HandedOver,
    HandOverProposed,
    SentBack,
    State,
    Step,
)
from clearbell.cases.hand_overs.queries import hand_over_of
from clearbell.cases.hand_overs.tables import hand_over
from clearbell.cases.model import State as CaseState
from clearbell.cases.model import Verdict
from clearbell.ledger import Act
from clearbell.lifecycles import move

_UNDECIDED = frozenset({CaseState.OPENED, CaseState.VERIFYING, CaseState.PROPOSED})


def do_propose_hand_over(
    act: Act, name: str, case: str, to: str, *, with_reporters: str = "", officer: str = ""
) -> HandOverProposed:
    """Propose to hand the file of a case over to an authority; ``name``: the id of the hand-over.

    The case is confirmed, or an order is part of it. ``with_reporters``: why the numbers of reporters are shown whole.
    Raises :class:`RecipientError`, :class:`NotForHandOverError`, and as :func:`~clearbell.cases.files.own_case`.
    """
    row = _check_case(act.conn, case)
    if not to.strip():
        raise RecipientError
    who = officer or act.actor
    act.conn.execute(
        hand_over.insert().values(
            hand_over=name,
            case_id=case,
            recipient=to,
            with_reporters=with_reporters.strip(),
            state=State.PROPOSED.value,
            proposer=who,
            proposed=act.at,
            officer="",
            moved=act.at,
            manifest="",
            seq=0,
        )
    )
    fact = HandOverProposed(name, case, row.unit, to, who, with_reporters.strip())
    act.append("cases.hand-over-proposed", [fact], about=lambda f: f.unit)
    return fact


def _check_case(conn: Connection, case: str) -> Row[Any]:
    """The case, which is confirmed now or has an order."""
    row = own_case(conn, case)
    confirmed = CaseState(row.state) not in _UNDECIDED and row.verdict == Verdict.CONFIRMED.value
    if not confirmed and not any(isinstance(one.what, Order) for one in evidence_in(conn, case)):
        raise NotForHandOverError(case)
    return row


def check_hands(conn: Connection, row: Row[Any], officer: str, *, four_eyes: bool) -> None:
    """Raise where the officer may not hand it over: :class:`~clearbell.lifecycles.IllegalStepError`,
    :class:`SameHandsError`, and as :func:`do_propose_hand_over` where the case was cleared or merged meanwhile.
    """
    move(TRANSITIONS, State(row.state), Step.HAND_OVER)
    _check_case(conn, row.case_id)
    if four_eyes and officer == row.proposer:
        raise SameHandsError(officer)


def do_hand_over(act: Act, name: str, manifest: str, *, four_eyes: bool, officer: str = "") -> int:
    """Record that the package with that manifest (SHA-256, hex) is handed over; returns the entry's place in the ledger.

    Raises as :func:`check_hands`, and :class:`~clearbell.cases.hand_overs.errors.UnknownHandOverError`.
    """
    row, who = hand_over_of(act.conn, name), officer or act.actor
    check_hands(act.conn, row, who, four_eyes=four_eyes)
    fact = HandedOver(name, row.case_id, row.recipient, manifest, row.proposer, who, bool(row.with_reporters))
    seq = act.append("cases.handed-over", [fact])
    _change(act, name, state=State.HANDED_OVER.value, officer=who, moved=act.at, manifest=manifest, seq=seq)
    return seq


def do_send_back(act: Act, name: str, words: str, *, officer: str = "") -> None:
    """The second officer does not agree. Raises :class:`~clearbell.cases.errors.WordsNeededError`, and as
    :func:`do_hand_over`.
    """
    row, who = hand_over_of(act.conn, name), officer or act.actor
    move(TRANSITIONS, State(row.state), Step.SEND_BACK)
    if not words.strip():
        raise WordsNeededError
    _change(act, name, state=State.SENT_BACK.value, officer=who, moved=act.at)
    unit = case_of(act.conn, row.case_id).unit
    act.append("cases.hand-over-sent-back", [SentBack(name, row.case_id, unit, who, words)], about=lambda f: f.unit)


def _change(act: Act, name: str, **values: Any) -> None:
    act.conn.execute(update(hand_over).where(hand_over.c.hand_over == name).values(**values))
