"""Signing in and out, and choosing a password by an invitation."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from clearbell.access.errors import AccessError, WeakPasswordError
from clearbell.access.signing_in import Session, end_session, join, second_step, sign_in
from clearbell.web.doors import COOKIE, need_session, principal
from clearbell.web.officers.elsewhere_texts import ELSEWHERE
from clearbell.web.officers.page import Asked, Sent, Shown, doors_of, field, in_words, language_of, session_cookie, show
from clearbell.web.officers.texts import DESK


def after_path(path: str) -> str:
    """Where to go then: a page of the desk or of the enterprise door, and nowhere else."""
    return path if path.startswith(("/desk", "/firm")) and "//" not in path and "\\" not in path else "/desk"


def sign_in_page_with(request: Asked, status: int = 200, **fields: Any) -> Response[str]:
    """The page where one signs in, with what is to be said on it."""
    doors, language = doors_of(request), language_of(request)
    filled = {"fault": "", "said": "", "name": "", "after": after_path(request.query_params.get("next", "")), **fields}
    left = doors.providers.get(request.query_params.get("left", ""))
    return show(
        request,
        "sign_in.html",
        status,
        door_words=ELSEWHERE[language],
        empty=not doors.is_closed() and not doors.providers,
        providers=[(one.settings.id, one.settings.said(language)) for one in doors.providers.values()],
        left=(left.settings.id, left.settings.said(language)) if left is not None else None,
        **filled,
    )


@get("/desk/sign-in", sync_to_thread=True, include_in_schema=False)
def sign_in_page(request: Asked) -> Response[str]:
    """Account and password."""
    return sign_in_page_with(request)


@post("/desk/sign-in/password", status_code=200, sync_to_thread=True, include_in_schema=False)
def signing_in(data: Sent, request: Asked) -> Shown:
    """Check them; then the second factor where there is one."""
    doors = doors_of(request)
    name, after = field(data, "name", 64), after_path(field(data, "after"))
    try:
        session = sign_in(
            doors.store, doors.key, doors.settings, name, _raw(data, "password"), request.headers.get("user-agent", "")
        )
    except AccessError as error:
        return sign_in_page_with(request, 422, fault=in_words(error, language_of(request)), name=name, after=after)
    if session.half:
        page = show(request, "code.html", fault="", name=name, after=after)
        page.set_cookie(session_cookie(request, session.secret))
        return page
    return come_in(request, session, after)


@post("/desk/sign-in/code", status_code=200, sync_to_thread=True, include_in_schema=False)
def second(data: Sent, request: Asked) -> Shown:
    """The code of the second factor."""
    doors = doors_of(request)
    name, after = field(data, "name", 64), after_path(field(data, "after"))
    half = Session(request.cookies.get(COOKIE, ""), name, True)
    try:
        whole = second_step(
            doors.store, doors.key, doors.settings, half, field(data, "code", 40), request.headers.get("user-agent", "")
        )
    except AccessError as error:
        return show(request, "code.html", 422, fault=in_words(error, language_of(request)), name=name, after=after)
    return come_in(request, whole, after)


@post("/desk/sign-out", status_code=303, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def sign_out(request: Asked) -> Redirect:
    """End the session."""
    who = principal(request)
    end_session(doors_of(request).store, who.session, who.name)
    provider = request.scope["state"].get("provider", "")
    page = f"/desk/sign-in?left={provider}" if provider else "/desk/sign-in"
    return Redirect(page, status_code=303, cookies=[session_cookie(request, "")])


@get("/desk/join/{name:str}/{secret:str}", sync_to_thread=False, include_in_schema=False)
def join_page(name: FromPath[str], secret: FromPath[str], request: Asked) -> Response[str]:
    """The page of an invitation."""
    least = doors_of(request).settings.password_least
    return show(request, "join.html", name=name, secret=secret, fault="", least=least)


@post("/desk/join", status_code=200, sync_to_thread=True, include_in_schema=False)
def joining(data: Sent, request: Asked) -> Response[str]:
    """Choose the password."""
    doors = doors_of(request)
    name, secret = field(data, "name", 64), field(data, "secret", 128)
    language = language_of(request)
    password = _raw(data, "password")
    fault = ""
    if password != _raw(data, "again"):
        fault = DESK[language]["password_differ"]
    else:
        try:
            join(doors.store, doors.key, doors.settings, name, secret, password)
        except (WeakPasswordError, AccessError) as error:
            fault = in_words(error, language)
    if fault:
        least = doors.settings.password_least
        return show(request, "join.html", 422, name=name, secret=secret, fault=fault, least=least)
    return sign_in_page_with(request, said=DESK[language]["joined"], name=name)


def come_in(request: Asked, session: Session, after: str) -> Redirect:
    """Go on with a session that has begun."""
    return Redirect(after, status_code=303, cookies=[session_cookie(request, session.secret)])


def _raw(data: dict[str, Any], name: str) -> str:
    # A password is taken as it was typed, blanks and all.
    value = data.get(name)
    return value if isinstance(value, str) else ""


def signing_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the door."""
    return [sign_in_page, signing_in, second, sign_out, join_page, joining]
