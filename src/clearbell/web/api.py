"""The HTTP API that switches and partners ask."""

from __future__ import annotations

from typing import Annotated

from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from clearbell.web.doors import require_token
from clearbell.web.gate import Gate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import (
    BatchBody,
    CallBody,
    CountBody,
    DecisionBody,
    DecisionsBody,
    EndBody,
    EndsBody,
    to_call,
    to_end,
)
from clearbell.web.wording import decision_body

Language = Annotated[
    str, QueryParameter(name="lang", pattern="^(zh|en)?$", description="Explain in this language: zh or en.")
]


def _source(request: Request[object, object, State]) -> str:
    host = request.client.host if request.client else ""
    return f"http:{host}"


# All of these only touch memory and return in microseconds: a thread pool would cost more than it saves.


@post("/screen", status_code=200, sync_to_thread=False, responses=REFUSALS, summary="Judge one call")
def screen(
    data: JSONBody[CallBody],
    gate: NamedDependency[SkipValidation[Gate]],
    request: Request[object, object, State],
    lang: Language = "",
) -> DecisionBody:
    """Judge a call that is being set up, record the decision and return it with its sum."""
    call = to_call(data, gate.pack.home, gate.now(), _source(request))
    return decision_body(gate.screen(call), gate.pack, lang)


@post(
    "/screen/batch",
    status_code=200,
    sync_to_thread=False,
    responses=REFUSALS,
    summary="Judge many calls in their order",
)
def screen_batch(
    data: JSONBody[BatchBody],
    gate: NamedDependency[SkipValidation[Gate]],
    request: Request[object, object, State],
    lang: Language = "",
) -> DecisionsBody:
    """Judge up to 10,000 calls. If any of them cannot be read, none is judged."""
    now = gate.now()
    source = _source(request)
    calls = [to_call(body, gate.pack.home, now, source) for body in data.calls]
    return DecisionsBody([decision_body(gate.screen(call), gate.pack, lang) for call in calls])


@post("/calls/ended", status_code=202, sync_to_thread=False, responses=REFUSALS, summary="Tell how a call ended")
def ended(data: JSONBody[EndBody], gate: NamedDependency[SkipValidation[Gate]]) -> CountBody:
    """Tell whether a call was answered and for how long, so that the counters know."""
    gate.ended(to_end(data, gate.pack.home, gate.now()))
    return CountBody(1)


@post(
    "/calls/ended/batch", status_code=202, sync_to_thread=False, responses=REFUSALS, summary="Tell how many calls ended"
)
def ended_batch(data: JSONBody[EndsBody], gate: NamedDependency[SkipValidation[Gate]]) -> CountBody:
    """Tell how up to 10,000 calls ended. If any of them cannot be read, none is taken."""
    now = gate.now()
    ends = [to_end(body, gate.pack.home, now) for body in data.ends]
    for end in ends:
        gate.ended(end)
    return CountBody(len(ends))


@get("/decisions/{decision_id:str}", sync_to_thread=True, responses=REFUSALS, summary="Show a recorded decision")
def decision(
    decision_id: FromPath[str], gate: NamedDependency[SkipValidation[Gate]], lang: Language = ""
) -> DecisionBody:
    """Show what was decided about a call, by the id that its answer carried."""
    found = gate.find(decision_id)
    if found is None:
        raise NotFoundException(detail="decision")
    return decision_body(found, gate.pack, lang)


def api_router() -> Router:
    """The router of ``/v1``."""
    return Router(
        path="/v1",
        route_handlers=[screen, screen_batch, ended, ended_batch, decision],
        guards=[require_token],
        tags=["screening"],
    )
