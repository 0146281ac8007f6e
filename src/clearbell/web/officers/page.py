"""A page of the desk: who is signed in, where they may go, in their language."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from litestar import Request, Response
from litestar.datastructures import Cookie, State
from litestar.enums import RequestEncodingType
from litestar.params import Body
from litestar.response import Redirect

from clearbell.access.model import TENANTS, Permission, Principal
from clearbell.web.console import choose_language, html_page, pages
from clearbell.web.doors import COOKIE, Doors, principal
from clearbell.web.officers.texts import DESK

Asked = Request[Any, Any, State]
Sent = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
Language = Literal["zh", "en"]
Shown = Response[str] | Redirect
_LANGUAGE = "clearbell_language"
_PLACES = (
    ("firm", "/firm", Permission.FIRM),
    ("firm_numbers", "/firm/numbers", Permission.FIRM),
    ("firm_applications", "/firm/applications", Permission.FIRM),
    ("firm_contracts", "/firm/contracts", Permission.FIRM),
    ("firm_consents", "/firm/consents", Permission.FIRM),
    ("firm_scrub", "/firm/scrub", Permission.SCRUB),
    ("firm_calls", "/firm/calls", Permission.FIRM),
    ("firm_reports", "/firm/reports", Permission.FIRM),
    ("firm_sanctions", "/firm/sanctions", Permission.FIRM),
    ("firm_cards", "/firm/cards", Permission.FIRM),
    ("cases", "/desk/cases", Permission.CASES_READ),
    ("reports", "/desk/reports", Permission.REPORTS_READ),
    ("sanctions_place", "/desk/sanctions", Permission.SANCTIONS_READ),
    ("appeals", "/desk/appeals", Permission.APPEALS_READ),
    ("orders", "/desk/orders", Permission.ORDERS_READ),
    ("deadlines", "/desk/deadlines", Permission.DEADLINES_READ),
    ("providers", "/desk/providers", Permission.SCORECARDS_READ),
    ("mass_notices", "/desk/mass-notices", Permission.NOTICES_READ),
    ("applications", "/desk/applications", Permission.APPLICATIONS_READ),
    ("live", "/desk/live", Permission.NODE_READ),
    ("policy", "/desk/policy", Permission.NODE_READ),
    ("health", "/desk/health", Permission.NODE_READ),
    ("ledger", "/desk/ledger", Permission.LEDGER_READ),
    ("reads", "/desk/reads", Permission.LEDGER_READ),
    ("accounts", "/desk/accounts", Permission.ACCOUNTS_READ),
    ("demo_place", "/desk/demo", Permission.DEMO),
    ("matrix", "/desk/matrix", None),
    ("account", "/desk/account", None),
)


def language_of(request: Asked) -> Language:
    """``?lang=``, else what was chosen before, else what the browser prefers."""
    chosen = request.cookies.get(_LANGUAGE, "")
    if chosen not in DESK or "lang" in request.query_params:
        chosen = choose_language(request)
    return "zh" if chosen == "zh" else "en"


def doors_of(request: Asked) -> Doors:
    """The doors of the node. Pages of the desk exist only where there are some."""
    doors: Doors = request.app.state.doors
    return doors


def places(who: Principal) -> list[tuple[str, str]]:
    """Where someone may go: name and address."""
    return [
        (name, path)
        for name, path, needed in _PLACES
        # What the node itself is and allows is no enterprise's concern.
        if (name != "matrix" or who.role not in TENANTS) and (needed is None or who.may(needed))
    ]


def show(
    request: Asked, template: str, status: int = 200, *, door_words: Mapping[str, str] | None = None, **fields: Any
) -> Response[str]:
    """Render a page of the desk, or of another door in its frame; ``door_words``: that door's own words."""
    language = language_of(request)
    nonce = secrets.token_urlsafe(16)
    who = principal(request)
    signed_in = who.role is not None
    words = {**DESK[language], **(door_words or {})}
    if who.role in TENANTS:
        words["desk"] = words["firm_door"]
    here = request.url.path
    offered = places(who) if signed_in else []
    if signed_in and doors_of(request).demo is None:
        offered = [(name, path) for name, path in offered if name != "demo_place"]
    # A place stands for what is below it too, the most exact one.
    current = max((path for _, path in offered if f"{here}/".startswith(f"{path}/")), key=len, default="")
    body = (
        pages()
        .get_template(template if "/" in template else f"desk/{template}")
        .render(
            t=words,
            lang=language,
            other="en" if language == "zh" else "zh",
            other_words="English" if language == "zh" else "中文",
            nonce=nonce,
            who=who if signed_in else None,
            who_name=request.scope["state"].get("who_name", ""),
            csrf=who.csrf,
            places=[(words[name], path) for name, path in offered],
            here=here,
            **{"fault": "", "said": "", "current": current, **fields},
        )
    )
    response = html_page(body, nonce, status)
    if request.query_params.get("lang", "") in DESK:
        doors: Doors | None = request.app.state.get("doors")
        secure = doors is not None and doors.secure
        response.set_cookie(
            Cookie(key=_LANGUAGE, value=language, path="/", max_age=31_536_000, secure=secure, samesite="lax")
        )
    return response


def session_cookie(request: Asked, secret: str) -> Cookie:
    """The cookie that holds a session's secret; an empty secret takes it away."""
    return Cookie(
        key=COOKIE,
        value=secret,
        path="/",
        httponly=True,
        secure=doors_of(request).secure,
        # Strict would show who follows a link from a mail as signed out; forms carry a token of their own.
        samesite="lax",
        max_age=None if secret else 0,
    )


def field(data: dict[str, Any], name: str, most: int = 2_000) -> str:
    """A field of a form as text, without NUL and cut to ``most`` characters."""
    value = data.get(name)
    return value.replace("\x00", "").strip()[:most] if isinstance(value, str) else ""


def in_words(error: Any, language: str) -> str:
    """What an error says in a language."""
    return str(error.zh if language == "zh" else error.en)
