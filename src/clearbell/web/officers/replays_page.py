"""Replays of the policy at the desk: what another one would have done with the calls on record, and one decision in words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, ServerSentEvent
from sqlalchemy import Connection

from clearbell.numbering import mask
from clearbell.policy.explanation import explain
from clearbell.policy.problems import PackError
from clearbell.replay.candidate import ChangeError
from clearbell.replay.model import Replay, State
from clearbell.replay.wording import (
    KINDS,
    STATES,
    holder_words,
    in_order,
    progress_words,
    sentences,
    whom_words,
)
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import (
    BY_PLACE,
    Cell,
    Filter,
    Head,
    Kind,
    Placed,
    Table,
    Wish,
    at_hand,
    desk_frame,
    listed,
)
from clearbell.web.officers.page import Asked, Language, Sent, doors_of, field, language_of, show
from clearbell.web.officers.replay_form import FormError, offered, read_form, tried
from clearbell.web.officers.replay_texts import REPLAY
from clearbell.web.revocation import shown_time
from clearbell.web.texts import TEXTS

_PAUSE = 1.0
_STREAM_MOST = 60
"""Looks of one stream. Then the browser asks again, and who is signed in no more is not let in again."""


class Progress(msgspec.Struct):
    """What the page of a replay that runs refreshes."""

    share: int
    """Percent."""
    words: str
    running: bool


_KEYS: dict[str, Callable[[Replay], Any]] = {
    "when": lambda one: (one.asked.at, one.replay),
    "otherwise": lambda one: (sum(moved.calls for moved in one.found.moved), one.replay),
}


def _page(request: Asked, gate: Gate, status: int = 200, *, fault: str = "", **values: str) -> Response[Any]:
    language = language_of(request)
    words = REPLAY[language]
    table = Table(
        "replays",
        (
            Head("when", order="when"),
            Head("window"),
            Head("tried"),
            Head("state"),
            Head("otherwise", is_count=True, order="otherwise"),
            Head("by"),
        ),
        dict.fromkeys(_KEYS, BY_PLACE.turned()),
        (Filter("state", Kind.CHOICE, tuple((one.value, said[language]) for one, said in STATES.items())),),
        path="/desk/policy/replays",
    )
    kept = gate.replays.newest()

    def rows(_conn: Connection, wish: Wish) -> list[Placed]:
        state = wish.values.get("state", "")
        return at_hand([one for one in kept if state in ("", one.state.value)], wish, _KEYS)

    def cells(placed: Placed, _language: Language) -> list[Cell]:
        one: Replay = placed.row
        path = f"/desk/policy/replays/{one.replay}"
        return [
            Cell(shown_time(one.asked.at, gate), path),
            Cell(f"{shown_time(one.asked.since, gate)} – {shown_time(one.asked.until, gate)}"),
            Cell("; ".join(tried(one.asked, one.candidate, language))),
            Cell(progress_words(one, language)),
            Cell(f"{sum(moved.calls for moved in one.found.moved):,}", path),
            Cell(one.asked.by),
        ]

    return listed(
        request, gate, table, rows, cells, frame=desk_frame(request, words), template="replays.html", status=status,
        o=words, fault=fault, f=offered(gate.pack, values, language), has_any=bool(kept),
    )  # fmt: skip


@get("/desk/policy/replays", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def replays_list(request: Asked, gate: ServedGate) -> Response[Any]:
    """The replays that are kept, and the form of a new one."""
    return _page(request, gate)


@post("/desk/policy/replay", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def begin_replay(data: Sent, request: Asked, gate: ServedGate) -> Response[Any] | Redirect:
    """Begin one."""
    language = language_of(request)
    values = {name: field(data, name, 500_000) for name in data}
    try:
        asked = read_form(data, gate.pack, gate.now(), principal(request).name, language)
        begun = gate.replays.begin(asked)
    except FormError as error:
        return _page(request, gate, 422, fault=str(error), **values)
    except ChangeError as error:
        return _page(request, gate, 422, fault=error.zh if language == "zh" else error.en, **values)
    except PackError as error:
        return _page(request, gate, 422, fault=error.text(language), **values)
    if begun is None:
        return _page(request, gate, 409, fault=REPLAY[language]["busy"], **values)
    return Redirect(f"/desk/policy/replays/{begun.replay}", status_code=303)


def _found(gate: Gate, name: str) -> Replay:
    found = gate.replays.find(name)
    if found is None:
        raise NotFoundException
    return found


@get("/desk/policy/replays/{replay:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def replay_page(replay: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """One replay: how far it is, what would be otherwise by which rule, and whom it meets."""
    return _one(request, gate, _found(gate, replay))


def _one(request: Asked, gate: Gate, one: Replay, status: int = 200, fault: str = "") -> Response[str]:
    language = language_of(request)
    words, actions = REPLAY[language], TEXTS[language]
    return show(
        request,
        "replay.html",
        status,
        o=words,
        name=one.replay,
        fault=fault or (one.fault_zh if language == "zh" else one.fault_en),
        window=f"{shown_time(one.asked.since, gate)} – {shown_time(one.asked.until, gate)}",
        tried=tried(one.asked, one.candidate, language),
        versions=words["versions"].format(policy=one.policy, candidate=one.candidate) if one.candidate else "",
        by=one.asked.by,
        at=shown_time(one.asked.at, gate),
        progress=_progress(one, language),
        can_go_on=one.state is State.STOPPED,
        is_done=one.state is State.DONE,
        told=[*sentences(one.found, language), *whom_words(one.found, language)],
        moved=[
            (
                KINDS[moved.kind][language],
                moved.rule,
                (actions[f"action_{moved.before.value}"], moved.before.value),
                (actions[f"action_{moved.after.value}"], moved.after.value),
                f"{moved.calls:,}",
                [
                    (
                        f"/desk/decisions/{quote(example.decision, safe='')}",
                        shown_time(example.at, gate),
                        example.caller or words["withheld"],
                        f"{example.before:+g} → {example.after:+g}",
                    )
                    for example in moved.examples
                ],
            )
            for moved in in_order(one.found)
        ],
        holders=holder_words(one.found, language),
    )


def _progress(one: Replay, language: Language) -> Progress:
    return Progress(round(one.share * 100), progress_words(one, language), one.state is State.RUNNING)


@get("/desk/policy/replays/{replay:str}/events", guards=[need_session], include_in_schema=False)
async def replay_events(replay: FromPath[str], request: Asked, gate: ServedGate) -> ServerSentEvent:
    """How far it is, once a second where that changed; a browser asks again when the stream ends."""
    language = language_of(request)
    await asyncio.to_thread(_found, gate, replay)

    async def events() -> AsyncGenerator[str, None]:
        before = b""
        for look in range(_STREAM_MOST):
            if look:
                await asyncio.sleep(_PAUSE)
            progress = _progress(await asyncio.to_thread(_found, gate, replay), language)
            now = msgspec.json.encode(progress)
            # A beat now and then, or a proxy takes the quiet for the end.
            if now != before or look % 15 == 0:
                before = now
                yield now.decode()
            if not progress.running:
                return

    return ServerSentEvent(events())


@post(
    "/desk/policy/replays/{replay:str}/stop",
    status_code=200,
    sync_to_thread=True,
    guards=[need_session],
    include_in_schema=False,
)
def stop_replay(replay: FromPath[str], data: Sent, gate: ServedGate) -> Redirect:  # noqa: ARG001 the form's mark is in it
    """Let one stop where it is."""
    gate.replays.ask_to_stop(_found(gate, replay).replay)
    return Redirect(f"/desk/policy/replays/{replay}", status_code=303)


@post(
    "/desk/policy/replays/{replay:str}/go-on",
    status_code=200,
    sync_to_thread=True,
    guards=[need_session],
    include_in_schema=False,
)
def go_on_replay(replay: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Response[str] | Redirect:  # noqa: ARG001
    """Let one that was stopped go on from where it is."""
    one = _found(gate, replay)
    if not gate.replays.go_on(replay):
        return _one(request, gate, one, 409, REPLAY[language_of(request)]["cannot_go_on"])
    return Redirect(f"/desk/policy/replays/{replay}", status_code=303)


@get("/desk/decisions/{decision:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def decision_page(decision: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """One decision on record: what was seen, and the sum that adds up."""
    found = gate.find(decision)
    if found is None:
        raise NotFoundException
    language = language_of(request)
    words, actions, call = REPLAY[language], TEXTS[language], found.call
    said = explain(found, gate.pack, language)
    if call.caller:
        doors_of(request).note(principal(request), f"/desk/decisions/{decision}", f"+{call.caller}")
    return show(
        request,
        "decision.html",
        o=words,
        id=found.id,
        at=shown_time(call.at, gate),
        caller=mask(call.caller) if call.caller else words["withheld"],
        callee=mask(call.callee) if call.callee else "",
        trunk=call.trunk,
        action=(actions[f"action_{found.action.value}"], found.action.value),
        sentence=said.sentence,
        lines=[(line.symbol, line.words, f"{line.points:+g}") for line in said.lines],
        total=f"{said.total:+g}",
        version=found.policy,
        marks=", ".join(found.marks),
    )


def replays_handlers() -> list[HTTPRouteHandler]:
    """The handlers of replays, and of one decision."""
    return [replays_list, begin_replay, replay_page, replay_events, stop_replay, go_on_replay, decision_page]
