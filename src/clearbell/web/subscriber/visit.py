"""A subscriber's visit: a number proven by a one-time code, and a cookie that proves it for a while without being kept.

The cookie holds number, beginning, end and a keyed signature; each page prolongs it, up to ``MOST`` after the code. A form
carries a token of the visit, so that another site cannot press its buttons.
"""

from __future__ import annotations

import hmac
from typing import Any

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.handlers.base import BaseRouteHandler

from clearbell.calls import HOUR, MINUTE
from clearbell.notices.codes import proof_until, verified_until
from clearbell.web.doors import Connection, Doors, NotAllowedError
from clearbell.web.gate import Gate

COOKIE = "clearbell_visit"
PURPOSE = "me"
MOST = 2 * HOUR
"""A visit ends so long after its code, however busy it is."""


class VisitNeededError(Exception):
    """A page of the subscriber's door without a proven number: to where one proves it."""


class Visit(msgspec.Struct, frozen=True):
    """Who visits."""

    number: int
    began: int
    """When the code was right, µs UTC."""
    form: str
    """What a form sent in the visit has to carry."""


def _purpose(began: int) -> str:
    return f"{PURPOSE}:{began}"


def begin(gate: Gate, number: int) -> Visit:
    """A visit of whoever just proved the number."""
    began = gate.now()
    return Visit(number, began, proof_until(gate.outbox.key, number, f"form:{began}", began + MOST))


def cookie(gate: Gate, visit: Visit, *, secure: bool) -> Cookie:
    """The visit's cookie, good for the pack's ``proof_minutes`` from now."""
    until = min(gate.now() + gate.pack.codes.proof_minutes * MINUTE, visit.began + MOST)
    proof = proof_until(gate.outbox.key, visit.number, _purpose(visit.began), until)
    return Cookie(
        key=COOKIE,
        value=f"{visit.number}.{visit.began}.{proof}",
        path="/me",
        httponly=True,
        secure=secure,
        samesite="strict",
    )


def gone() -> Cookie:
    """What takes the cookie away."""
    return Cookie(key=COOKIE, value="", path="/me", httponly=True, samesite="strict", max_age=0)


def read(gate: Gate, value: str) -> Visit | None:
    """The visit that a cookie proves; None when it proves none, or no more."""
    number_text, _, rest = value.partition(".")
    began_text, _, proof = rest.partition(".")
    if not all(text.isascii() and text.isdigit() and len(text) < 18 for text in (number_text, began_text)):
        return None
    number, began = int(number_text), int(began_text)
    if not verified_until(gate.outbox.key, number, _purpose(began), proof, gate.now()):
        return None
    return Visit(number, began, proof_until(gate.outbox.key, number, f"form:{began}", began + MOST))


def visit_of(connection: Connection) -> Visit:
    """Who visits, as the guard found."""
    found: Visit = connection.scope["state"]["visit"]
    return found


def is_secure(request: Request[Any, Any, State]) -> bool:
    """Whether cookies go over HTTPS only."""
    doors: Doors | None = request.app.state.get("doors")
    return doors is not None and doors.secure


async def need_visit(connection: ASGIConnection[Any, Any, Any, State], _handler: BaseRouteHandler) -> None:
    """Let through who proved a number; a form must carry the visit's token."""
    visit = read(connection.app.state.gate, connection.cookies.get(COOKIE, ""))
    if visit is None:
        raise VisitNeededError
    if connection.scope.get("method") == "POST" and isinstance(connection, Request):
        form = await connection.form()
        if not hmac.compare_digest(str(form.get("form", "")).encode(), visit.form.encode()):
            raise NotAllowedError(
                "页面已过期,请返回刷新后重试", "the page is out of date; go back, reload it and try again", "form"
            )
    connection.scope["state"]["visit"] = visit
