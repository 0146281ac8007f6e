"""Enforcement over HTTP: how each target does, what it was told, and acknowledgements that come later."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy import Row

from clearbell.enforcement.adapters.webhook import Acknowledgement
from clearbell.enforcement.errors import NotSignedError
from clearbell.enforcement.health import Health, health_of
from clearbell.enforcement.model import Operation, State
from clearbell.enforcement.queries import task_of, tasks
from clearbell.enforcement.service import do_acknowledge, do_acknowledge_signed, do_ask_resync
from clearbell.enforcement.settings import AnyTarget, WebhookTarget, keys_of
from clearbell.notices.transports.webhook import SIGNATURE, TIME, is_signed
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError, Name

Target = Annotated[
    str,
    QueryParameter(name="target", max_length=64, pattern=r"^[A-Za-z0-9._-]*$", description="Only of this target."),
]
Restriction = Annotated[
    str,
    QueryParameter(
        name="restriction", max_length=256, pattern=r"^[^\x00-\x1f]*$", description="Only about this restriction."
    ),
]
InState = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]
Alarmed = Annotated[bool, QueryParameter(name="alarmed", description="Only those not acknowledged in time.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="How many at most.")]


class Signing:
    """The targets of the configuration, and the keys of those that sign."""

    def __init__(self, targets: Iterable[AnyTarget] = (), environ: Mapping[str, str] = os.environ) -> None:
        self._targets = {one.name: one for one in targets}
        self._environ = environ

    @property
    def names(self) -> tuple[str, ...]:
        """Of every target."""
        return tuple(self._targets)

    def keys(self, name: str) -> tuple[bytes, ...]:
        """Keys that count for a target now; none for one that is told in another way, or whose keys cannot be read."""
        one = self._targets.get(name)
        if not isinstance(one, WebhookTarget):
            return ()
        try:
            return keys_of(one, self._environ)
        except ValueError:
            return ()


def signing_of(request: Request[Any, Any, Any]) -> Signing:
    """The targets of this node."""
    found: Signing = request.app.state.signing
    return found


class TaskView(msgspec.Struct):
    """What a target was asked about a restriction. Times are µs UTC; 0: none."""

    target: str
    restriction: str
    operation: str
    state: str
    serial: int
    spread: bool
    """It goes to another carrier than the one that connected the caller."""
    since: int
    release: int
    """Not told before."""
    next: int
    """The next attempt."""
    deadline: int
    attempts: int
    sent: int
    alarmed: int
    acknowledged: int
    how: str
    fault: str


class AcknowledgeBody(msgspec.Struct, forbid_unknown_fields=True):
    """An officer has a target's acknowledgement in another way."""

    restriction: Name
    words: Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")]
    operation: Operation | None = None
    """Default: the one that is waited for."""
    officer: Name = ""


class TakenView(msgspec.Struct):
    """What became of a signed acknowledgement."""

    acknowledged: str
    again: bool
    """It had been acknowledged before, or is waited for no more; nothing was changed."""


def _view(row: Row[Any]) -> TaskView:
    return TaskView(*(getattr(row, name) for name in TaskView.__struct_fields__))


@get("/enforcement", sync_to_thread=True, responses=REFUSALS, summary="How each target of enforcement does")
def health(request: Request[Any, Any, Any], gate: ServedGate) -> list[Health]:
    """Place in the ledger, lag, what is not acknowledged, the last fault, and when it is told next."""
    with gate.store.read() as conn:
        return health_of(conn, gate.now(), signing_of(request).names)


@get("/enforcement/tasks", sync_to_thread=True, responses=REFUSALS, summary="What targets were told")
def told(
    gate: ServedGate,
    target: Target = "",
    restriction: Restriction = "",
    in_state: InState = None,
    alarmed: Alarmed = False,
    limit: Limit = 100,
) -> list[TaskView]:
    """The newest first."""
    with gate.store.read() as conn:
        rows = tasks(conn, name=target, restriction_id=restriction, state=in_state, alarmed=alarmed, limit=limit)
        return [_view(row) for row in rows]


@post(
    "/enforcement/{target:str}/acknowledge",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Record an acknowledgement that came in another way",
)
def acknowledge(target: FromPath[str], data: JSONBody[AcknowledgeBody], gate: ServedGate) -> TaskView:
    """By an officer, who says from whom and how."""
    with gate.store.act("api") as act:
        done = do_acknowledge(act, target, data.restriction, data.operation, words=data.words)
        row = task_of(act.conn, data.restriction, target, done)
        assert row is not None  # noqa: S101 - it was acknowledged a moment ago
        return _view(row)


@post(
    "/enforcement/{target:str}/resync",
    status_code=202,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Have the whole list given to a target anew",
)
def resync(target: FromPath[str], gate: ServedGate) -> None:
    """Within a second, or when it is there again."""
    with gate.store.act("api") as act:
        do_ask_resync(act, target)


@post(
    "/enforcement/{target:str}/acknowledgements",
    status_code=200,
    responses=REFUSALS,
    summary="For targets: acknowledge a message, signed",
)
async def signed(target: FromPath[str], request: Request[Any, Any, Any], gate: ServedGate) -> TakenView:
    """Signed as the message was, with the key of the target. Twice is the same as once."""
    body = await request.body()
    head = request.headers
    now = gate.now() // 1_000_000
    keys = await asyncio.to_thread(signing_of(request).keys, target)
    if not any(is_signed(key, head.get(TIME, ""), head.get(SIGNATURE, ""), body, now=now) for key in keys):
        raise NotSignedError(
            f"签名不是「{target}」的,或时间相差超过 5 分钟;请用该执行方的密钥对时间与正文签名",
            f"it is not signed by `{target}`, or its time is more than 5 minutes off; sign time and body with its key",
            "signature",
        )
    try:
        message = msgspec.json.decode(body, type=Acknowledgement).acknowledged
    except msgspec.DecodeError as error:
        raise BadFieldError("acknowledged", f"正文无法读取:{error}", f"the body cannot be read: {error}") from error
    fresh = await asyncio.to_thread(_take, gate, target, message)
    return TakenView(message, not fresh)


def _take(gate: ServedGate, target: str, message: str) -> bool:
    with gate.store.act(f"target:{target}") as act:
        return do_acknowledge_signed(act, target, message)


def enforcement_router() -> Router:
    """The router of enforcement."""
    return Router(
        path="/v1", route_handlers=[health, told, acknowledge, resync], guards=[require_token], tags=["enforcement"]
    )


def targets_router() -> Router:
    """What targets themselves ask: no token, a signature."""
    return Router(path="/v1", route_handlers=[signed], tags=["enforcement"])
