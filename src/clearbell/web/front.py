"""The front page: the doors of the house, and what is published about a number.

The number is asked for by a form that is posted, so that it stands in no address, history or log.
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body

from clearbell.labels.cards.queries import card_of
from clearbell.labels.queries import label_of
from clearbell.labels.wording import category_name, label_words
from clearbell.numbering import format_e164, to_key
from clearbell.web.console import choose_language, html_page, pages
from clearbell.web.doors import Doors
from clearbell.web.feeds import ServedGate, ask_open
from clearbell.web.front_texts import FRONT
from clearbell.web.gate import Gate
from clearbell.web.revocation import shown_time
from clearbell.web.texts import TEXTS

Asked = Request[Any, Any, State]
Sent = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


def _render(request: Asked, status: int = 200, **fields: Any) -> Response[str]:
    language = choose_language(request)
    nonce = secrets.token_urlsafe(16)
    doors: Doors | None = request.app.state.get("doors")
    body = (
        pages()
        .get_template("front.html")
        .render(
            t=TEXTS[language],
            f=FRONT[language],
            lang=language,
            nonce=nonce,
            accounts=doors is not None and doors.is_closed(),
            **{"given": "", "fault": "", "found": None, **fields},
        )
    )
    return html_page(body, nonce, status)


def _found(gate: Gate, number: int, language: str) -> dict[str, Any]:
    """What is published about a number, in words."""
    with gate.store.read() as conn:
        label = label_of(conn, number, gate.now())
        card = card_of(conn, number, gate.now()) if label is None else None
    found: dict[str, Any] = {"number": format_e164(number), "label": None, "card": None}
    if label is not None:
        found["label"] = {
            "words": label_words(label.category, label.reporters, gate.pack, language),
            "category": category_name(label.category, gate.pack, language),
            "reporters": label.reporters,
            "until": shown_time(label.until, gate),
        }
    if card is not None:
        found["card"] = {"name": card.texts.shown(language), "until": shown_time(card.until, gate)}
    return found


@get("/", sync_to_thread=True, include_in_schema=False)
def front(request: Asked) -> Response[str]:
    """Where to go from here."""
    return _render(request)


@post("/number", status_code=200, sync_to_thread=True, include_in_schema=False)
def look_up_number(data: Sent, request: Asked, gate: ServedGate) -> Response[str]:
    """What is published about a number, why, and how to object."""
    ask_open(request, gate)
    language = choose_language(request)
    given = str(data.get("number", ""))[:40]
    number = to_key(given, gate.pack.home)
    if not number:
        return _render(request, 422, given=given, fault=FRONT[language]["need_number"])
    return _render(request, given=given, found=_found(gate, number, language))


def front_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the front page."""
    return [front, look_up_number]
