"""The queue of cases, and opening one."""

from __future__ import annotations

import os
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import QueryParameter
from litestar.response import Redirect

from clearbell.access.model import Permission
from clearbell.cases.errors import CaseError
from clearbell.cases.model import Opened, Source, State, Unit, UnitKind, number_unit
from clearbell.cases.queries import queue
from clearbell.cases.service import do_open
from clearbell.cases.wording import STATES, VERDICTS, unit_words
from clearbell.consent.codes import new_code
from clearbell.numbering import to_key
from clearbell.web.doors import need_session, principal
from clearbell.web.exporting import csv_file
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.page import Asked, Language, Sent, Shown, field, in_words, language_of, show
from clearbell.web.officers.texts import DESK
from clearbell.web.revocation import shown_time

_PAGE = 50
_MOST = 10_000
InState = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]
Mine = Annotated[bool, QueryParameter(name="mine", description="Only those of who asks.")]
Snoozed = Annotated[bool, QueryParameter(name="snoozed", description="Those put off too.")]
Overdue = Annotated[bool, QueryParameter(name="overdue", description="Only those whose deadline has passed.")]
From = Annotated[int, QueryParameter(name="from", ge=0, le=_MOST, description="How many to leave out.")]
Form = Annotated[str, QueryParameter(name="as", pattern="^(csv)?$", description="A file instead of a page.")]


def _line(row: Any, gate: ServedGate, language: Language) -> dict[str, Any]:
    return {
        "case": row.case,
        "unit": unit_words(Unit(UnitKind(row.unit_kind), row.unit), language),
        "state": STATES[State(row.state)][language],
        "state_code": row.state,
        "urgency": row.urgency,
        "urgent": row.urgency >= gate.pack.cases.urgency.urgent_at,
        "due": shown_time(row.due, gate),
        "late": 0 < row.due < gate.now(),
        "opened": shown_time(row.opened, gate),
        "assignee": row.assignee,
        "verdict": next((w[language] for v, w in VERDICTS.items() if v.value == row.verdict), ""),
    }


def _page(request: Asked, gate: ServedGate, status: int = 200, **fields: Any) -> Response[str]:
    language = language_of(request)
    filled: dict[str, Any] = {
        "state": None, "mine": False, "snoozed": False, "overdue": False, "start": 0, "fault": "", "values": {}, **fields
    }  # fmt: skip
    rows = _rows(request, gate, filled, filled["start"], _PAGE + 1)
    return show(
        request,
        "queue.html",
        status,
        rows=[_line(row, gate, language) for row in rows[:_PAGE]],
        more=filled["start"] + _PAGE if len(rows) > _PAGE else 0,
        states=[(one.value, STATES[one][language]) for one in State],
        may_open=principal(request).may(Permission.CASES_OPEN),
        **filled,
    )


def _rows(request: Asked, gate: ServedGate, asked: dict[str, Any], start: int, count: int) -> list[Any]:
    with gate.store.read() as conn:
        return queue(
            conn,
            gate.now(),
            count,
            start=start,
            state=asked["state"],
            assignee=principal(request).name if asked["mine"] else "",
            snoozed=asked["snoozed"],
            overdue=asked["overdue"],
        )


@get("/desk/cases", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def cases_queue(
    request: Asked,
    gate: ServedGate,
    in_state: InState = None,
    mine: Mine = False,
    snoozed: Snoozed = False,
    overdue: Overdue = False,
    start: From = 0,
    form: Form = "",
) -> Response[Any]:
    """The most urgent first, then the soonest due."""
    asked: dict[str, Any] = {"state": in_state, "mine": mine, "snoozed": snoozed, "overdue": overdue, "start": start}
    if not form:
        return _page(request, gate, **asked)
    language = language_of(request)
    names = ("case", "unit", "state", "urgency", "due", "opened", "assignee", "verdict")
    lines = (_line(row, gate, language) for row in _rows(request, gate, asked, 0, _MOST))
    return csv_file(
        "cases", [DESK[language][name] for name in names], ([line[name] for name in names] for line in lines)
    )


@post("/desk/open-case", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def open_case(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Open a case about a number or holder, or join the one that is open about it."""
    language = language_of(request)
    values = {name: field(data, name) for name in ("number", "holder", "words")}
    number = to_key(values["number"], gate.pack.home)
    if bool(number) == bool(values["holder"]):
        fault = (
            "请填写有效号码,或使用主体,二者之一"
            if language == "zh"
            else "name a valid number or a holder, one of the two"
        )
        return _page(request, gate, 422, fault=fault, values=values)
    unit = number_unit(number) if number else Unit(UnitKind.HOLDER, values["holder"])
    who = principal(request).name
    try:
        with gate.store.act(who) as act:
            opened = Opened(Source.OFFICER, unit, (), values["words"])
            placed = do_open(act, new_code(os.urandom), opened, gate.pack.cases, gate.desk.due, officer=who)
    except CaseError as error:
        return _page(request, gate, 422, fault=in_words(error, language), values=values)
    return Redirect(f"/desk/cases/{placed.case}", status_code=303)


def queue_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the queue."""
    return [cases_queue, open_case]
