"""My reports and their answers; taking all my data away, or having it erased."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from sqlalchemy import Connection, Row

from clearbell.calls import DAY
from clearbell.consent.queries import consents_of, list_of, refusals_of, wish_of
from clearbell.desk.outcomes import NOTHING
from clearbell.desk.subscribers import ErasureByOfficerError, do_forget_subscriber, is_only_a_subscriber
from clearbell.labels.wording import category_name
from clearbell.numbering import format_e164
from clearbell.policy.explanation import explain
from clearbell.reports.complaints.service import complaint_of
from clearbell.reports.queries import report_of, reports_by
from clearbell.reports.refusals import RefusedReportError
from clearbell.reports.service import do_withdraw_report
from clearbell.reports.settings import reputation_settings
from clearbell.reports.wording import standing_words
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import (
    BY_PLACE,
    Cell,
    Filter,
    Head,
    Kind,
    Placed,
    Press,
    Table,
    Wish,
    at_hand,
    listed,
)
from clearbell.web.reports import outcome_for
from clearbell.web.revocation import shown_time
from clearbell.web.subscriber.calls import ACTOR, DAYS
from clearbell.web.subscriber.page import Asked, Language, Sent, Shown, field, frame_of, language_of, plain, show, to
from clearbell.web.subscriber.texts import ME
from clearbell.web.subscriber.visit import gone, need_visit, visit_of

_MOST = 200
_MOST_CALLS = 1_000


_KEYS = {
    "call_at": lambda one: (one.reported.at, one.reported.report),
    "reported_at": lambda one: (one.reported.received, one.reported.report),
}


def _reports(request: Asked, gate: Gate, status: int = 200, fault: str = "") -> Response[Any]:
    language = language_of(request)
    words = ME[language]
    with gate.store.read() as conn:
        found = reports_by(conn, visit_of(request).number, _MOST)
        answers = {one.reported.report: complaint_of(conn, one.reported.report) for one in found}
        outcomes = outcome_for(conn, found, gate)
    said = words["done"].format(what=words["did_withdraw_report"]) if "did" in request.query_params else ""
    categories = tuple((code, category_name(code, gate.pack, language)) for code in gate.pack.categories)
    table = Table(
        "reports",
        (
            Head("reported_at", order="reported_at"),
            Head("call_at", order="call_at"),
            Head("caller"),
            Head("category"),
            Head("state"),
            Head("outcome"),
            Head("acts"),
        ),
        {"reported_at": BY_PLACE.turned(), "call_at": BY_PLACE.turned()},
        (Filter("category", Kind.CHOICE, categories), Filter("caller", Kind.NUMBER)),
        path="/me/reports",
    )

    def rows(_conn: Connection, wish: Wish) -> list[Placed]:
        category, caller = wish.values.get("category", ""), wish.values.get("caller", 0)
        fits = [one for one in found if category in ("", one.reported.category) and caller in (0, one.reported.number)]
        return at_hand(fits, wish, _KEYS)

    def cells(placed: Placed, language: Language) -> list[Cell]:
        one, weighed = placed.row.reported, placed.row.weighed
        withdrawn = bool(placed.row.withdrawn)
        state = standing_words(weighed.standing, weighed.why, language, withdrawn=withdrawn, void=weighed.void)
        page = f"/r/{quote(one.report.partition(':')[2])}?lang={language}" if one.source == "portal" else ""
        complaint = answers[one.report]
        answer = complaint.answer if complaint is not None else ""
        outcome = getattr(outcomes.get(one.report, NOTHING), language) or ("" if answer else words["outcome_none"])
        number, when = format_e164(one.number), shown_time(one.at, gate)
        back = Press(
            "/me/reports/withdraw",
            words["take_back"],
            (("report", one.report),),
            f"{words['take_back']} {number} {when}",
        )
        return [
            Cell(shown_time(one.received, gate)),
            Cell(when),
            Cell(number),
            Cell(category_name(one.category, gate.pack, language) if one.category else "–"),
            Cell(state, links=((words["open_report"], page),) if page else ()),
            Cell(outcome, soft=answer),
            Cell("", presses=() if withdrawn else (back,)),
        ]

    return listed(
        request, gate, table, rows, cells, frame=frame_of(request, gate), template="reports.html", status=status,
        fault=fault, said=said, has_any=bool(found),
    )  # fmt: skip


@get("/me/reports", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def my_reports(request: Asked, gate: ServedGate) -> Response[Any]:
    """What I reported, whether it counted, and what I was answered."""
    return _reports(request, gate)


@post("/me/reports/withdraw", status_code=200, sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def take_back(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Take a report of mine back."""
    name = field(data, "report", 256)
    with gate.store.read() as conn:
        found = report_of(conn, name)
    if found is not None and found.reported.reporter == visit_of(request).number:
        try:
            with gate.store.act(ACTOR) as act:
                do_withdraw_report(act, name, reputation_settings(gate.pack))
        except RefusedReportError as error:
            return _reports(request, gate, 422, error.zh if language_of(request) == "zh" else error.en)
    return to("reports", "withdraw_report")


def _data(request: Asked, gate: Gate, status: int = 200, fault: str = "") -> Response[str]:
    with gate.store.read() as conn:
        alone = is_only_a_subscriber(conn, visit_of(request).number)
    error = ErasureByOfficerError()
    return show(
        request,
        gate,
        "data.html",
        status,
        fault=fault,
        alone=alone,
        officer=error.zh if language_of(request) == "zh" else error.en,
    )


@get("/me/data", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def my_data(request: Asked, gate: ServedGate) -> Response[str]:
    """Take it away, or have it erased."""
    return _data(request, gate)


def _plain(row: Row[Any]) -> dict[str, Any]:
    return dict(zip(row._fields, row, strict=True))


@get("/me/data/export", sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def export(request: Asked, gate: ServedGate) -> Response[bytes]:
    """Everything that is kept about me as a subscriber, as JSON; times are µs UTC."""
    mine = visit_of(request).number
    language = language_of(request)
    calls = gate.decided_to(mine, gate.now() - DAYS * DAY, _MOST_CALLS)
    with gate.store.read() as conn:
        wished = wish_of(conn, mine)
        told: dict[str, Any] = {
            "number": format_e164(mine),
            "consents": [_plain(one) for one in consents_of(conn, mine)],
            "refusals": [_plain(one) for one in refusals_of(conn, mine)],
            "list": [_plain(one) for one in list_of(conn, mine)],
            "wishes": _plain(wished) if wished is not None else None,
            "reports": [
                msgspec.to_builtins(one) | {"answer": answer.answer if answer is not None else ""}
                for one in reports_by(conn, mine, _MOST_CALLS)
                for answer in [complaint_of(conn, one.reported.report)]
            ],
        }
    told["calls"] = [
        {
            "decision": one.id,
            "at": one.call.at,
            "caller": format_e164(one.call.caller) if one.call.caller else "",
            "action": one.action.value,
            "why": explain(one, gate.pack, language).sentence,
        }
        for one in calls.decisions
    ]
    headers = {"Content-Disposition": 'attachment; filename="clearbell.json"', "Cache-Control": "no-store"}
    return Response(msgspec.json.encode(told), media_type="application/json", headers=headers)


@post("/me/data/erase", status_code=200, sync_to_thread=True, guards=[need_visit], include_in_schema=False)
def erase(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Erase it and end the visit."""
    language = language_of(request)
    if not data.get("sure"):
        return _data(request, gate, 422, ME[language]["erase_sure"])
    try:
        with gate.store.act(ACTOR) as act:
            count = do_forget_subscriber(act, gate.vault, visit_of(request).number)
    except ErasureByOfficerError as error:
        return _data(request, gate, 422, error.zh if language == "zh" else error.en)
    page = plain(request, "said.html", said=ME[language]["erased"].format(count=count))
    page.set_cookie(gone())
    return page


def mine_handlers() -> list[HTTPRouteHandler]:
    """The handlers of my reports and my data."""
    return [my_reports, take_back, my_data, export, erase]
