"""Numbers that change hands over HTTP: the date query, one or a thousand, and the acts of a carrier's desk."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from clearbell.desk.reassignment import Freed, disconnect_number, reassign_number, rules_of
from clearbell.numbering import format_e164
from clearbell.registry.model import NumbersAssigned, Purpose
from clearbell.registry.reassignment.model import Zone
from clearbell.registry.reassignment.queries import Held, held_since
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError, Name, NumberKey, NumberText, to_number

MOST = 1_000
DateText = Annotated[str, msgspec.Meta(max_length=10, examples=["2026-01-31"])]


class HeldBody(msgspec.Struct):
    """Whether a number changed hands since a day on which someone is known to have had it."""

    number: str
    date: str
    reassigned: bool | None
    """true: disconnected on that day or later; false: not; null: the data does not reach back so far."""
    safe_harbor: bool
    """Whether the answer may be relied on: only a false may."""
    data_since: str | None
    """From when on disconnects are recorded without a gap; null: nobody declared that."""


class HeldQuestion(msgspec.Struct, forbid_unknown_fields=True):
    """A number, and the last day on which someone is known to have had it."""

    number: NumberText | NumberKey
    date: DateText


class HeldQuestions(msgspec.Struct, forbid_unknown_fields=True):
    """Questions, answered in their order."""

    queries: Annotated[list[HeldQuestion], msgspec.Meta(max_length=MOST)]


class HeldAnswers(msgspec.Struct):
    """Answers in the order of the questions."""

    results: list[HeldBody]


class DisconnectBody(msgspec.Struct, forbid_unknown_fields=True):
    """The last day of a number's user."""

    date: DateText
    source: Name = ""


class ReassignBody(msgspec.Struct, forbid_unknown_fields=True):
    """The first day of a number's next user; with ``holder`` and ``resource``, one of the registry."""

    date: DateText
    holder: Name = ""
    resource: Name = ""
    purpose: Purpose = Purpose.PERSONAL
    trunks: Annotated[list[Name], msgspec.Meta(max_length=64)] = []
    inbound_only: bool = False


class FreedBody(msgspec.Struct):
    """What ended with the former user."""

    number: str
    new: bool
    """false: it was recorded before, and nothing changed."""
    card: bool
    consents: int
    refusals: int
    list_lines: int
    wishes: int


def _day(text: str, field: str) -> datetime.date:
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        raise BadFieldError(field, "应为日期,如 2026-01-31", "it should be a day such as 2026-01-31") from None


def _body(one: Held) -> HeldBody:
    since = one.data_since.isoformat() if one.data_since else None
    return HeldBody(format_e164(one.number), one.date.isoformat(), one.reassigned, one.safe_harbor, since)


def _ask(gate: Any, asked: list[tuple[int, datetime.date]]) -> list[HeldBody]:
    today = Zone(gate.pack.utc_offset_minutes).day_of(gate.now())
    with gate.store.read() as conn:
        return [_body(one) for one in held_since(conn, asked, today)]


def _freed(number: int, freed: Freed) -> FreedBody:
    ended = freed.ended
    return FreedBody(
        format_e164(number), freed.new, freed.card, ended.consents, ended.refusals, ended.lines, ended.wishes
    )


@get("/numbers/{number:str}/reassigned", sync_to_thread=True, responses=REFUSALS, summary="Has a number changed hands?")
def reassigned(
    number: FromPath[str],
    gate: ServedGate,
    date: Annotated[str, QueryParameter(name="date", description="Last day it is known to have been theirs, ISO.")],
) -> HeldBody:
    """Whether the number was permanently disconnected on that day or later."""
    key = to_number(number, "number", gate.pack.home, blank_allowed=False)
    return _ask(gate, [(key, _day(date, "date"))])[0]


@post(
    "/numbers/reassigned",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Have numbers changed hands?",
)
def reassigned_many(data: JSONBody[HeldQuestions], gate: ServedGate) -> HeldAnswers:
    """The same for up to 1,000 numbers, each with its date."""
    asked = []
    for place, one in enumerate(data.queries):
        key = to_number(one.number, f"queries[{place}].number", gate.pack.home, blank_allowed=False)
        asked.append((key, _day(one.date, f"queries[{place}].date")))
    return HeldAnswers(_ask(gate, asked))


@post(
    "/numbers/{number:str}/disconnect",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Record a permanent disconnect",
)
def disconnect(number: FromPath[str], data: JSONBody[DisconnectBody], gate: ServedGate) -> FreedBody:
    """Record the last day of a number's user, and end all that hung on that user, in one act."""
    key = to_number(number, "number", gate.pack.home, blank_allowed=False)
    day = _day(data.date, "date")
    with gate.store.act("api") as act:
        return _freed(key, disconnect_number(act, key, day, rules_of(gate.pack), source=data.source))


@post(
    "/numbers/{number:str}/reassign",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Record a number's next user",
)
def reassign(number: FromPath[str], data: JSONBody[ReassignBody], gate: ServedGate) -> FreedBody:
    """Record the first day of the next user, once the number has aged."""
    key = to_number(number, "number", gate.pack.home, blank_allowed=False)
    day = _day(data.date, "date")
    assignment = None
    if data.holder:
        resource = data.resource or f"number:{key}:{data.date}"
        assignment = NumbersAssigned(
            resource, data.holder, key, key, data.purpose, tuple(data.trunks), data.inbound_only
        )
    with gate.store.act("api") as act:
        return _freed(key, reassign_number(act, key, day, rules_of(gate.pack), assignment))


def reassignment_router() -> Router:
    """The router of numbers that change hands."""
    return Router(
        path="/v1",
        route_handlers=[reassigned, reassigned_many, disconnect, reassign],
        guards=[require_token],
        tags=["numbers"],
    )
