"""The demo at the desk and in the first run: one press makes it, one removes it, one goes in; and looking at it as someone."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from clearbell.access.signing_in import begin_session
from clearbell.numbering import format_e164
from clearbell.web.demonstration import UNDER, VISITOR, Demo, Stage, State
from clearbell.web.doors import need_session
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.demo_texts import DEMO
from clearbell.web.officers.page import Asked, Sent, Shown, doors_of, field, language_of, session_cookie, show
from clearbell.web.subscriber.visit import begin
from clearbell.web.subscriber.visit import cookie as visit_cookie

_ACTOR = "demo:door"


def _demo(request: Asked) -> Demo:
    demo = doors_of(request).demo
    if demo is None:
        raise NotFoundException
    return demo


def shown(request: Asked, where: str, word: str = "") -> dict[str, Any]:
    """What a page shows of the demo; ``where``: the address its forms are sent to; ``word``: of the first run."""
    demo = doors_of(request).demo
    return {"d": DEMO[language_of(request)], "demo": demo and demo.standing(), "where": where, "word": word}


def _into(request: Asked, demo: Demo) -> Redirect:
    """To the choice of who one is, with the cookie that lets one in."""
    let_in = Cookie(
        key=f"{UNDER.strip('/')}_{VISITOR}",
        value=demo.let_in(),
        path=UNDER,
        httponly=True,
        secure=doors_of(request).secure,
        samesite="lax",
    )
    return Redirect(f"{UNDER}/as?lang={language_of(request)}", status_code=303, cookies=[let_in])


def _step(request: Asked, step: str, back: str) -> Redirect:
    demo = _demo(request)
    if step == "make":
        demo.make(language_of(request))
    elif step == "remove":
        demo.remove()
    elif step == "enter":
        return _into(request, demo) if demo.standing().state is State.READY else Redirect(back, status_code=303)
    else:
        raise NotFoundException
    return Redirect(f"{back}?did={step}", status_code=303)


@get("/desk/demo", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def demo_page(request: Asked) -> Response[str]:
    """Whether there is a demo, and what can be done with it."""
    _demo(request)
    language = language_of(request)
    removed = request.query_params.get("did") == "remove"
    return show(
        request, "demo.html", said=DEMO[language]["removed"] if removed else "", **shown(request, "/desk/demo")
    )  # fmt: skip


@post("/desk/demo/{step:str}", status_code=303, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def demo_step(step: FromPath[str], request: Asked) -> Redirect:
    """Make it, remove it, or go in."""
    return _step(request, step, "/desk/demo")


@post("/first-run/demo/{step:str}", status_code=303, sync_to_thread=True, include_in_schema=False)
def first_demo_step(step: FromPath[str], data: Sent, request: Asked) -> Redirect:
    """The same in the first run, for who has its word."""
    doors = doors_of(request)
    word = field(data, "word", 128)
    if doors.first_run is None or doors.is_closed() or not doors.first_run.fits(word):
        raise NotFoundException
    return _step(request, step, f"/first-run/{word}")


def _stage(request: Asked) -> Stage:
    stage = doors_of(request).stage
    if stage is None:
        raise NotFoundException
    return stage


@get("/as", sync_to_thread=True, include_in_schema=False)
def choose(request: Asked) -> Response[str]:
    """Inside the demo: as whom one looks at it."""
    stage, words = _stage(request), DEMO[language_of(request)]
    known = stage.knows(request.cookies.get(VISITOR, ""))
    return show(
        request,
        "demo_as.html",
        200 if known else 403,
        d=words,
        people=stage.people if known else (),
        subscriber=words["as_subscriber"].format(number=format_e164(stage.subscriber)) if known else "",
        fault="" if known else words["closed"],
    )


@post("/as/enter", status_code=303, sync_to_thread=True, include_in_schema=False)
def enter(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Become someone."""
    stage, doors = _stage(request), doors_of(request)
    if not stage.knows(request.cookies.get(VISITOR, "")):
        return Redirect("/as", status_code=303)
    who = field(data, "who", 64)
    if who == "subscriber":
        visit = begin(gate, stage.subscriber)
        to = Redirect(f"/me?lang={language_of(request)}", status_code=303)
        to.set_cookie(visit_cookie(gate, visit, secure=doors.secure))
        return to
    if who not in {one.account for one in stage.people}:
        return Redirect("/as", status_code=303)
    with doors.store.act(_ACTOR) as act:
        session = begin_session(act, doors.key, doors.settings, who, "", half=False, factor=True)
    to = Redirect(f"/desk?lang={language_of(request)}", status_code=303)
    to.set_cookie(session_cookie(request, session.secret))
    return to


def demo_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the demo, outside and inside."""
    return [demo_page, demo_step, first_demo_step, choose, enter]
