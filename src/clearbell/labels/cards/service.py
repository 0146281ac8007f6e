"""Acts on name cards: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, select, update

from clearbell.calls import DAY
from clearbell.labels.cards.errors import (
    CardOfAnotherError,
    CardOpenError,
    CardReasonError,
    NoNumbersError,
    NotAskedForError,
    NotItsNumberError,
    NotShowableError,
    NotVerifiedError,
    NumberTakenError,
    OtherEyesError,
    PapersMissingError,
    UnknownCardError,
)
from clearbell.labels.cards.model import (
    LIVE,
    OPEN,
    TRANSITIONS,
    CardApplied,
    CardMoved,
    CardNumber,
    CardPaper,
    Hidden,
    Lifecycle,
    Paper,
    State,
    Step,
    Texts,
)
from clearbell.labels.cards.showing import do_hide, do_show
from clearbell.labels.cards.standing import holder_standing
from clearbell.labels.cards.tables import card, card_document, card_number
from clearbell.labels.cards.texts import check_texts
from clearbell.ledger import Act
from clearbell.lifecycles import move
from clearbell.numbering import class_of
from clearbell.policy.model import CardRules
from clearbell.registry.identity import IdentityKey, is_credit_code, is_resident_id, plain, same_name
from clearbell.registry.model import PartyKind
from clearbell.registry.queries import resource_of
from clearbell.registry.tables import holder as holders
from clearbell.registry.tables import party as parties
from clearbell.vault import Kept

ENTITY_PAPERS = (Paper.LICENCE, Paper.LEGAL_ID, Paper.AGENT_ID, Paper.AUTHORITY)
"""Papers about the holder rather than about name and numbers: a later version keeps them."""


def do_apply(
    act: Act,
    name: str,
    holder: str,
    licence: str,
    texts: Texts,
    numbers: Sequence[tuple[int, str]],
    rules: CardRules,
    identities: IdentityKey,
    *,
    legal_id: str = "",
) -> CardApplied:
    """Apply for a card, or for the next version of one. ``numbers``: each with the unit that uses it.

    ``licence`` is the unified social credit code; ``legal_id`` the legal person's identity number, kept as a digest.
    Raises the errors of this room: the holder is not verified, a number is not its own, a text may not be shown, an
    earlier version waits.
    """
    who = _verified(act.conn, holder, licence, legal_id, identities)
    check_texts(texts, rules, PartyKind(who.kind), who.name)
    if not numbers:
        raise NoNumbersError
    before = act.conn.execute(select(card).where(card.c.card == name).order_by(card.c.revision.desc())).first()
    if before is not None:
        if before.holder != holder:
            raise CardOfAnotherError(name)
        if State(before.state) in OPEN:
            raise CardOpenError(name, before.revision)
    revision = 1 if before is None else before.revision + 1
    legal = identities.digest("id", legal_id)
    fact = CardApplied(name, revision, holder, plain(licence), legal, texts)
    shown = msgspec.structs.asdict(texts)
    act.conn.execute(
        card.insert().values(
            card=name,
            revision=revision,
            holder=holder,
            licence=fact.licence,
            legal=legal,
            **shown,
            state=State.APPLIED.value,
            reason="",
            filed_by=act.actor,
            reviewed_by="",
            decided_by="",
            filed_at=act.at,
            changed_at=act.at,
            until=0,
        )
    )
    act.append("cards.applied", [fact], about=lambda f: f"card:{f.card}")
    _put_numbers(act, fact, numbers)
    if before is not None:
        kept = select(card_document).where(
            card_document.c.card == name,
            card_document.c.revision == before.revision,
            card_document.c.kind.in_([paper.kind for paper in ENTITY_PAPERS]),
        )
        for row in act.conn.execute(kept).all():
            _put_paper(act, name, revision, row.kind, Kept(row.digest, row.media, row.size))
    return fact


def do_attach(act: Act, name: str, kind: str, kept: Kept) -> list[Paper]:
    """Attach a document that the vault keeps, in the place of an earlier one of its kind; returns what is missing still.

    Raises :class:`NotAskedForError`, :class:`UnknownCardError`, and ``IllegalStepError`` once it is under review.
    """
    row = newest(act.conn, name)
    move(TRANSITIONS, State(row.state), Step.REVIEW)
    if kind not in [paper.kind for paper in Paper]:
        raise NotAskedForError(kind)
    _put_paper(act, name, row.revision, kind, kept)
    return missing_papers(act.conn, row)


def do_review(act: Act, name: str) -> None:
    """Take a complete application up. Raises :class:`PapersMissingError`, :class:`OtherEyesError`, ``IllegalStepError``."""
    row = newest(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.REVIEW).to
    _other_eyes(act, row.filed_by)
    if missing := missing_papers(act.conn, row):
        raise PapersMissingError(missing)
    do_move(act, row, Step.REVIEW, state, reviewed_by=act.actor)


def do_approve(act: Act, name: str, rules: CardRules) -> None:
    """Approve, by someone who neither filed nor reviewed it; texts and numbers are checked once more.

    Raises what :func:`do_apply` raises, :class:`OtherEyesError` and ``IllegalStepError``.
    """
    row = newest(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.APPROVE).to
    _other_eyes(act, row.filed_by, row.reviewed_by)
    who = _party_of(act.conn, row.holder)
    check_texts(texts_of(row), rules, PartyKind(who.kind), who.name)
    mine = (card_number.c.card == name) & (card_number.c.revision == row.revision)
    for number in act.conn.execute(select(card_number.c.number).where(mine)).scalars().all():
        _own(act.conn, number, row.holder)
    act.conn.execute(update(card_number).where(mine).values(authenticated=act.at))
    do_move(act, row, Step.APPROVE, state, decided_by=act.actor)


def do_publish(act: Act, name: str, rules: CardRules) -> None:
    """Put an approved version in force in the place of the one before it, and show it on its numbers.

    A number that has a label shows that instead. Raises :class:`NotShowableError` and ``IllegalStepError``.
    """
    row = newest(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.PUBLISH).to
    _showable(act, row)
    for number in numbers_of(act.conn, name, row.revision):
        _free(act.conn, number.number, name)
    until = act.at + rules.days * DAY
    dropped: set[int] = set()
    for old in act.conn.execute(
        select(card).where(card.c.card == name, card.c.state.in_([live.value for live in LIVE]))
    ).all():
        dropped |= {number.number for number in numbers_of(act.conn, name, old.revision)}
        do_move(act, old, Step.REPLACE, move(TRANSITIONS, State(old.state), Step.REPLACE).to)
    do_move(act, row, Step.PUBLISH, state, until=until)
    numbers = {number.number for number in numbers_of(act.conn, name, row.revision)}
    do_hide(act, sorted(dropped - numbers), Hidden.REPLACED)
    do_show(act, name, row.revision)


def do_recheck(act: Act, name: str, rules: CardRules) -> None:
    """Check a card in force again, as every year; its time runs anew.

    Raises :class:`OtherEyesError` for who filed it, :class:`NotShowableError` and ``IllegalStepError``.
    """
    row = live(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.RECHECK).to
    _other_eyes(act, row.filed_by)
    _showable(act, row)
    who = _party_of(act.conn, row.holder)
    check_texts(texts_of(row), rules, PartyKind(who.kind), who.name)
    do_move(act, row, Step.RECHECK, state, until=act.at + rules.days * DAY)
    do_show(act, name, row.revision)


def do_stop(act: Act, name: str, step: Step, reason: str) -> None:
    """Suspend or end a live card, or refuse or withdraw one that is open; nothing of it is shown from now on.

    Raises :class:`CardReasonError`, :class:`UnknownCardError` and ``IllegalStepError``.
    """
    row = live(act.conn, name) if step in (Step.SUSPEND, Step.END) else newest(act.conn, name)
    state = move(TRANSITIONS, State(row.state), step).to
    if not reason.strip() and step is not Step.WITHDRAW:
        raise CardReasonError
    if step is Step.REFUSE:
        _other_eyes(act, row.filed_by)
    do_move(act, row, step, state, reason)
    if step in (Step.SUSPEND, Step.END):
        hidden = Hidden.SUSPENDED if step is Step.SUSPEND else Hidden.ENDED
        do_hide(act, [number.number for number in numbers_of(act.conn, name, row.revision)], hidden)


def do_resume(act: Act, name: str) -> None:
    """Show a suspended card again. Raises :class:`NotShowableError` while its cause lasts, and ``IllegalStepError``."""
    row = live(act.conn, name)
    state = move(TRANSITIONS, State(row.state), Step.RESUME).to
    _showable(act, row)
    do_move(act, row, Step.RESUME, state)
    do_show(act, name, row.revision)


def do_move(act: Act, row: Row[Any], step: Step, state: State, why: str = "", **values: Any) -> None:
    """Record a step that was found possible."""
    mine = (card.c.card == row.card) & (card.c.revision == row.revision)
    act.conn.execute(
        update(card).where(mine).values(state=state.value, reason=why or row.reason, changed_at=act.at, **values)
    )
    act.append("cards.moved", [CardMoved(row.card, row.revision, step, state, why)])


def newest(conn: Connection, name: str) -> Row[Any]:
    """The newest version of a card. Raises :class:`UnknownCardError`."""
    row = conn.execute(select(card).where(card.c.card == name).order_by(card.c.revision.desc())).first()
    if row is None:
        raise UnknownCardError(name)
    return row


def live(conn: Connection, name: str) -> Row[Any]:
    """The version in force or suspended, else the newest. Raises :class:`UnknownCardError`."""
    states = [state.value for state in LIVE]
    row = conn.execute(select(card).where(card.c.card == name, card.c.state.in_(states))).first()
    return newest(conn, name) if row is None else row


def numbers_of(conn: Connection, name: str, revision: int) -> Sequence[Row[Any]]:
    """Numbers of a version, in order."""
    query = select(card_number).where(card_number.c.card == name, card_number.c.revision == revision)
    return conn.execute(query.order_by(card_number.c.number)).all()


def texts_of(row: Row[Any]) -> Texts:
    """What a version shows."""
    return Texts(row.name_zh, row.name_en, row.department_zh, row.department_en, row.logo)


def missing_papers(conn: Connection, row: Row[Any]) -> list[Paper]:
    """Documents that a version still needs (regime 6.12).

    A name that is not, sign for sign, the registered one is a brand, and its use needs an authorisation, also from
    the firm itself.
    """
    query = select(card_document.c.kind).where(
        card_document.c.card == row.card, card_document.c.revision == row.revision
    )
    have = set(conn.execute(query).scalars())
    needed = [Paper.LICENCE]
    if Paper.LEGAL_ID.kind not in have:
        agent = (Paper.AGENT_ID, Paper.AUTHORITY)
        needed += agent if any(paper.kind in have for paper in agent) else (Paper.LEGAL_ID,)
    needed += [Paper.NUMBER_LIST, Paper.NUMBER_PROOF]
    name = _party_of(conn, row.holder).name
    if not (same_name(row.name_zh, name) and same_name(row.name_en, name)):
        needed.append(Paper.BRAND)
    return [paper for paper in needed if paper.kind not in have]


def _party_of(conn: Connection, holder: str) -> Row[Any]:
    row = conn.execute(
        select(parties).join(holders, holders.c.party == parties.c.party).where(holders.c.holder == holder)
    ).first()
    if row is None:
        raise NotVerifiedError(f"没有登记使用主体 {holder}", f"no holder {holder} is registered")
    return row


def _verified(conn: Connection, holder: str, licence: str, legal_id: str, identities: IdentityKey) -> Row[Any]:
    row = _party_of(conn, holder)
    if row.kind == PartyKind.PERSON.value:
        raise NotVerifiedError("名片只给单位", "cards are for organisations")
    if not is_credit_code(licence):
        raise NotVerifiedError(
            "统一社会信用代码校验位不符", "the credit code's check sign does not fit", column="licence"
        )
    # A party that came in by an application is named after its credit code.
    code = row.party.removeprefix("org:")
    if code != row.party and code != identities.digest("credit-code", licence)[: len(code)]:
        raise NotVerifiedError("信用代码与登记不符", "the credit code is not the registered one", column="licence")
    if legal_id and not is_resident_id(legal_id):
        raise NotVerifiedError(
            "身份证号校验位不符", "the identity number's check digit does not fit", column="legal_id"
        )
    return row


def _put_numbers(act: Act, fact: CardApplied, numbers: Sequence[tuple[int, str]]) -> None:
    facts = []
    for number, unit in dict(numbers).items():
        found = _own(act.conn, number, fact.holder)
        _free(act.conn, number, fact.card)
        facts.append(
            CardNumber(fact.card, fact.revision, number, class_of(number).value, found.purpose, unit or fact.holder)
        )
    for one in facts:
        values = msgspec.structs.asdict(one)
        act.conn.execute(card_number.insert().values(**values, authenticated=0, lifecycle=Lifecycle.CLAIMED.value))
    act.append("cards.number", facts, about=lambda f: f.number)


def _put_paper(act: Act, name: str, revision: int, kind: str, kept: Kept) -> None:
    same = (card_document.c.card == name) & (card_document.c.revision == revision) & (card_document.c.kind == kind)
    act.conn.execute(delete(card_document).where(same))
    act.conn.execute(
        card_document.insert().values(card=name, revision=revision, kind=kind, **msgspec.structs.asdict(kept))
    )
    act.append("cards.document", [CardPaper(name, revision, kind, kept.digest)])


def _own(conn: Connection, number: int, holder: str) -> Row[Any]:
    found = resource_of(conn, number)
    if found is None or found.holder != holder:
        raise NotItsNumberError(number)
    return found


def _free(conn: Connection, number: int, name: str) -> None:
    other = conn.execute(
        select(card.c.card)
        .join(card_number, (card_number.c.card == card.c.card) & (card_number.c.revision == card.c.revision))
        .where(
            card_number.c.number == number,
            card_number.c.lifecycle != Lifecycle.RELEASED.value,
            card.c.card != name,
            card.c.state.in_([state.value for state in LIVE]),
        )
    ).first()
    if other is not None:
        raise NumberTakenError(number, other.card)


def _showable(act: Act, row: Row[Any]) -> None:
    hidden = holder_standing(act.conn, row.card, row.revision, act.at)
    if hidden is not Hidden.NONE:
        raise NotShowableError(hidden)


def _other_eyes(act: Act, *others: str) -> None:
    if act.actor in others:
        raise OtherEyesError(act.actor)
