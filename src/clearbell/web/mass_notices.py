"""Mass notices over HTTP: drafted, seen in advance, approved by another officer, started, paused, followed, told one by one."""

from __future__ import annotations

import random
from typing import Annotated, Any

from litestar import Request, Router, get, post, put
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import JSONBody, PathParameter, QueryParameter

from clearbell.desk.mass_notices import STEPS, approve_notice, do_mass_step, do_take_list, preview_of
from clearbell.notices.mass.model import MassState, Outcome
from clearbell.notices.mass.queries import mass_of, masses, page_of
from clearbell.notices.mass.service import do_draft, do_edit
from clearbell.web.doors import principal, require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.mass_bodies import (
    DraftBody,
    MassLine,
    MassStepBody,
    MassView,
    OutcomesView,
    PreviewView,
    ProgressView,
    line_view,
    mass_view,
    outcome_view,
    preview_view,
    progress_view,
    to_draft,
    to_people,
)
from clearbell.web.refusals import REFUSALS

Asked = Request[Any, Any, State]
Mass = Annotated[int, PathParameter(ge=1, le=2**31 - 1, description="Number of the notice.")]
Step = Annotated[str, PathParameter(description=f"`approve`, or one of {', '.join(f'`{step}`' for step in STEPS)}.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="How many at most.")]
Many = Annotated[int, QueryParameter(name="limit", ge=1, le=10_000, description="How many at most.")]
InState = Annotated[MassState | None, QueryParameter(name="state", description="Only those in this state.")]
After = Annotated[
    str,
    QueryParameter(name="after", max_length=2_000, pattern=r"^[^\x00]*$", description="Only recipients past this one."),
]
Among = Annotated[
    str,
    QueryParameter(
        name="outcome", pattern=f"^({'|'.join(o.word for o in Outcome)})?$", description="Only those who stand there."
    ),
]


def _officer(request: Asked, named: str) -> str:
    """Who acts: the account whose token it is; with the node's own token whoever is named."""
    who = principal(request)
    return named or ("" if who.role is None else who.name)


@get("/mass-notices", sync_to_thread=True, responses=REFUSALS, summary="List mass notices")
def list_(gate: ServedGate, in_state: InState = None, limit: Limit = 50) -> list[MassLine]:
    """The newest first, with where their recipients stand."""
    with gate.store.read() as conn:
        return [line_view(conn, row) for row in masses(conn, in_state, limit)]


def _put(gate: Any, number: int, data: DraftBody, officer: str) -> MassView:
    people = to_people(data, gate.pack.home)
    rules, signature = gate.pack.mass_notices, gate.mass.signature
    with gate.store.act("api") as act:
        draft = to_draft(data, do_take_list(act, people, data.channels) if people else "")
        if number:
            do_edit(act, rules, number, draft, officer=officer, signature=signature)
        else:
            number = do_draft(act, rules, draft, officer=officer, signature=signature)
        return mass_view(act.conn, mass_of(act.conn, number))


@post("/mass-notices", sync_to_thread=True, responses=REFUSALS, summary="Draft a mass notice")
def create(data: JSONBody[DraftBody], request: Asked, gate: ServedGate) -> MassView:
    """To those whom a query finds, or to a list of up to 100,000."""
    return _put(gate, 0, data, _officer(request, data.officer))


@get("/mass-notices/{mass:int}", sync_to_thread=True, responses=REFUSALS, summary="Show a mass notice")
def show(mass: Mass, gate: ServedGate) -> MassView:
    """What it says, to whom, who had a hand in it, and what became of it."""
    with gate.store.read() as conn:
        return mass_view(conn, mass_of(conn, mass))


@put("/mass-notices/{mass:int}", sync_to_thread=True, responses=REFUSALS, summary="Replace a draft")
def edit(mass: Mass, data: JSONBody[DraftBody], request: Asked, gate: ServedGate) -> MassView:
    """A new version; whoever changes it cannot approve it."""
    return _put(gate, mass, data, _officer(request, data.officer))


@get("/mass-notices/{mass:int}/preview", sync_to_thread=True, responses=REFUSALS, summary="Count whom it would reach")
def look_ahead(mass: Mass, gate: ServedGate) -> PreviewView:
    """As things are now, with some of them masked; nothing is fixed before the approval."""
    chance = random.Random()  # noqa: S311 a sample to look at
    return preview_view(preview_of(gate.store, mass, gate.pack, gate.mass, chance))


@get("/mass-notices/{mass:int}/progress", sync_to_thread=True, responses=REFUSALS, summary="How far it is")
def progress(mass: Mass, gate: ServedGate) -> ProgressView:
    """Cheap to ask for, however many recipients there are."""
    with gate.store.read() as conn:
        return progress_view(conn, mass_of(conn, mass))


@get("/mass-notices/{mass:int}/outcomes", sync_to_thread=True, responses=REFUSALS, summary="What became of each")
def outcomes(mass: Mass, gate: ServedGate, after: After = "", limit: Many = 1_000, among: Among = "") -> OutcomesView:
    """Recipients in order, a page at a time, in full."""
    wanted = next((one for one in Outcome if one.word == among), None)
    with gate.store.read() as conn:
        mass_of(conn, mass)
        rows = page_of(conn, mass, after, limit, wanted)
    return OutcomesView(
        [outcome_view(row, whole=True) for row in rows], rows[-1].recipient if len(rows) == limit else ""
    )


@post(
    "/mass-notices/{mass:int}/{step:str}",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Submit, return, approve, start, pause, resume or cancel a mass notice",
)
def take_step(mass: Mass, step: Step, data: JSONBody[MassStepBody], request: Asked, gate: ServedGate) -> MassView:
    """The approval fixes the audience, and comes from another officer. What was started a running node sends by itself."""
    officer = _officer(request, data.officer)
    if step == "approve":
        approve_notice(gate.store, mass, gate.pack, gate.mass, officer=officer, actor="api")
    elif step in STEPS:
        with gate.store.act("api") as act:
            do_mass_step(act, mass, step, data.reason, gate.mass.on, officer=officer)
    else:
        raise NotFoundException(detail="step")
    with gate.store.read() as conn:
        return mass_view(conn, mass_of(conn, mass))


def mass_notices_router() -> Router:
    """The router of mass notices."""
    return Router(
        path="/v1",
        route_handlers=[list_, create, show, edit, look_ahead, progress, outcomes, take_step],
        guards=[require_token],
        tags=["mass notices"],
    )
