"""A page of the desk: who is signed in, where they may go, in their language."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
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
    # Name, address, what it needs, and the menu that it is in; none: it stands by itself.
    ("firm", "/firm", Permission.FIRM, ""),
    ("firm_numbers", "/firm/numbers", Permission.FIRM, ""),
    ("firm_calls", "/firm/calls", Permission.FIRM, ""),
    ("firm_consents", "/firm/consents", Permission.FIRM, ""),
    ("firm_scrub", "/firm/scrub", Permission.SCRUB, ""),
    ("firm_reports", "/firm/reports", Permission.FIRM, ""),
    ("firm_sanctions", "/firm/sanctions", Permission.FIRM, ""),
    ("firm_applications", "/firm/applications", Permission.FIRM, "menu_papers"),
    ("firm_contracts", "/firm/contracts", Permission.FIRM, "menu_papers"),
    ("firm_cards", "/firm/cards", Permission.FIRM, "menu_papers"),
    ("cases", "/desk/cases", Permission.CASES_READ, ""),
    ("reports", "/desk/reports", Permission.REPORTS_READ, ""),
    ("sanctions_place", "/desk/sanctions", Permission.SANCTIONS_READ, ""),
    ("appeals", "/desk/appeals", Permission.APPEALS_READ, ""),
    ("orders", "/desk/orders", Permission.ORDERS_READ, ""),
    ("deadlines", "/desk/deadlines", Permission.DEADLINES_READ, ""),
    ("applications", "/desk/applications", Permission.APPLICATIONS_READ, "menu_callers"),
    ("providers", "/desk/providers", Permission.SCORECARDS_READ, "menu_callers"),
    ("mass_notices", "/desk/mass-notices", Permission.NOTICES_READ, "menu_callers"),
    ("live", "/desk/live", Permission.NODE_READ, "menu_node"),
    ("policy", "/desk/policy", Permission.NODE_READ, "menu_node"),
    ("health", "/desk/health", Permission.NODE_READ, "menu_node"),
    ("ledger", "/desk/ledger", Permission.LEDGER_READ, "menu_node"),
    ("reads", "/desk/reads", Permission.LEDGER_READ, "menu_node"),
    ("demo_place", "/desk/demo", Permission.DEMO, "menu_node"),
    ("accounts", "/desk/accounts", Permission.ACCOUNTS_READ, "menu_people"),
    ("matrix", "/desk/matrix", None, "menu_people"),
    ("account", "/desk/account", None, "menu_people"),
)


class Place(msgspec.Struct, frozen=True):
    """Where someone may go."""

    name: str
    path: str
    menu: str
    """Under which it stands; empty: by itself."""


class Menu(msgspec.Struct):
    """One entry of the navigation: a place by itself, or several under a word."""

    words: str
    """Of the menu; empty: there is none, and one place."""
    places: list[tuple[str, str]]
    """Words and address."""


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


def places(who: Principal) -> list[Place]:
    """Where someone may go."""
    return [
        Place(name, path, menu)
        for name, path, needed, menu in _PLACES
        # What the node itself is and allows is no enterprise's concern.
        if (name != "matrix" or who.role not in TENANTS) and (needed is None or who.may(needed))
    ]


def menus(offered: list[Place], words: Mapping[str, str]) -> list[Menu]:
    """The navigation: places by themselves, and menus; one with a single place needs no menu."""
    found: list[Menu] = []
    for place in offered:
        title = words[place.menu] if place.menu else ""
        if title and found and found[-1].words == title:
            found[-1].places.append((words[place.name], place.path))
        else:
            found.append(Menu(title, [(words[place.name], place.path)]))
    return [Menu("" if len(one.places) == 1 else one.words, one.places) for one in found]


def _frame(request: Asked, nonce: str, door_words: Mapping[str, str]) -> dict[str, Any]:
    """What every page needs: words, who is signed in, where they may go."""
    language = language_of(request)
    who = principal(request)
    signed_in = who.role is not None
    words = {**DESK[language], **door_words}
    if who.role in TENANTS:
        words["desk"] = words["firm_door"]
    here = request.url.path
    offered = places(who) if signed_in else []
    if signed_in and doors_of(request).demo is None:
        offered = [one for one in offered if one.name != "demo_place"]
    # A place stands for what is below it too, the most exact one.
    current = max((one.path for one in offered if f"{here}/".startswith(f"{one.path}/")), key=len, default="")
    return {
        "t": words,
        "lang": language,
        "other": "en" if language == "zh" else "zh",
        "other_words": "English" if language == "zh" else "中文",
        "nonce": nonce,
        "who": who if signed_in else None,
        "who_name": request.scope["state"].get("who_name", ""),
        "csrf": who.csrf,
        "menus": menus(offered, words),
        "here": here,
        "current": current,
    }


def around(request: Asked, nonce: str, back: str) -> str:
    """The navigation as it stands above a page of another make; ``back``: the address of the page that it belongs to."""
    return pages().get_template("desk/around.html").render(back=back, **_frame(request, nonce, {}))


def show(
    request: Asked, template: str, status: int = 200, *, door_words: Mapping[str, str] | None = None, **fields: Any
) -> Response[str]:
    """Render a page of the desk, or of another door in its frame; ``door_words``: that door's own words."""
    nonce = secrets.token_urlsafe(16)
    body = (
        pages()
        .get_template(template if "/" in template else f"desk/{template}")
        .render(**{"fault": "", "said": "", **_frame(request, nonce, door_words or {}), **fields})
    )
    language = language_of(request)
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
