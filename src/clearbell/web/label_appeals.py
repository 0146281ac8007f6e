"""Appeals against labels over HTTP."""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from clearbell.consent.codes import new_code, plain_code
from clearbell.labels.appeals.errors import UnknownAppealError
from clearbell.labels.appeals.model import DEADLINE, Ground, Step
from clearbell.labels.appeals.service import appeal_of, do_appeal, do_decide
from clearbell.reports.settings import reputation_settings
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import Name, NumberKey, NumberText, Time, to_number, to_time

Text = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")]


class AppealBody(msgspec.Struct, forbid_unknown_fields=True):
    """An appeal against the label on a number."""

    number: NumberText | NumberKey
    ground: Ground
    since: Time | None = None
    """Since when the number is the appellant's; needed for a recycled one."""
    statement: Text = ""
    evidence: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """SHA-256 (hex) of the papers."""
    filer: Name = ""
    """Who filed it; whoever that is may not decide it."""


class DecisionOfAppealBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is decided about an appeal."""

    upheld: bool
    reason: Text
    officer: Name = ""


class AppealView(msgspec.Struct):
    """Where an appeal stands."""

    appeal: str
    state: str
    filed: int
    """µs UTC."""
    due: int
    """To be answered by, µs UTC; 0: no deadline."""
    decided: int
    reason: str


def _view(gate: ServedGate, appeal: str) -> AppealView:
    with gate.store.read() as conn:
        row = appeal_of(conn, plain_code(appeal))
    if row is None:
        raise UnknownAppealError(appeal)
    return AppealView(row.appeal, row.state, row.filed, row.due, row.decided, row.reason)


@post("/label-appeals", sync_to_thread=True, responses=REFUSALS, summary="Appeal against a label")
def appeal(data: JSONBody[AppealBody], gate: ServedGate) -> AppealView:
    """Take in an appeal; the answer has its id and its deadline."""
    number = to_number(data.number, "number", gate.pack.home, blank_allowed=False)
    with gate.store.act("api") as act:
        fact = do_appeal(
            act,
            new_code(os.urandom),
            number,
            data.ground,
            since=0 if data.since is None else to_time(data.since, 0),
            statement=data.statement,
            evidence=data.evidence,
            due=gate.desk.due(act.at, DEADLINE),
            filer=data.filer,
        )
    return _view(gate, fact.appeal)


@post(
    "/label-appeals/{appeal_id:str}/decision",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Decide an appeal",
)
def decide(appeal_id: FromPath[str], data: JSONBody[DecisionOfAppealBody], gate: ServedGate) -> AppealView:
    """Uphold or refuse. Upheld: score, label and feeds follow within two seconds."""
    settings = reputation_settings(gate.pack)
    step = Step.UPHOLD if data.upheld else Step.REFUSE
    with gate.store.act("api") as act:
        do_decide(act, plain_code(appeal_id), step, data.reason, settings, officer=data.officer)
    return _view(gate, appeal_id)


@get("/label-appeals/{appeal_id:str}", sync_to_thread=True, responses=REFUSALS, summary="Show an appeal")
def show_appeal(appeal_id: FromPath[str], gate: ServedGate) -> AppealView:
    """Where an appeal stands."""
    return _view(gate, appeal_id)


def label_appeals_router() -> Router:
    """The router of appeals against labels."""
    return Router(path="/v1", route_handlers=[appeal, decide, show_appeal], guards=[require_token], tags=["labels"])
