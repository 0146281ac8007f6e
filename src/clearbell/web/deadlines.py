"""Deadlines over HTTP: what is due next, and what is overdue."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Router, get
from litestar.params import QueryParameter

from clearbell.calls import DAY
from clearbell.desk.deadlines.catalogue import EVERY
from clearbell.desk.deadlines.model import Open
from clearbell.desk.deadlines.queries import open_deadlines
from clearbell.desk.deadlines.wording import name_of, subject_of
from clearbell.policy.deadlines import Nature, terms_of
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError

KINDS = tuple(source.kind for source in EVERY)
Kind = Annotated[
    str,
    QueryParameter(
        name="kind", max_length=64, pattern=r"^[a-z_]*$", description="Only of this kind, such as `case_verdict`."
    ),
]
Overdue = Annotated[bool, QueryParameter(name="overdue", description="Only what is past its time.")]
Days = Annotated[int, QueryParameter(name="days", ge=0, le=3650, description="Only what is due within so many days.")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="How many at most.")]


class DeadlineView(msgspec.Struct):
    """A deadline that is open."""

    kind: str
    zh: str
    en: str
    duty: bool
    """Somebody has to do it by then; else it ends by itself."""
    subject: str
    """Id of what is due. A number in it is masked."""
    due: int
    """µs UTC."""
    overdue: bool


def view_of(one: Open) -> DeadlineView:
    """A deadline as the API shows it."""
    return DeadlineView(
        one.kind,
        name_of(one.kind, "zh"),
        name_of(one.kind, "en"),
        terms_of(one.kind).nature is Nature.DUTY,
        subject_of(one.subject, one.number),
        one.due,
        one.overdue,
    )


def listed(gate: ServedGate, kind: str, *, overdue: bool, days: int, limit: int) -> list[Open]:
    """What is open, the soonest due first. Raises :class:`BadFieldError` for a kind that there is not."""
    if kind and kind not in KINDS:
        raise BadFieldError(
            "kind", f"没有期限 {kind};可用:{'、'.join(KINDS)}", f"no such deadline; there are {', '.join(KINDS)}"
        )
    now = gate.now()
    by = now + days * DAY if days else 0
    with gate.store.read() as conn:
        return open_deadlines(conn, gate.pack, now, kinds=[kind] if kind else None, overdue=overdue, by=by, limit=limit)


@get("/deadlines", sync_to_thread=True, responses=REFUSALS, summary="List what is due, the soonest first")
def deadlines(
    gate: ServedGate, kind: Kind = "", overdue: Overdue = False, days: Days = 0, limit: Limit = 100
) -> list[DeadlineView]:
    """Of cases, reports, orders, sanctions, enforcement, labels, applications and contracts.

    What ends by itself and may be very many, such as consents, is listed when its kind is named.
    """
    return [view_of(one) for one in listed(gate, kind, overdue=overdue, days=days, limit=limit)]


def deadlines_router() -> Router:
    """The router of deadlines."""
    return Router(path="/v1", route_handlers=[deadlines], guards=[require_token], tags=["deadlines"])
