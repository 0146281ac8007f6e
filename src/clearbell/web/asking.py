"""The page on which a subscriber who was asked agrees or refuses. It needs no token: the link's code is the key."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, SkipValidation

from clearbell.consent.asking import Reply, do_reply, find_ask
from clearbell.consent.errors import ConsentError
from clearbell.consent.model import Channel
from clearbell.numbering import mask
from clearbell.registry.queries import holder_name
from clearbell.web.console import choose_language, html_page, pages
from clearbell.web.gate import Gate
from clearbell.web.revocation import category_name, shown_time
from clearbell.web.texts import TEXTS

_SAID = {"agree": ("Y", Reply.AGREED, "ask_agreed"), "refuse": ("N", Reply.REFUSED, "ask_refused")}


def _page(gate: Gate, code: str, language: str, said: str = "") -> Response[str]:
    texts = TEXTS[language]
    nonce = secrets.token_urlsafe(16)
    fields: dict[str, Any] = {}
    with gate.store.read() as conn:
        row = find_ask(conn, code)
        if row is not None:
            fields = {
                "holder": holder_name(conn, row.holder) or row.holder,
                "purpose": category_name(gate, row.purpose, language),
                "callee": mask(row.callee),
                "per_day": row.per_day,
                "until": shown_time(row.until, gate) or texts["revoke_endless"],
                "open": not row.answered,
            }
    body = (
        pages()
        .get_template("ask.html")
        .render(t=texts, lang=language, nonce=nonce, f=fields, code=code, said=texts[said] if said else "")
    )
    return html_page(body, nonce, 200 if fields else 404)


@get("/a/{code:str}", sync_to_thread=True, include_in_schema=False)
def show_ask(
    code: FromPath[str], gate: NamedDependency[SkipValidation[Gate]], request: Request[Any, Any, State]
) -> Response[str]:
    """Who asks, for what, how often and for how long; the number is masked, as the link may have been passed on."""
    return _page(gate, code, choose_language(request))


@post("/a/{code:str}/{answer:str}", status_code=200, sync_to_thread=True, include_in_schema=False)
def answer_ask(
    code: FromPath[str],
    answer: FromPath[str],
    gate: NamedDependency[SkipValidation[Gate]],
    request: Request[Any, Any, State],
) -> Response[str]:
    """Agree or refuse, once. What was shown is what proves it."""
    language = choose_language(request)
    said = ""
    if answer in _SAID:
        word, _, text = _SAID[answer]
        with gate.store.act("web:subscriber") as act:
            row = find_ask(act.conn, code)
            if row is not None and not row.answered:
                shown = f"{row.holder}|{row.callee}|{row.purpose}|{row.per_day}|{row.until}|{code}|{answer}|{act.at}"
                evidence = hashlib.sha256(shown.encode()).hexdigest()
                try:
                    do_reply(act, row.holder, row.callee, row.purpose, word, channel=Channel.WEB, evidence=evidence)
                    said = text
                except ConsentError:
                    # Its period is over: the page says that the question is no longer open.
                    said = "ask_over"
    return _page(gate, code, language, said)


def asking_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the page."""
    return [show_ask, answer_ask]
