"""Acts on orders: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from clearbell.ledger import Act, Store
from clearbell.ledger.tables import ledger_entry
from clearbell.lifecycles import IllegalStepError, move
from clearbell.sanctions.orders.errors import (
    NotInWorkError,
    OrderError,
    OrderTakenError,
    OutcomeError,
    SameOfficerError,
    UnprovenError,
    WordsNeededError,
)
from clearbell.sanctions.orders.model import (
    BEARS,
    MUST_DO_TRANSITIONS,
    PROOFS,
    STEP_OF,
    TRANSITIONS,
    Bears,
    Kind,
    MustDo,
    MustDoBegun,
    MustDoMoved,
    MustDoState,
    MustDoStep,
    OrderMoved,
    OrderOverdue,
    OrderReceived,
    OrderReplied,
    Outcome,
    Proof,
    ProofKind,
    State,
    Step,
    subject_of,
)
from clearbell.sanctions.orders.queries import must_do_of, must_dos_of, order_of, passed
from clearbell.sanctions.orders.tables import order_must_do, order_step, regulator_order
from clearbell.sanctions.orders.wording import STATES

Look = Callable[[Connection, Row[Any], Proof, int], str]
"""Looks at a proof of a must-do at a time (µs UTC): what was seen. Raises :class:`UnprovenError` when it does not hold."""

_MOST = 1000


def do_receive(act: Act, fact: OrderReceived, asks: Sequence[MustDo]) -> None:
    """Put an order on file with what it asks for.

    Raises :class:`OrderTakenError` when its id, or the authority's number of it, is on file, and :class:`OrderError`
    with what is wrong with it.
    """
    _check(act, fact, asks)
    values = msgspec.structs.asdict(fact)
    del values["officer"]
    act.conn.execute(regulator_order.insert().values(**values, at=act.at, moved=act.at, state=State.RECEIVED.value))
    _note(act, fact.order, act.append("order.received", [fact], about=lambda f: subject_of(f.order)))
    for one in asks:
        act.conn.execute(
            order_must_do.insert().values(
                order=one.order,
                place=one.place,
                kind=one.kind.value,
                bears=one.bears.value,
                number=one.number,
                name=one.name,
                rung=one.rung.value if one.rung else "",
                until=one.until,
                detail=one.detail,
                due=one.due,
                state=MustDoState.OPEN.value,
                begun="",
                proof_kind="",
                proof="",
                saw="",
                words="",
                officer="",
                moved=act.at,
                overdue=0,
            )
        )
        seq = act.append("order.must-do", [one], about=lambda f: f.number or subject_of(f.order))
        _note(act, one.order, seq, one.place)


def _check(act: Act, fact: OrderReceived, asks: Sequence[MustDo]) -> None:
    if not fact.order.strip() or "/" in fact.order:
        raise OrderError("指令编号不能为空,也不能含「/」", "an order's id is not empty and holds no `/`", "order")
    if not fact.issuer.strip() or not fact.reference.strip():
        raise OrderError("须写明发文机关及文号", "say who issued it, and their number of it", "reference")
    if not 0 < fact.received <= act.at:
        raise OrderError("收到时间不得在将来", "an order is not received in the future", "received")
    if not asks:
        raise OrderError("指令须至少有一项须办事项", "an order asks for at least one thing", "must_do")
    if len(asks) > _MOST:
        raise OrderError(f"一份指令至多 {_MOST} 项", f"an order has at most {_MOST} must-dos", "must_do")
    for one in asks:
        if one.bears not in BEARS[one.kind]:
            zh, en = "、".join(b.value for b in BEARS[one.kind]), ", ".join(b.value for b in BEARS[one.kind])
            raise OrderError(
                f"事项 {one.id}:{one.kind.value} 的对象须为 {zh} 之一",
                f"must-do {one.id}: {one.kind.value} bears on one of: {en}",
                "bears",
            )
        named = bool(one.name.strip()), bool(one.number)
        if named != (one.bears not in (Bears.NUMBER, Bears.NOTHING), one.bears is Bears.NUMBER):
            raise OrderError(f"事项 {one.id}:须写明对象", f"must-do {one.id}: say on what it bears", "name")
        if (one.rung is not None) != (one.kind is Kind.SHUT_OFF):
            raise OrderError(
                f"事项 {one.id}:只有关停须写明处置级别",
                f"must-do {one.id}: a shut-off, and nothing else, has a rung",
                "rung",
            )
        if one.until and one.until <= act.at:
            raise OrderError(f"事项 {one.id}:截止时间已过", f"must-do {one.id}: its end has passed", "until")
    query = select(regulator_order.c.order).where(
        (regulator_order.c.order == fact.order)
        | ((regulator_order.c.authority == fact.authority) & (regulator_order.c.reference == fact.reference))
    )
    taken = act.conn.execute(query).scalars().first()
    if taken is not None:
        raise OrderTakenError(taken)


def do_acknowledge(act: Act, order: str, *, officer: str = "") -> OrderMoved:
    """Say that the order was read and is being dealt with. Raises :class:`~clearbell.lifecycles.IllegalStepError`."""
    row = order_of(act.conn, order)
    return _step(act, row, Step.ACKNOWLEDGE, officer, acknowledged_by=officer or act.actor)


def do_begin(act: Act, order: str, *, officer: str = "") -> OrderMoved:
    """Take an acknowledged order in work. Raises :class:`~clearbell.lifecycles.IllegalStepError`."""
    return _step(act, order_of(act.conn, order), Step.BEGIN, officer)


def in_work(act: Act, must_do: str, officer: str) -> Row[Any]:
    """The must-do of an order that is in work, or is from now on. Raises :class:`NotInWorkError`."""
    row = must_do_of(act.conn, must_do)
    of = order_of(act.conn, row.order)
    state = State(of.state)
    if state is State.ACKNOWLEDGED:
        _step(act, of, Step.BEGIN, officer)
    elif state is not State.IN_WORK:
        raise NotInWorkError(STATES[state]["zh"], STATES[state]["en"])
    return row


def last_entry(act: Act) -> int:
    """Place of the ledger's newest entry, those of this act included; 0: there is none."""
    return act.conn.execute(select(func.max(ledger_entry.c.seq))).scalar_one() or 0


def do_note_begun(act: Act, must_do: str, reference: str, since: int, *, officer: str = "") -> None:
    """Remember which sanction or case carries a must-do out, with every entry that this act appended past ``since``.

    Raises as :func:`in_work`.
    """
    row = in_work(act, must_do, officer)
    known = set(act.conn.execute(select(order_step.c.seq).where(order_step.c.order == row.order)).scalars())
    for seq in range(since + 1, last_entry(act) + 1):
        if seq not in known:
            _note(act, row.order, seq, row.place)
    _change(act, row, begun=reference)
    fact = MustDoBegun(must_do, row.order, reference, officer or act.actor, row.number)
    _note(act, row.order, act.append("order.begun", [fact], about=_sealed_for), row.place)


def do_prove(act: Act, must_do: str, proof: Proof, look: Look, *, officer: str = "") -> MustDoMoved:
    """Offer a proof, which is looked at; it holds, or the must-do stays open.

    Raises :class:`UnprovenError`, :class:`NotInWorkError`, :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    row = in_work(act, must_do, officer)
    to = move(MUST_DO_TRANSITIONS, MustDoState(row.state), MustDoStep.PROVE).to
    _suits(row, proof)
    saw = look(act.conn, row, proof, act.at)
    who = officer or act.actor
    _change(
        act, row, state=to.value, proof_kind=proof.kind.value, proof=proof.reference, saw=saw, words=proof.words,
        officer=who, moved=act.at,
    )  # fmt: skip
    return _moved(act, row, MustDoMoved(must_do, row.order, MustDoStep.PROVE, to, who, row.number, proof, saw))


def _suits(row: Row[Any], proof: Proof) -> None:
    fitting = PROOFS[Kind(row.kind)]
    if proof.kind not in fitting:
        names = ", ".join(one.value for one in fitting)
        raise UnprovenError(f"{row.order}/{row.place}", f"须以下列之一证明:{names}", f"it is proven by one of: {names}")


def do_give_up(act: Act, must_do: str, words: str, *, officer: str = "") -> MustDoMoved:
    """Say why a must-do cannot be done. Raises :class:`WordsNeededError`, and as :func:`do_prove` but for the proof."""
    row = in_work(act, must_do, officer)
    to = move(MUST_DO_TRANSITIONS, MustDoState(row.state), MustDoStep.GIVE_UP).to
    if not words.strip():
        raise WordsNeededError
    who = officer or act.actor
    _change(act, row, state=to.value, words=words, officer=who, moved=act.at)
    fact = MustDoMoved(must_do, row.order, MustDoStep.GIVE_UP, to, who, row.number, words=words)
    return _moved(act, row, fact)


def do_reopen(act: Act, must_do: str, words: str, *, officer: str = "") -> MustDoMoved:
    """Take a must-do up again. Raises as :func:`do_give_up`."""
    row = in_work(act, must_do, officer)
    to = move(MUST_DO_TRANSITIONS, MustDoState(row.state), MustDoStep.REOPEN).to
    if not words.strip():
        raise WordsNeededError
    _change(act, row, state=to.value, proof_kind="", proof="", saw="", words="", officer="", moved=act.at)
    who = officer or act.actor
    fact = MustDoMoved(must_do, row.order, MustDoStep.REOPEN, to, who, row.number, words=words)
    return _moved(act, row, fact)


def do_propose(act: Act, order: str, outcome: Outcome, words: str, look: Look, *, officer: str = "") -> OrderMoved:
    """Propose how the order ends; a second officer confirms it.

    Done: each must-do has a proof that holds now. Returned: none is open, and something cannot be done. Refused:
    nothing was done. All but done need words. Raises :class:`OutcomeError`, :class:`UnprovenError`,
    :class:`WordsNeededError`, :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    row = order_of(act.conn, order)
    move(TRANSITIONS, State(row.state), Step.PROPOSE)
    if outcome is not Outcome.DONE and not words.strip():
        raise WordsNeededError
    _check_outcome(act, order, outcome, look)
    who = officer or act.actor
    return _step(act, row, Step.PROPOSE, who, words=words, outcome=outcome.value, proposer=who)


def _check_outcome(act: Act, order: str, outcome: Outcome, look: Look) -> None:
    rows = must_dos_of(act.conn, order)
    left = [f"{row.order}/{row.place}" for row in rows if row.state == MustDoState.OPEN.value]
    done = [row for row in rows if row.state == MustDoState.DONE.value]
    cannot = [f"{row.order}/{row.place}" for row in rows if row.state == MustDoState.CANNOT.value]
    if outcome in (Outcome.DONE, Outcome.RETURNED) and left:
        names = ", ".join(left)
        raise OutcomeError(f"以下事项尚未办理:{names}", f"these are still open: {names}", "must_do")
    if outcome is Outcome.DONE and cannot:
        names = ", ".join(cannot)
        raise OutcomeError(
            f"以下事项不能办理:{names};只能退回",
            f"these cannot be done: {names}; the order can only be returned",
            "must_do",
        )
    if outcome is Outcome.RETURNED and not cannot:
        raise OutcomeError("各事项均已办理,没有可退回的", "everything is done; there is nothing to return", "outcome")
    if outcome is Outcome.REFUSED and done:
        names = ", ".join(f"{row.order}/{row.place}" for row in done)
        raise OutcomeError(
            f"以下事项已办理:{names};不能再拒绝", f"these are done: {names}; it cannot be refused now", "outcome"
        )
    if outcome in (Outcome.DONE, Outcome.RETURNED):
        for row in done:
            look(act.conn, row, proof_of(row), act.at)


def proof_of(row: Row[Any]) -> Proof:
    """The proof that a must-do which is done was proven by."""
    return Proof(ProofKind(row.proof_kind), row.proof, row.words)


def do_confirm(act: Act, order: str, words: str, look: Look, *, agrees: bool = True, officer: str = "") -> OrderMoved:
    """The second officer ends the order as proposed, or sends it back to work with reasons.

    Proofs are looked at again. Raises :class:`SameOfficerError` for who proposed it or dealt with any of it,
    :class:`UnprovenError`, :class:`WordsNeededError`, :class:`~clearbell.lifecycles.IllegalStepError`.
    """
    row = order_of(act.conn, order)
    if State(row.state) is not State.PROPOSED:
        allowed = [step.value for state, step in TRANSITIONS if state.value == row.state]
        raise IllegalStepError(State(row.state), Step.COMPLETE if agrees else Step.SEND_BACK, allowed)
    who = officer or act.actor
    hands = {row.proposer, *(one.officer for one in must_dos_of(act.conn, order))}
    if who in hands:
        raise SameOfficerError(who)
    if not agrees:
        if not words.strip():
            raise WordsNeededError
        return _step(act, row, Step.SEND_BACK, who, words=words, outcome="", proposer="")
    outcome = Outcome(row.outcome)
    _check_outcome(act, order, outcome, look)
    return _step(act, row, STEP_OF[outcome], who, words=words or row.words, confirmed_by=who)


def do_note_reply(act: Act, order: str, digest: str, *, officer: str = "") -> None:
    """Remember that a reply to the authority was written, which shows what the order is about."""
    order_of(act.conn, order)
    _note(act, order, act.append("order.replied", [OrderReplied(order, digest, officer or act.actor)]))


def keep_up_orders(store: Store) -> list[OrderOverdue]:
    """Tell each due time that passed, once: also after a restart, and with two nodes."""
    with store.read() as conn:
        if not passed(conn, store.clock.now()):
            return []
    told = []
    with store.act("system:orders") as act:
        for order, place, what, due in passed(act.conn, act.at):
            fact = OrderOverdue(order, what, due)
            if place:
                which = (order_must_do.c.order == order) & (order_must_do.c.place == place)
                act.conn.execute(update(order_must_do).where(which).values(overdue=act.at))
            else:
                column = "overdue" if what == "order" else "acknowledge_overdue"
                mine = regulator_order.c.order == order
                act.conn.execute(update(regulator_order).where(mine).values(**{column: act.at}))
            _note(act, order, act.append("order.overdue", [fact]), place)
            told.append(fact)
    return told


def _step(act: Act, row: Row[Any], step: Step, officer: str, *, words: str = "", **values: Any) -> OrderMoved:
    to = move(TRANSITIONS, State(row.state), step).to
    if step is Step.PROPOSE or step in STEP_OF.values():
        values["words"] = words
    mine = regulator_order.c.order == row.order
    act.conn.execute(update(regulator_order).where(mine).values(state=to.value, moved=act.at, **values))
    outcome = values.get("outcome") or (row.outcome if step in STEP_OF.values() else "")
    fact = OrderMoved(row.order, step, to, officer or act.actor, words, Outcome(outcome) if outcome else None)
    _note(act, row.order, act.append("order.moved", [fact], about=lambda f: subject_of(f.order)))
    return fact


def _moved(act: Act, row: Row[Any], fact: MustDoMoved) -> MustDoMoved:
    _note(act, row.order, act.append("order.must-do-moved", [fact], about=_sealed_for), row.place)
    return fact


def _sealed_for(fact: MustDoBegun | MustDoMoved) -> int | str:
    return fact.number or subject_of(fact.order)


def _change(act: Act, row: Row[Any], **values: Any) -> None:
    which = (order_must_do.c.order == row.order) & (order_must_do.c.place == row.place)
    act.conn.execute(update(order_must_do).where(which).values(**values))


def _note(act: Act, order: str, seq: int, place: int = 0) -> None:
    act.conn.execute(order_step.insert().values(order=order, seq=seq, place=place))
