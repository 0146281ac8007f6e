"""A page of the subscriber's door: in their language, under the strict content policy, with the visit prolonged."""

from __future__ import annotations

import functools
import secrets
from typing import Annotated, Any, Literal

from litestar import Request, Response
from litestar.datastructures import Cookie, State
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from clearbell.numbering import format_e164
from clearbell.web.console import choose_language, html_page, pages
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import Frame
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.subscriber.texts import ME
from clearbell.web.subscriber.visit import Visit, cookie, is_secure, visit_of

Asked = Request[Any, Any, State]
Sent = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
Language = Literal["zh", "en"]
Shown = Response[str] | Redirect
_LANGUAGE = "clearbell_language_me"
_PLACES = ("calls", "consents", "wishes", "list", "reports", "data")


def address(place: str) -> str:
    """Where a page of the door is."""
    return "/me" if place == "calls" else f"/me/{place}"


def language_of(request: Asked) -> Language:
    """``?lang=``, else what was chosen before, else what the browser prefers."""
    chosen = request.cookies.get(_LANGUAGE, "")
    if chosen not in ME or "lang" in request.query_params:
        chosen = choose_language(request)
    return "zh" if chosen == "zh" else "en"


def plain(request: Asked, template: str, status: int = 200, visit: Visit | None = None, **fields: Any) -> Response[str]:
    """A page of the door, with or without a visit."""
    language = language_of(request)
    nonce = secrets.token_urlsafe(16)
    body = (
        pages()
        .get_template(f"me/{template}")
        .render(
            t=ME[language],
            lang=language,
            other="en" if language == "zh" else "zh",
            other_words="English" if language == "zh" else "中文",
            nonce=nonce,
            mine=format_e164(visit.number) if visit is not None else "",
            form=visit.form if visit is not None else "",
            places=[(ME[language][name], address(name)) for name in _PLACES] if visit is not None else [],
            here=request.url.path,
            **{"fault": "", "said": "", "undo": None, **fields},
        )
    )
    response = html_page(body, nonce, status)
    if request.query_params.get("lang", "") in ME:
        response.set_cookie(
            Cookie(
                key=_LANGUAGE,
                value=language,
                path="/me",
                max_age=31_536_000,
                secure=is_secure(request),
                samesite="lax",
            )
        )
    return response


def show(request: Asked, gate: Gate, template: str, status: int = 200, **fields: Any) -> Response[str]:
    """A page of a visit, which lasts so much longer for having been looked at."""
    visit = visit_of(request)
    page = plain(request, template, status, visit, **fields)
    page.set_cookie(cookie(gate, visit, secure=is_secure(request)))
    return page


def frame_of(request: Asked, gate: Gate) -> Frame:
    """Tables of a visit are as everywhere; places in their addresses tell nothing."""
    language = language_of(request)
    return Frame(language, {**LISTING[language], **ME[language]}, None, functools.partial(show, request, gate))


def to(place: str, did: str = "", about: str = "") -> Redirect:
    """On to a page, which says what was done; ``about`` names what it was done to, for undoing it."""
    query = f"?did={did}" + (f"&about={about}" if about else "") if did else ""
    return Redirect(address(place) + query, status_code=303)


def field(data: dict[str, Any], name: str, most: int = 200) -> str:
    """A field of a form as text, without NUL and cut to ``most`` characters."""
    value = data.get(name)
    return value.replace("\x00", "").strip()[:most] if isinstance(value, str) else ""
