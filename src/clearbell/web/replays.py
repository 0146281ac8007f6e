"""Replays of the policy over HTTP: begun, followed, stopped and gone on with; one at a time on each node."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody

from clearbell.policy.problems import PackError
from clearbell.replay.candidate import ChangeError
from clearbell.replay.model import Asked, Change, Moved, Replay, State
from clearbell.replay.wording import in_order, sentences
from clearbell.web.doors import principal, require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError


class ReplayRefusedError(Exception):
    """It cannot begin or go on now. 现在不能开始或继续。"""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


class ChangeBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the other policy has otherwise; what is not named stays."""

    points: dict[str, float] = msgspec.field(default_factory=dict)
    """By symbol."""
    decides: dict[str, str] = msgspec.field(default_factory=dict)
    """By symbol: the action that it makes by itself; empty: none, its points count."""
    totals: dict[str, float] = msgspec.field(default_factory=dict)
    """By action: the total from which on it is taken."""
    thresholds: dict[str, float | None] = msgspec.field(default_factory=dict)
    """By name; null: off."""
    left_out: list[str] = msgspec.field(default_factory=list)
    """Checks that are not asked."""


class ReplayBody(msgspec.Struct, forbid_unknown_fields=True):
    """A window of the record, and another policy. Times are µs UTC."""

    since: int
    until: int
    """Not included; at the latest now."""
    change: ChangeBody = msgspec.field(default_factory=ChangeBody)
    pack_text: str = ""
    """A whole pack as TOML in place of the one in force, to which the change is made; empty: the one in force."""


class WhomView(msgspec.Struct):
    """Whom one kind of change meets."""

    calls: int
    numbers: int
    """Different callers, up to 20,000."""
    withheld: int
    holders: dict[str, int]
    """Calls by holder; the empty one: nobody registered the number."""


class ReplayView(msgspec.Struct):
    """A replay as far as it is. Times are µs UTC."""

    replay: str
    state: State
    """`stopped` too where its node was killed: it goes on when somebody says so."""
    share: float
    """How much is done, 0 to 1."""
    since: int
    until: int
    at: int
    by: str
    policy: str
    candidate: str
    change: ChangeBody
    calls: int
    """On record in the window, as far as it came."""
    replayed: int
    not_replayed: dict[str, int]
    """By cause; these are in no other figure."""
    moved: list[Moved]
    whom: dict[str, WhomView]
    zh: str
    en: str
    """What it found in words, or why it failed."""


def view_of(one: Replay) -> ReplayView:
    """A replay as the API shows it; who called stays on the node as digests."""
    found, asked = one.found, one.asked
    whom = {
        kind: WhomView(met.calls, len(met.callers), met.withheld, dict(met.holders)) for kind, met in found.whom.items()
    }
    zh, en = (
        fault or "\n".join(sentences(found, language))
        for language, fault in (("zh", one.fault_zh), ("en", one.fault_en))
    )
    return ReplayView(
        one.replay, one.state, one.share, asked.since, asked.until, asked.at, asked.by, one.policy, one.candidate,
        msgspec.convert(msgspec.to_builtins(asked.change), ChangeBody), found.calls, found.replayed, dict(found.causes), in_order(found), whom, zh, en,
    )  # fmt: skip


@get("/policy/replays", sync_to_thread=True, responses=REFUSALS, summary="List replays of the policy, the newest first")
def replays(gate: ServedGate) -> list[ReplayView]:
    """Those that this node keeps, 50 at most."""
    return [view_of(one) for one in gate.replays.newest()]


@post("/policy/replays", sync_to_thread=True, responses=REFUSALS, summary="Try another policy on calls on record")
def begin(data: JSONBody[ReplayBody], gate: ServedGate, request: Request[Any, Any, Any]) -> ReplayView:
    """Begin to judge the calls of a window anew, under the pack in force and under another. It runs beside the answers."""
    change = msgspec.convert(msgspec.to_builtins(data.change), Change)
    now = gate.now()
    until = min(data.until, now)
    if not 0 < data.since < until:
        raise BadFieldError("since", "起始时间应早于截止时间和现在", "it should be before `until` and before now")
    try:
        made = gate.replays.begin(Asked(data.since, until, change, data.pack_text, principal(request).name, now))
    except ChangeError as error:
        raise BadFieldError(f"change.{error.field}", error.zh, error.en) from None
    except PackError as error:
        raise BadFieldError("pack_text", error.text("zh"), error.text("en")) from None
    if made is None:
        raise ReplayRefusedError(
            "已有重放在进行,请待其完成或先将其停止", "another replay runs; wait until it is done, or stop it first"
        )
    return view_of(made)


def _found(gate: ServedGate, name: str) -> Replay:
    found = gate.replays.find(name)
    if found is None:
        raise NotFoundException
    return found


@get("/policy/replays/{replay:str}", sync_to_thread=True, responses=REFUSALS, summary="How far a replay is")
def show(replay: FromPath[str], gate: ServedGate) -> ReplayView:
    """How far it is, and what would be otherwise by which rule; the decisions it rests on are `GET /v1/decisions/{id}`."""
    return view_of(_found(gate, replay))


@post(
    "/policy/replays/{replay:str}/stop",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Let a replay stop",
)
def stop(replay: FromPath[str], gate: ServedGate) -> ReplayView:
    """It stops at its next look, within a second or so, and is kept as far as it is."""
    gate.replays.ask_to_stop(_found(gate, replay).replay)
    return view_of(_found(gate, replay))


@post(
    "/policy/replays/{replay:str}/go-on",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Let a stopped replay go on",
)
def go_on(replay: FromPath[str], gate: ServedGate) -> ReplayView:
    """From where it is; it comes to the same as without a stop."""
    _found(gate, replay)
    if not gate.replays.go_on(replay):
        raise ReplayRefusedError(
            "不能继续:它已在进行、已完成,或另有重放在进行", "it cannot go on: it runs, it is done, or another one runs"
        )
    return view_of(_found(gate, replay))


def replays_router() -> Router:
    """The router of replays."""
    return Router(
        path="/v1", route_handlers=[replays, begin, show, stop, go_on], guards=[require_token], tags=["screening"]
    )
