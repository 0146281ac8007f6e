"""The queue of cases, and opening one."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from sqlalchemy import Row

from clearbell.access.model import Permission
from clearbell.cases.errors import CaseError
from clearbell.cases.listing import BY_DUE, BY_URGENCY, Wanted, cases_listed
from clearbell.cases.model import Opened, Source, State, Unit, UnitKind, number_unit
from clearbell.cases.service import do_open
from clearbell.cases.wording import STATES, VERDICTS, unit_words
from clearbell.consent.codes import new_code
from clearbell.numbering import to_key
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, show_listing, wanted
from clearbell.web.officers.page import Asked, Language, Sent, doors_of, field, in_words, language_of
from clearbell.web.officers.texts import DESK
from clearbell.web.revocation import shown_time

_BY = {"urgency": BY_URGENCY, "due": BY_DUE}
# The longest overdue first: an index has them together, however many others there are.
_BY_OF_OVERDUE = {"due": BY_DUE, "urgency": BY_URGENCY}


def _table(language: Language, *, is_overdue: bool) -> Table:
    return Table(
        "cases",
        (
            Head("unit"),
            Head("state"),
            Head("urgency", is_count=True, order="urgency"),
            Head("due", order="due"),
            Head("opened"),
            Head("assignee"),
            Head("verdict"),
            Head("case"),
        ),
        _BY_OF_OVERDUE if is_overdue else _BY,
        (
            Filter("state", Kind.CHOICE, tuple((one.value, STATES[one][language]) for one in State)),
            Filter("number", Kind.NUMBER),
            Filter("holder_campaign", Kind.TEXT),
            Filter("mine", Kind.FLAG),
            Filter("overdue", Kind.FLAG),
            Filter("snoozed", Kind.FLAG),
        ),
        path="/desk/cases",
    )


def _page(request: Asked, gate: ServedGate, status: int = 200, **fields: Any) -> Response[Any]:
    language, now, who = language_of(request), gate.now(), principal(request)
    table = _table(language, is_overdue=request.query_params.get("overdue") == "true")
    wish = wanted(request, gate, table)
    values = wish.values
    rows: list[Row[Any]] = []
    if not wish.fault:
        asked = Wanted(
            State(values["state"]) if "state" in values else None,
            who.name if values.get("mine") else "",
            values.get("number", 0),
            values.get("holder_campaign", ""),
            bool(values.get("snoozed")),
            bool(values.get("overdue")),
        )
        with gate.store.read() as conn:
            rows = list(cases_listed(conn, asked, now, wish.order, wish.limit, wish.after))
        if asked.number:
            doors_of(request).note(who, "/desk/cases", f"+{asked.number}")

    def cells(row: Row[Any], language: Language) -> list[Cell]:
        words = DESK[language]
        return [
            Cell(unit_words(Unit(UnitKind(row.unit_kind), row.unit), language), f"/desk/cases/{quote(row.case)}"),
            Cell(STATES[State(row.state)][language], tag=row.state),
            Cell(str(row.urgency), note=words["urgent"] if row.urgency >= gate.pack.cases.urgency.urgent_at else ""),
            Cell(shown_time(row.due, gate), note=words["late"] if 0 < row.due < now else ""),
            Cell(shown_time(row.opened, gate)),
            Cell(row.assignee or words["nobody"]),
            Cell(next((one[language] for verdict, one in VERDICTS.items() if verdict.value == row.verdict), "")),
            Cell(row.case),
        ]

    return show_listing(
        request,
        table,
        wish,
        rows,
        cells,
        template="queue.html",
        status=status,
        may_open=who.may(Permission.CASES_OPEN),
        **{"values": {}, **fields},
    )


@get("/desk/cases", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def cases_queue(request: Asked, gate: ServedGate) -> Response[Any]:
    """The most urgent first, then the soonest due."""
    return _page(request, gate)


@post("/desk/open-case", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def open_case(data: Sent, request: Asked, gate: ServedGate) -> Response[Any] | Redirect:
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
