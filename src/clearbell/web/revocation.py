"""The page a receipt's link leads to: what was agreed, and a button that takes it back. It needs no token."""

from __future__ import annotations

import datetime
import secrets
import zoneinfo
from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, SkipValidation
from sqlalchemy import Row

from clearbell.consent.errors import UnknownReceiptError
from clearbell.consent.model import Channel
from clearbell.consent.receipts import do_revoke, find_receipt, published_key
from clearbell.labels.wording import category_name as name_of
from clearbell.numbering import mask
from clearbell.registry.queries import holder_name
from clearbell.web.console import choose_language, html_page, pages
from clearbell.web.gate import Gate
from clearbell.web.refusals import REFUSALS
from clearbell.web.texts import TEXTS


def category_name(gate: Gate, code: str, language: str) -> str:
    """A purpose in words."""
    if code == "*":
        return TEXTS[language]["revoke_any"]
    return name_of(code, gate.pack, language)


def shown_time(at: int, gate: Gate) -> str:
    """A time (µs UTC) in the pack's zone; empty for none."""
    zone = zoneinfo.ZoneInfo(gate.pack.timezone)
    return datetime.datetime.fromtimestamp(at / 1e6, zone).strftime("%Y-%m-%d %H:%M") if at else ""


def _page(gate: Gate, code: str, language: str, *, now_revoked: bool = False) -> Response[str]:
    texts = TEXTS[language]
    nonce = secrets.token_urlsafe(16)
    found: Row[Any] | None = None
    name = ""
    with gate.store.read() as conn:
        try:
            found = find_receipt(conn, code)
            name = holder_name(conn, found.holder) or found.holder
        except UnknownReceiptError:
            found = None
    fields: dict[str, Any] = {}
    if found is not None:
        ended = found.withdrawn or found.given != found.receipt_given or (found.until and found.until <= gate.now())
        fields = {
            "holder": name,
            "purpose": category_name(gate, found.purpose, language),
            "callee": mask(found.callee),
            "given": shown_time(found.given, gate),
            "until": shown_time(found.until, gate) or texts["revoke_endless"],
            "ended": bool(ended),
        }
    template = pages().get_template("revoke.html")
    body = template.render(t=texts, lang=language, nonce=nonce, f=fields, code=code, now_revoked=now_revoked)
    return html_page(body, nonce, 200 if fields else 404)


@get("/c/{code:str}", sync_to_thread=True, include_in_schema=False)
def show_consent(
    code: FromPath[str], gate: NamedDependency[SkipValidation[Gate]], request: Request[Any, Any, State]
) -> Response[str]:
    """What the receipt's consent says; the number is masked, as the link may have been passed on."""
    return _page(gate, code, choose_language(request))


@post("/c/{code:str}/revoke", status_code=200, sync_to_thread=True, include_in_schema=False)
def revoke_consent(
    code: FromPath[str], gate: NamedDependency[SkipValidation[Gate]], request: Request[Any, Any, State]
) -> Response[str]:
    """Take the consent back. A second press changes nothing."""
    revoked = False
    try:
        with gate.store.act("web:subscriber") as act:
            revoked = do_revoke(act, code, Channel.WEB)
    except UnknownReceiptError:
        revoked = False
    return _page(gate, code, choose_language(request), now_revoked=revoked)


@get(
    "/v1/keys",
    sync_to_thread=False,
    responses=REFUSALS,
    summary="The public key that checks receipts",
    tags=["subscribers"],
)
def keys(gate: NamedDependency[SkipValidation[Gate]]) -> dict[str, Any]:
    """A JWK set (RFC 7517)."""
    return published_key(gate.receipt_key)


def revocation_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the page and of the published key."""
    return [show_consent, revoke_consent, keys]
