"""Entering the subscriber's door: a number, a code by SMS, and out again."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from clearbell.numbering import mask, to_key
from clearbell.web.feeds import ServedGate, ask_open
from clearbell.web.gate import Gate
from clearbell.web.proving import Proving, is_closed
from clearbell.web.subscriber.page import Asked, Sent, Shown, field, language_of, plain
from clearbell.web.subscriber.texts import ME
from clearbell.web.subscriber.visit import PURPOSE, begin, cookie, gone, is_secure

_PROVING = Proving("web:subscriber", PURPOSE)


def _first(request: Asked, gate: Gate, fault: str = "", number: str = "") -> Response[str]:
    closed = is_closed(gate)
    status = 503 if closed else 422 if fault else 200
    return plain(request, "number.html", status, fault=fault, number=number, closed=closed)


def _code(request: Asked, number: str, masked: str, fault: str = "") -> Response[str]:
    return plain(request, "code.html", 422 if fault else 200, fault=fault, number=number, masked=masked)


@get("/me/enter", sync_to_thread=False, include_in_schema=False)
def enter_page(request: Asked, gate: ServedGate) -> Response[str]:
    """The visitor's number."""
    return _first(request, gate)


@post("/me/code", status_code=200, sync_to_thread=True, include_in_schema=False)
def send_code(data: Sent, request: Asked, gate: ServedGate) -> Response[str]:
    """Send a code to it."""
    ask_open(request, gate)
    language = language_of(request)
    given = field(data, "number", 40)
    number = to_key(given, gate.pack.home)
    if not number:
        return _first(request, gate, ME[language]["need_number"], given)
    if fault := _PROVING.send(gate, number, language):
        return _first(request, gate, fault, given)
    return _code(request, given, mask(number))


@post("/me/enter/code", status_code=200, sync_to_thread=True, include_in_schema=False)
def enter(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Check the code; the visit begins."""
    ask_open(request, gate)
    language = language_of(request)
    given = field(data, "number", 40)
    number = to_key(given, gate.pack.home)
    if not number:
        return _first(request, gate, ME[language]["need_number"], given)
    proof = _PROVING.check(gate, number, "", field(data, "code", 40), language)
    if proof.fault:
        return _code(request, given, mask(number), proof.fault)
    visit = begin(gate, number)
    return Redirect("/me", status_code=303, cookies=[cookie(gate, visit, secure=is_secure(request))])


@post("/me/leave", status_code=303, sync_to_thread=False, include_in_schema=False)
def leave() -> Redirect:
    """End the visit."""
    return Redirect("/me/enter", status_code=303, cookies=[gone()])


def entering_handlers() -> list[HTTPRouteHandler]:
    """The handlers of entering and leaving."""
    return [enter_page, send_code, enter, leave]
