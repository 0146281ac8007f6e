"""Lines that receive, over HTTP: which node answers each."""

from __future__ import annotations

from typing import Any

from litestar import Request, Router, get

from clearbell.verification.lines import LineHealth, lines_health
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS


@get("/lines", sync_to_thread=True, responses=REFUSALS, summary="Which node answers each line that receives")
def lines(request: Request[Any, Any, Any], gate: ServedGate) -> list[LineHealth]:
    """Who answers it since when, what it does now, calls to it within a day, and why it could not be answered."""
    with gate.store.read() as conn:
        return lines_health(conn, gate.now(), request.app.state.lines)


def lines_router() -> Router:
    """The router of lines."""
    return Router(path="/v1", route_handlers=[lines], guards=[require_token], tags=["enforcement"])
