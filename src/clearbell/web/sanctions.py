"""Sanctions over HTTP: listed, shown, proposed by the ladder, looked at before they are decided, decided, lifted."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from clearbell.cases.files import own_case, unit_of
from clearbell.cases.queries import category_of
from clearbell.desk.effects import do_lift_sanction
from clearbell.desk.ladder import do_announce_sanction, propose
from clearbell.desk.subjects import TARGETS, subject_of
from clearbell.desk.touching import preview
from clearbell.sanctions.errors import UnknownSanctionError
from clearbell.sanctions.model import Lifted, State
from clearbell.sanctions.queries import sanction_of, sanctions
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.sanction_bodies import (
    DecideBody,
    DecidedView,
    FullView,
    LiftBody,
    LiftedView,
    LiftNamedBody,
    OnBody,
    ProposalView,
    SanctionView,
    TouchedView,
    full_view,
    proposal_view,
    sanction_view,
    stage_views,
    to_asked,
    to_subject,
    touched_view,
)
from clearbell.web.schemas import BadFieldError

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="How many at most.")]
InState = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]
OfCase = Annotated[
    str, QueryParameter(name="case", max_length=256, pattern=r"^[^\x00-\x1f]*$", description="Only those of this case.")
]
Unproven = Annotated[
    bool, QueryParameter(name="unproven", description="Only those in force although their notice was not delivered.")
]


@get("/sanctions", sync_to_thread=True, responses=REFUSALS, summary="List sanctions")
def list_(
    gate: ServedGate, in_state: InState = None, case: OfCase = "", unproven: Unproven = False, limit: Limit = 100
) -> list[SanctionView]:
    """The newest first; numbers are masked."""
    with gate.store.read() as conn:
        rows = sanctions(conn, state=in_state, case=case, alarmed=unproven, limit=limit)
    return [sanction_view(row, masked=True) for row in rows]


@get("/sanctions/{case:str}/{place:str}", sync_to_thread=True, responses=REFUSALS, summary="Show a sanction")
def show(case: FromPath[str], place: FromPath[str], gate: ServedGate) -> FullView:
    """Its rungs, who was told by which way, and what it changed elsewhere."""
    with gate.store.read() as conn:
        row = sanction_of(conn, f"{case}/{place}")
        if row is None:
            raise UnknownSanctionError(f"{case}/{place}")
        return full_view(conn, row)


@post("/sanctions/propose", status_code=200, sync_to_thread=True, responses=REFUSALS, summary="Which rung is due")
def propose_(data: JSONBody[OnBody], gate: ServedGate) -> ProposalView:
    """By the ladder, from the category of the case and what there was before."""
    on = to_subject(data, gate.pack)
    with gate.store.read() as conn:
        unit = unit_of(own_case(conn, data.case))
        if on is None and unit.kind not in TARGETS:
            raise BadFieldError(
                "number",
                "案件所涉为呼叫活动;请写明处置对象",
                "the case is about a campaign; say on whom a sanction would fall",
            )
        found = propose(conn, on or subject_of(unit), category_of(conn, data.case), gate.pack, gate.now())
    return proposal_view(found)


@post("/sanctions/preview", status_code=200, sync_to_thread=True, responses=REFUSALS, summary="Whom it would touch")
def preview_(data: JSONBody[DecideBody], gate: ServedGate) -> TouchedView:
    """Numbers, the holder's others, labels, contracts, blacklist, who is told. Refused as the decision would be."""
    asked = to_asked(data, gate.pack)
    return touched_view(preview(gate.store, data.case, asked, gate.pack, gate.desk.due, officer=data.officer))


@post("/sanctions", sync_to_thread=True, responses=REFUSALS, summary="Decide on a sanction")
def decide(data: JSONBody[DecideBody], gate: ServedGate) -> DecidedView:
    """Never without a confirmed verdict, and not by who brought the case. It bites when its subject was told."""
    asked = to_asked(data, gate.pack)
    with gate.store.act("api") as act:
        fact = do_announce_sanction(act, data.case, asked, gate.pack, gate.desk.due, officer=data.officer)
        row = sanction_of(act.conn, fact.sanction)
        if row is None:
            raise UnknownSanctionError(fact.sanction)
        return DecidedView(sanction_view(row, masked=False), stage_views(fact.stages))


@post(
    "/sanctions/{case:str}/{place:str}/lift",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Take a sanction back",
)
def lift(case: FromPath[str], place: FromPath[str], data: JSONBody[LiftBody], gate: ServedGate) -> FullView:
    """With everything that it did elsewhere; what has not bitten yet is withdrawn."""
    name = f"{case}/{place}"
    with gate.store.act("api") as act:
        if sanction_of(act.conn, name) is None:
            raise UnknownSanctionError(name)
        do_lift_sanction(act, Lifted(name, data.reason))
        row = sanction_of(act.conn, name)
        if row is None:
            raise UnknownSanctionError(name)
        return full_view(act.conn, row)


@post(
    "/sanctions/lift",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Lift a restriction or sanction by its id",
)
def lift_named(data: JSONBody[LiftNamedBody], gate: ServedGate) -> LiftedView:
    """Also one that was put in force without a case; what a sanction did elsewhere is taken back with it."""
    with gate.store.act("api") as act:
        return LiftedView(data.restriction, do_lift_sanction(act, Lifted(data.restriction, data.reason)))


def sanctions_router() -> Router:
    """The router of sanctions."""
    return Router(
        path="/v1",
        route_handlers=[list_, show, propose_, preview_, decide, lift, lift_named],
        guards=[require_token],
        tags=["sanctions"],
    )
