"""What is shown on which number: the distribution, kept equal to what stands in registry, sanctions and labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from clearbell.labels.cards.model import TRANSITIONS, CardMoved, CardShown, Hidden, Lifecycle, State, Step, Texts
from clearbell.labels.cards.standing import against_holder, against_number, named
from clearbell.labels.cards.tables import card, card_number, card_shown
from clearbell.labels.hashing import bucket_of
from clearbell.ledger import Act, Store
from clearbell.lifecycles import move

_ENDS = {Hidden.EXPIRED, Hidden.CONTRACT_ENDED, Hidden.BLACKLISTED}


def last_card_version(conn: Connection) -> int:
    """Version of the last change of any number's card; 0 before the first."""
    return conn.execute(select(func.max(card_shown.c.version))).scalar_one() or 0


def sweep_cards(store: Store, *, actor: str = "system:cards") -> int:
    """Clear what may not be shown any more, and show again what may; returns how many cards and numbers changed.

    When nothing is to be done, no writer is kept waiting.
    """
    with store.read() as conn:
        if not _astray(conn, store.clock.now()):
            return 0
    with store.act(actor) as act:
        return do_sweep_cards(act)


def do_sweep_cards(act: Act) -> int:
    """End, suspend, hide and show cards as registry, contracts, sanctions, blacklist, labels and time ask for."""
    changed = 0
    for row in _stopped(act.conn, act.at):
        hidden = Hidden(row.why)
        step = Step.END if hidden in _ENDS else Step.SUSPEND
        _stop(act, row, step, hidden)
        changed += 1
    for row in _changed(act.conn, act.at):
        hidden = Hidden(row.why)
        if hidden is Hidden.NONE:
            _put(act, [_fact(row, act.at, hidden)])
        else:
            do_hide(act, [row.number], hidden)
        changed += 1
    if changed:
        _end_empty(act)
    return changed


def do_show(act: Act, name: str, revision: int) -> None:
    """Show a version on each of its numbers that nothing stands against."""
    query = _numbers(act.at).where(card.c.card == name, card.c.revision == revision)
    facts, hide = [], []
    for row in act.conn.execute(query).all():
        if not row.why:
            facts.append(_fact(row, act.at, Hidden.NONE))
        else:
            # An earlier version may be shown there; and a number that was never shown leaves a tombstone to come back by.
            hide.append(_fact(row, act.at, Hidden(row.why)))
    _put(act, [*facts, *hide])
    _end_empty(act)


def do_hide(act: Act, numbers: Iterable[int], hidden: Hidden) -> int:
    """Leave tombstones where something is shown on the numbers; returns how many there are."""
    shown = select(card_shown.c.number, card_shown.c.card, card_shown.c.revision, card_shown.c.until).where(
        card_shown.c.number.in_(list(numbers)), card_shown.c.hidden != hidden.value
    )
    rows = act.conn.execute(shown).all()
    empty = Texts("", "")
    _put(act, [CardShown(r.number, r.card, r.revision, "", empty, act.at, r.until, hidden) for r in rows])
    return len(rows)


def do_end_number(act: Act, number: int) -> bool:
    """Clear the card of a number that was released, in the same act; a card without numbers ends. Whether there was one."""
    held = (card_number.c.number == number) & (card_number.c.lifecycle != Lifecycle.RELEASED.value)
    found = act.conn.execute(update(card_number).where(held).values(lifecycle=Lifecycle.RELEASED.value)).rowcount
    shown = do_hide(act, [number], Hidden.RELEASED)
    if found or shown:
        _end_empty(act)
    return bool(found or shown)


def do_forget_number(act: Act, number: int) -> int:
    """Forget which cards named a number; returns how many rows went. Sealed facts are erased by ``Act.erase``."""
    gone = act.conn.execute(delete(card_number).where(card_number.c.number == number)).rowcount
    gone += act.conn.execute(delete(card_shown).where(card_shown.c.number == number)).rowcount
    _end_empty(act)
    return gone


def _numbers(at: int) -> Any:
    return (
        select(
            card_number.c.number,
            card.c.card,
            card.c.revision,
            card.c.holder,
            card.c.name_zh,
            card.c.name_en,
            card.c.department_zh,
            card.c.department_en,
            card.c.logo,
            card.c.until,
            named(against_number(at)).label("why"),
        )
        .select_from(card)
        .join(card_number, (card_number.c.card == card.c.card) & (card_number.c.revision == card.c.revision))
    )


def _stopped_query(at: int) -> Any:
    why = named(against_holder(at))
    query = select(card.c.card, card.c.revision, card.c.state, why.label("why"))
    in_force = (card.c.state == State.IN_FORCE.value) & (why != "")
    grave = (card.c.state == State.SUSPENDED.value) & why.in_([hidden.value for hidden in _ENDS])
    return query.where(in_force | grave)


def _changed_query(at: int) -> Any:
    why = named(against_number(at))
    same = (card_shown.c.number == card_number.c.number) & (card_shown.c.card == card.c.card)
    query = _numbers(at).join(card_shown, same & (card_shown.c.revision == card.c.revision))
    return query.where(card.c.state == State.IN_FORCE.value, card_shown.c.hidden != why)


def _stopped(conn: Connection, at: int) -> Sequence[Row[Any]]:
    rows: Sequence[Row[Any]] = conn.execute(_stopped_query(at)).all()
    return rows


def _changed(conn: Connection, at: int) -> Sequence[Row[Any]]:
    rows: Sequence[Row[Any]] = conn.execute(_changed_query(at)).all()
    return rows


def _astray(conn: Connection, at: int) -> bool:
    return any(conn.execute(query.limit(1)).first() is not None for query in (_stopped_query(at), _changed_query(at)))


def _stop(act: Act, row: Any, step: Step, hidden: Hidden) -> None:
    state = move(TRANSITIONS, State(row.state), step).to
    mine = (card.c.card == row.card) & (card.c.revision == row.revision)
    act.conn.execute(update(card).where(mine).values(state=state.value, reason=hidden.value, changed_at=act.at))
    act.append("cards.moved", [CardMoved(row.card, row.revision, step, state, hidden.value)])
    numbers = select(card_shown.c.number).where(card_shown.c.card == row.card, card_shown.c.revision == row.revision)
    do_hide(act, act.conn.execute(numbers).scalars().all(), hidden)


def _end_empty(act: Act) -> None:
    """End the cards in force or suspended that have no number left."""
    left = select(card_number.c.number).where(
        card_number.c.card == card.c.card,
        card_number.c.revision == card.c.revision,
        card_number.c.lifecycle != Lifecycle.RELEASED.value,
    )
    states = [State.IN_FORCE.value, State.SUSPENDED.value]
    query = select(card.c.card, card.c.revision, card.c.state).where(card.c.state.in_(states), ~left.exists())
    for row in act.conn.execute(query).all():
        _stop(act, row, Step.END, Hidden.RELEASED)


def _fact(row: Row[Any], at: int, hidden: Hidden) -> CardShown:
    texts = Texts(row.name_zh, row.name_en, row.department_zh, row.department_en, row.logo)
    if hidden is not Hidden.NONE:
        return CardShown(row.number, row.card, row.revision, "", Texts("", ""), at, row.until, hidden)
    return CardShown(row.number, row.card, row.revision, row.holder, texts, at, row.until, hidden)


def _put(act: Act, facts: Sequence[CardShown]) -> None:
    if not facts:
        return
    version = last_card_version(act.conn)
    numbers = [fact.number for fact in facts]
    act.conn.execute(delete(card_shown).where(card_shown.c.number.in_(numbers)))
    for place, fact in enumerate(facts, 1):
        act.conn.execute(
            card_shown.insert().values(
                number=fact.number,
                version=version + place,
                card=fact.card,
                revision=fact.revision,
                hidden=fact.hidden.value,
                at=fact.at,
                until=fact.until,
                bucket=bucket_of(fact.number),
            )
        )
    released = [fact.number for fact in facts if fact.hidden is Hidden.RELEASED]
    shown = [fact.number for fact in facts if fact.hidden is Hidden.NONE]
    for some, lifecycle in ((released, Lifecycle.RELEASED), (shown, Lifecycle.SHOWN)):
        if some:
            act.conn.execute(
                update(card_number)
                .where(card_number.c.number.in_(some), card_number.c.lifecycle != Lifecycle.RELEASED.value)
                .values(lifecycle=lifecycle.value)
            )
    act.append("cards.shown", facts, about=lambda fact: fact.number)
