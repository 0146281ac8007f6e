"""Business name cards over HTTP: application, documents, review, and the list by version."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

import msgspec
from litestar import Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody
from litestar.response import Stream

from clearbell.labels.cards.feeds import FORMS
from clearbell.labels.cards.model import Step, Texts
from clearbell.labels.cards.queries import cards, changes, documents_of, last_card_version, shown_cards
from clearbell.labels.cards.service import (
    do_apply,
    do_approve,
    do_attach,
    do_publish,
    do_recheck,
    do_resume,
    do_review,
    do_stop,
    live,
    missing_papers,
    newest,
    numbers_of,
    texts_of,
)
from clearbell.numbering import format_e164
from clearbell.web.doors import require_token
from clearbell.web.feeds import MOST, CardView, FeedLanguage, Limit, ServedGate, Since, Size, card_view
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError, Name, NumberKey, NumberText, to_number

_PAGE = 10_000
_MOST_NUMBERS = 1_000
_STEPS = ("review", "approve", "publish", "recheck", "resume", "suspend", "end", "refuse", "withdraw")
Officer = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f]*$")]
Digest = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")]


class CardNumberBody(msgspec.Struct, forbid_unknown_fields=True):
    """A number that the card shall show on."""

    number: NumberText | NumberKey
    unit: Name = ""
    """Branch or department that uses it; the holder itself when empty."""


class CardBody(msgspec.Struct, forbid_unknown_fields=True):
    """An application for a card, or for the next version of one."""

    card: Officer
    holder: Name
    licence: Name
    """Unified social credit code."""
    name_zh: Name
    name_en: Name
    numbers: Annotated[list[CardNumberBody], msgspec.Meta(max_length=_MOST_NUMBERS)]
    officer: Officer
    """Who files it; whoever that is may neither review nor approve it."""
    department_zh: Name = ""
    department_en: Name = ""
    logo: Digest = ""
    legal_id: Name = ""
    """Identity number of the legal person; only a digest of it is kept."""


class PaperBody(msgspec.Struct, forbid_unknown_fields=True):
    """A document."""

    kind: Name
    content: str
    """Base64."""
    officer: Officer


class CardStepBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who takes a step, and why."""

    officer: Officer
    reason: Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")] = ""


class CardNumberView(msgspec.Struct):
    """A number under a card."""

    number: str
    number_class: str
    purpose: str
    owner_unit: str
    authenticated: int
    """When its proof was accepted, µs UTC; 0: not yet."""
    lifecycle: str


class CardStanding(msgspec.Struct):
    """Where a version of a card stands."""

    card: str
    revision: int
    holder: str
    state: str
    reason: str
    texts: Texts
    until: int
    """When it expires, µs UTC; 0: not in force yet."""
    documents: list[str]
    missing: list[str]
    """Kinds of documents that are still needed."""
    numbers: list[CardNumberView]


class CardsWaiting(msgspec.Struct):
    """Cards with a version that waits."""

    cards: list[str]


class CardChange(msgspec.Struct):
    """A card as it now stands on a number, or that it is gone."""

    version: int
    number: str
    removed: bool
    why: str
    """Why it is gone, such as ``released``, ``expired``, ``labelled``; empty while it is shown."""
    card: CardView | None


class CardChanges(msgspec.Struct):
    """What changed since a version, oldest first."""

    version: int
    """Ask from here the next time."""
    more: bool
    changes: list[CardChange]


def _act(gate: Any, officer: str) -> Any:
    return gate.store.act(f"api/{officer}")


def _standing(conn: Any, row: Any) -> CardStanding:
    return CardStanding(
        row.card,
        row.revision,
        row.holder,
        row.state,
        row.reason,
        texts_of(row),
        row.until,
        [paper.kind for paper in documents_of(conn, row.card, row.revision)],
        [paper.kind for paper in missing_papers(conn, row)],
        [
            CardNumberView(
                format_e164(one.number),
                one.number_class,
                one.purpose,
                one.owner_unit,
                one.authenticated,
                one.lifecycle,
            )
            for one in numbers_of(conn, row.card, row.revision)
        ],
    )


@post("/cards", sync_to_thread=True, responses=REFUSALS, summary="Apply for a name card")
def apply(data: JSONBody[CardBody], gate: ServedGate) -> CardStanding:
    """Apply for a card, or for the next version of its display; the answer says which documents are needed."""
    numbers = [
        (to_number(one.number, f"numbers[{place}].number", gate.pack.home, blank_allowed=False), one.unit)
        for place, one in enumerate(data.numbers)
    ]
    texts = Texts(data.name_zh, data.name_en, data.department_zh, data.department_en, data.logo)
    with _act(gate, data.officer) as act:
        do_apply(
            act,
            data.card,
            data.holder,
            data.licence,
            texts,
            numbers,
            gate.pack.cards,
            gate.desk.identities,
            legal_id=data.legal_id,
        )
        return _standing(act.conn, newest(act.conn, data.card))


@post("/cards/{card:str}/documents", sync_to_thread=True, responses=REFUSALS, summary="Attach a document")
def attach_paper(card: FromPath[str], data: JSONBody[PaperBody], gate: ServedGate) -> CardStanding:
    """Attach a document to the newest version, known by its content; it is kept encrypted."""
    try:
        content = base64.b64decode(data.content, validate=True)
    except (binascii.Error, ValueError):
        raise BadFieldError("content", "应为 base64", "it should be base64") from None
    with gate.store.read() as conn:
        newest(conn, card)
    kept = gate.vault.put(content, int(gate.pack.deadlines["document_bytes"].value or 0))
    with _act(gate, data.officer) as act:
        do_attach(act, card, data.kind, kept)
        return _standing(act.conn, newest(act.conn, card))


@post(
    "/cards/{card:str}/{step:str}",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Review, approve, publish …",
)
def step_card(card: FromPath[str], step: FromPath[str], data: JSONBody[CardStepBody], gate: ServedGate) -> CardStanding:
    """``review``, ``approve`` (another officer), ``publish``, ``recheck``, ``suspend``, ``resume``, ``end``, ``refuse``, ``withdraw``."""
    rules = gate.pack.cards
    with _act(gate, data.officer) as act:
        if step == "review":
            do_review(act, card)
        elif step == "approve":
            do_approve(act, card, rules)
        elif step == "publish":
            do_publish(act, card, rules)
        elif step == "recheck":
            do_recheck(act, card, rules)
        elif step == "resume":
            do_resume(act, card)
        elif step in _STEPS:
            do_stop(act, card, Step(step), data.reason)
        else:
            known = ", ".join(_STEPS)
            raise BadFieldError("step", f"应为 {known} 之一", f"it should be one of {known}")
        on_open = step in ("review", "approve", "refuse", "withdraw")
        return _standing(act.conn, newest(act.conn, card) if on_open else live(act.conn, card))


@get("/cards/waiting", sync_to_thread=True, responses=REFUSALS, summary="Cards that wait for a step")
def waiting_cards(gate: ServedGate) -> CardsWaiting:
    """Cards applied for, under review, or approved and not yet published; longest waiting first."""
    with gate.store.read() as conn:
        return CardsWaiting([row.card for row in cards(conn)])


@get("/cards/{card:str}", sync_to_thread=True, responses=REFUSALS, summary="Show a name card")
def show_card(card: FromPath[str], gate: ServedGate) -> CardStanding:
    """The newest version of a card."""
    with gate.store.read() as conn:
        return _standing(conn, newest(conn, card))


@get("/cards", sync_to_thread=True, responses=REFUSALS, summary="Name cards that changed since a version")
def card_changes(gate: ServedGate, since: Since = 0, limit: Limit = _PAGE) -> CardChanges:
    """Changes past a version, removals among them. From 0: everything in force."""
    with gate.store.read() as conn:
        found = changes(conn, since, limit)
        newest_version = last_card_version(conn)
    full = len(found) == limit
    return CardChanges(
        found[-1].version if full else max(newest_version, since),
        full,
        [
            CardChange(
                one.version, format_e164(one.number), one.removed, one.hidden, None if one.removed else card_view(one)
            )
            for one in found
        ],
    )


@get("/cards/feeds/{form:str}", sync_to_thread=True, responses=REFUSALS, summary="Name cards in force as a file")
def card_feed(form: FromPath[str], gate: ServedGate, size: Size = MOST, lang: FeedLanguage = "zh") -> Stream:
    """The cards in force as ``csv`` or ``vcf``."""
    if form not in FORMS:
        raise NotFoundException(detail="form")
    media, write = FORMS[form]
    with gate.store.read() as conn:
        found = shown_cards(conn, gate.now(), size)
        version = last_card_version(conn)
    headers = {"X-Card-Version": str(version), "Cache-Control": "no-cache"}
    return Stream(write(found, lang), media_type=media, headers=headers)


def cards_router() -> Router:
    """The router of name cards."""
    return Router(
        path="/v1",
        route_handlers=[apply, attach_paper, step_card, waiting_cards, show_card, card_changes, card_feed],
        guards=[require_token],
        tags=["cards"],
    )
