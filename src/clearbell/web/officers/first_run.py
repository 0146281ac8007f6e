"""The first run: from the word on the terminal to the first account, and nothing once there is one."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from clearbell.access.errors import AccessError, SecondFactorError
from clearbell.access.first_run import FirstRun, found_first
from clearbell.access.second_factor import RECOVERY_CODES, address, new_totp, picture, step_of
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.account import is_secret, new_recovery
from clearbell.web.officers.demo_page import shown
from clearbell.web.officers.first_run_texts import FIRST_RUN
from clearbell.web.officers.pack_words import decides
from clearbell.web.officers.page import Asked, Sent, Shown, doors_of, field, in_words, language_of, session_cookie, show
from clearbell.web.officers.texts import DESK
from clearbell.web.ruling import Offered


def _open(request: Asked) -> FirstRun:
    """The first run, while there is no account."""
    doors = doors_of(request)
    if doors.first_run is None or doors.is_closed():
        raise NotFoundException
    return doors.first_run


def _ask(request: Asked, status: int = 200, fault: str = "") -> Response[str]:
    return show(request, "first_word.html", status, door_words=FIRST_RUN[language_of(request)], fault=fault)


def _packs(request: Asked, gate: Gate, language: str) -> list[dict[str, Any]]:
    """Each pack that may be chosen, with what it decides, in words."""
    ruling = doors_of(request).ruling
    offered = ruling.offered() if ruling is not None else [Offered("", gate.pack)]
    current = ruling.current if ruling is not None else ""
    return [
        {
            "name": one.name,
            "words": one.pack.zh if language == "zh" else one.pack.en,
            "version": one.pack.version,
            "current": one.name == current,
            "decides": decides(one.pack, language),
        }
        for one in offered
    ]


def _page(request: Asked, gate: Gate, word: str, status: int = 200, **fields: Any) -> Response[str]:
    language = language_of(request)
    doors = doors_of(request)
    filled = {"fault": "", "account": "admin", "full_name": "", "secret": "", **fields}
    filled["secret"] = filled["secret"] or new_totp(doors.key.randomness(20))
    return show(
        request,
        "first_run.html",
        status,
        door_words=FIRST_RUN[language],
        packs=_packs(request, gate, language),
        qr=picture(address(filled["secret"], filled["account"] or "admin")),
        least=doors.settings.password_least,
        **shown(request, "/first-run/demo", word),
        **filled,
    )


@get("/first-run", sync_to_thread=True, include_in_schema=False)
def ask_word(request: Asked) -> Shown:
    """Where the word is typed in."""
    first = _open(request)
    given = request.query_params.get("word", "")
    if not given:
        return _ask(request)
    if not first.fits(given):
        return _ask(request, 403, FIRST_RUN[language_of(request)]["word_wrong"])
    return Redirect(f"/first-run/{given}", status_code=303)


@get("/first-run/{word:str}", sync_to_thread=True, include_in_schema=False)
def first_run_page(word: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """Language, rules and the first account on one page."""
    if not _open(request).fits(word):
        return _ask(request, 403, FIRST_RUN[language_of(request)]["word_wrong"])
    return _page(request, gate, word)


@post("/first-run/found", status_code=200, sync_to_thread=True, include_in_schema=False)
def founding(data: Sent, request: Asked, gate: ServedGate) -> Response[str]:
    """Make the account, sign in and show the recovery codes."""
    first, doors, language = _open(request), doors_of(request), language_of(request)
    word = field(data, "word", 128)
    if not first.fits(word):
        return _ask(request, 403, FIRST_RUN[language]["word_wrong"])
    name, full_name, secret = field(data, "account", 64), field(data, "full_name", 200), field(data, "secret", 64)
    given = {"account": name, "full_name": full_name, "secret": secret if is_secret(secret) else ""}
    password = data.get("password")
    if not isinstance(password, str) or password != data.get("again"):
        return _page(request, gate, word, 422, fault=DESK[language]["password_differ"], **given)
    step = step_of(secret, field(data, "code", 12), gate.now(), 0) if is_secret(secret) else 0
    if not step:
        return _page(request, gate, word, 422, fault=in_words(SecondFactorError(), language), **given)
    codes = [new_recovery(doors.key.randomness(10)) for _ in range(RECOVERY_CODES)]
    try:
        session = found_first(
            doors.store, doors.key, doors.settings, name, full_name or name, password, secret, step, codes,
            request.headers.get("user-agent", ""),
        )  # fmt: skip
    except AccessError as error:
        return _page(request, gate, word, 422, fault=in_words(error, language), **given)
    page = show(request, "first_done.html", door_words=FIRST_RUN[language], codes=codes)
    page.set_cookie(session_cookie(request, session.secret))
    return page


@post("/first-run/pack", status_code=200, sync_to_thread=True, include_in_schema=False)
def choose_pack(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Have other rules put in force; the node begins again by them, under the same word."""
    first, doors, language = _open(request), doors_of(request), language_of(request)
    word = field(data, "word", 128)
    if not first.fits(word):
        return _ask(request, 403, FIRST_RUN[language]["word_wrong"])
    name = field(data, "pack", 400)
    if doors.ruling is None or not doors.ruling.choose(name):
        return _page(request, gate, word, 422, fault=FIRST_RUN[language]["pack_unwritten"])
    if name == doors.ruling.current:
        return Redirect(f"/first-run/{word}", status_code=303)
    return show(request, "first_again.html", door_words=FIRST_RUN[language], word=word)


def first_run_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the first run."""
    return [ask_word, first_run_page, founding, choose_pack]
