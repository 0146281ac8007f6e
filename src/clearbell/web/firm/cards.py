"""Name cards: what is shown on calls, how an application stands, and its documents."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection, Row

from clearbell.consent.codes import new_code
from clearbell.labels.cards.errors import CardError
from clearbell.labels.cards.model import Paper, State, Texts
from clearbell.labels.cards.queries import BY_CHANGE, BY_END, cards_of_party, documents_of
from clearbell.labels.cards.service import do_apply, do_attach, missing_papers, newest, numbers_of
from clearbell.lifecycles import IllegalStepError
from clearbell.numbering import format_e164, to_key
from clearbell.vault import VaultError
from clearbell.web.doors import principal
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.page import (
    Line,
    Uploaded,
    file_of,
    form,
    listed,
    own_holders,
    page,
    shown,
    tenant,
)
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.listing import Cell, Head, Table, Wish, choice
from clearbell.web.officers.page import Asked, Sent, Shown, field, in_words, language_of
from clearbell.web.revocation import shown_time

_FIELDS = ("holder", "licence", "name_zh", "name_en", "department_zh", "department_en", "numbers")
_MOST_NUMBERS = 1_000


def _page(request: Asked, gate: ServedGate, **fields: Any) -> Response[Any]:
    party, language = tenant(request), language_of(request)
    words = FIRM[language]
    table = Table(
        "cards",
        (
            Head("card"),
            Head("shown_name"),
            Head("holder"),
            Head("state"),
            Head("reason"),
            Head("filed"),
            Head("changed", order="changed"),
            Head("until", order="until"),
        ),
        {"changed": BY_CHANGE, "until": BY_END},
        (choice("state", [one.value for one in State], words, "card_"),),
        path="/firm/cards",
    )
    with gate.store.read() as conn:
        holders = own_holders(conn, party)

    def rows(conn: Connection, wish: Wish) -> Sequence[Row[Any]]:
        return cards_of_party(conn, party, wish.limit, wish.order, wish.after, wish.values.get("state", ""))

    def line(row: Row[Any]) -> Line:
        return (
            Cell(row.card, f"/firm/cards/{row.card}"),
            row.name_zh if language == "zh" else row.name_en,
            row.holder,
            Cell(words[f"card_{row.state}"], tag="in" if row.state == State.IN_FORCE.value else ""),
            row.reason,
            shown_time(row.filed_at, gate),
            shown_time(row.changed_at, gate),
            shown_time(row.until, gate),
        )

    filled: dict[str, Any] = {"values": {}, **fields}
    return listed(request, gate, table, rows, line, "cards.html", holders=holders, **filled)


@page("/firm/cards")
def cards(request: Asked, gate: ServedGate) -> Response[Any]:
    """All cards, and applying for one."""
    return _page(request, gate)


@form("/firm/apply-card")
def apply(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Apply for a card, or for the next version of one; its own page says which documents are needed."""
    language = language_of(request)
    values = {name: field(data, name, 20_000 if name == "numbers" else 2_000) for name in _FIELDS}
    name = field(data, "card", 256) or f"{tenant(request)}:{new_code(os.urandom)}"
    numbers = []
    for written in values["numbers"].replace(",", "\n").replace(",", "\n").splitlines():
        if not written.strip():
            continue
        number = to_key(written, gate.pack.home)
        if not number:
            fault = FIRM[language]["not_a_number"].format(text=written.strip()[:40])
            return _page(request, gate, status=422, fault=fault, values=values)
        numbers.append((number, ""))
    texts = Texts(values["name_zh"], values["name_en"], values["department_zh"], values["department_en"])
    try:
        with gate.store.act(principal(request).name) as act:
            do_apply(
                act, name, values["holder"], values["licence"], texts, numbers[:_MOST_NUMBERS], gate.pack.cards,
                gate.desk.identities,
            )  # fmt: skip
    except (CardError, IllegalStepError) as error:
        return _page(request, gate, status=422, fault=in_words(error, language), values=values)
    return Redirect(f"/firm/cards/{name}", status_code=303)


def _card(request: Asked, gate: ServedGate, name: str, status: int = 200, fault: str = "") -> Response[str]:
    language = language_of(request)
    with gate.store.read() as conn:
        row = newest(conn, name)
        have = {paper.kind for paper in documents_of(conn, name, row.revision)}
        missing = {paper.kind for paper in missing_papers(conn, row)}
        numbers = [
            (format_e164(one.number), one.owner_unit, one.lifecycle) for one in numbers_of(conn, name, row.revision)
        ]
    words = FIRM[language]
    return shown(
        request,
        "card.html",
        status,
        fault=fault,
        c=row,
        state=words[f"card_{row.state}"],
        filed=shown_time(row.filed_at, gate),
        until=shown_time(row.until, gate),
        documents=[
            (one.kind, one.zh if language == "zh" else one.en, one.kind in have, one.kind in missing) for one in Paper
        ],
        numbers=[(number, unit, words[f"lifecycle_{lifecycle}"]) for number, unit, lifecycle in numbers[:200]],
        may_attach=row.state == State.APPLIED.value,
    )


@page("/firm/cards/{card:str}")
def card_page(card: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The newest version of a card."""
    return _card(request, gate, card)


@form("/firm/cards/{card:str}/documents")
def attach_paper(card: FromPath[str], data: Uploaded, request: Asked, gate: ServedGate) -> Shown:
    """Attach a document to the newest version; it is kept encrypted."""
    _, content = file_of(data)
    language = language_of(request)
    try:
        kept = gate.vault.put(content, int(gate.pack.deadlines["document_bytes"].value or 0))
        with gate.store.act(principal(request).name) as act:
            do_attach(act, card, field(data, "kind", 64), kept)
    except (VaultError, CardError, IllegalStepError) as error:
        return _card(request, gate, card, 422, in_words(error, language))
    return Redirect(f"/firm/cards/{card}", status_code=303)


def cards_handlers() -> list[HTTPRouteHandler]:
    """The handlers of name cards."""
    return [cards, apply, card_page, attach_paper]
