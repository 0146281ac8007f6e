"""Signing in with an identity provider: sent there, sent back, and signed out there too."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import msgspec
from litestar import get
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from clearbell.access.errors import AccessError
from clearbell.access.oidc.arriving import arrive
from clearbell.access.oidc.errors import UnavailableError
from clearbell.access.oidc.provider import WITHIN, Flight, Provider
from clearbell.calls import SECOND
from clearbell.web.officers.page import Asked, Shown, doors_of, in_words, language_of, session_cookie, show
from clearbell.web.officers.signing import after_path, come_in, sign_in_page_with

FLIGHT = "clearbell_sign_in"
_PATH = "/desk/sign-in"
_USE = "sign-in elsewhere"


def _provider(request: Asked, name: str) -> Provider:
    provider = doors_of(request).providers.get(name)
    if provider is None:
        raise NotFoundException
    return provider


def _back(request: Asked, provider: Provider) -> str:
    return f"{doors_of(request).public_url}{_PATH}/back/{provider.settings.id}"


def _flight_cookie(request: Asked, flight: Flight | None) -> Cookie:
    sealed = ""
    if flight is not None:
        hidden = doors_of(request).key.hide(_USE, msgspec.json.encode(flight).decode())
        sealed = base64.urlsafe_b64encode(hidden).decode()
    return Cookie(
        key=FLIGHT,
        value=sealed,
        path=_PATH,
        httponly=True,
        secure=doors_of(request).secure,
        # The provider sends the browser back from another site; Strict would leave the cookie behind.
        samesite="lax",
        max_age=WITHIN // SECOND if sealed else 0,
    )


def _flight(request: Asked) -> Flight | None:
    try:
        hidden = base64.urlsafe_b64decode(request.cookies.get(FLIGHT, ""))
        return msgspec.json.decode(doors_of(request).key.reveal(_USE, hidden), type=Flight)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        return None


@get("/desk/sign-in/with/{provider:str}", sync_to_thread=True, include_in_schema=False)
def sent_there(provider: FromPath[str], request: Asked) -> Shown:
    """Send the browser to the provider."""
    asked = _provider(request, provider)
    try:
        there, flight = asked.begin(
            _back(request, asked), after_path(request.query_params.get("next", "")), doors_of(request).key.new_secret
        )
    except UnavailableError as error:
        return sign_in_page_with(request, 502, fault=in_words(error, language_of(request)))
    return Redirect(there, status_code=303, cookies=[_flight_cookie(request, flight)])


@get("/desk/sign-in/back/{provider:str}", sync_to_thread=True, include_in_schema=False)
def sent_back(provider: FromPath[str], request: Asked) -> Shown:
    """Whom the provider sent back: a session, or why not."""
    asked, doors = _provider(request, provider), doors_of(request)
    flight = _flight(request)
    answer: Shown
    try:
        given: dict[str, str] = {name: str(value) for name, value in request.query_params.items()}
        claims: dict[str, Any] = asked.finish(flight, _back(request, asked), given)
        session = arrive(
            doors.store, doors.key, doors.settings, asked.settings, claims, request.headers.get("user-agent", "")
        )
    except AccessError as error:
        status = 502 if isinstance(error, UnavailableError) else 403
        answer = sign_in_page_with(request, status, fault=in_words(error, language_of(request)))
    else:
        after = after_path(flight.after if flight is not None else "")
        if session.half:
            answer = show(request, "code.html", fault="", name=session.account, after=after)
            answer.set_cookie(session_cookie(request, session.secret))
        else:
            answer = come_in(request, session, after)
    # Each state is good for one answer.
    answer.set_cookie(_flight_cookie(request, None))
    return answer


@get("/desk/sign-in/leave/{provider:str}", sync_to_thread=True, include_in_schema=False)
def leave_there(provider: FromPath[str], request: Asked) -> Shown:
    """Sign out at the provider too."""
    asked = _provider(request, provider)
    home = f"{doors_of(request).public_url}{_PATH}"
    try:
        return Redirect(asked.leaving(home) or _PATH, status_code=303)
    except UnavailableError as error:
        return sign_in_page_with(request, 502, fault=in_words(error, language_of(request)))


def elsewhere_handlers() -> list[HTTPRouteHandler]:
    """The handlers of signing in with an identity provider."""
    return [sent_there, sent_back, leave_there]
