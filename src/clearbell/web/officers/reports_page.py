"""Reports at the desk: the list of what is at hand, and one report on one page with its next steps."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection, Row

from clearbell.access.model import Permission, Principal
from clearbell.calls import DAY
from clearbell.cases.model import State as CaseState
from clearbell.cases.queries import newest_cases_on
from clearbell.cases.wording import STATES as CASE_STATES
from clearbell.desk.complaints import do_answer_by_notice
from clearbell.labels.wording import category_name
from clearbell.ledger import Act
from clearbell.lifecycles import IllegalStepError
from clearbell.numbering import format_e164, mask
from clearbell.policy.model import Pack
from clearbell.registry.queries import providers_of
from clearbell.reports.complaints.model import DEADLINES, State
from clearbell.reports.complaints.service import complaint_of, do_forward, do_handle
from clearbell.reports.listing import BY_DUE, BY_RECEIPT, Stands, Wanted, reports_listed
from clearbell.reports.model import Standing, Why
from clearbell.reports.queries import Report, report_of, trunk_of
from clearbell.reports.refusals import RefusedReportError, RefusedUnknownReportError
from clearbell.reports.settings import reputation_settings
from clearbell.reports.weighing import do_decide_aside
from clearbell.reports.wording import STATES, standing_words
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, Wish, show_listing, wanted
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.officers.page import Asked, Language, Sent, Shown, doors_of, field, in_words, language_of, show
from clearbell.web.officers.report_texts import REPORTS
from clearbell.web.reports import state_of
from clearbell.web.revocation import shown_time

P = Permission
_DAYS = 31
"""How far back is looked where a filter alone might go through all there is."""
_MOST_DAYS = 366
_OPEN = "open"


def _table(language: Language, pack: Pack) -> Table:
    words, common = REPORTS[language], LISTING[language]
    return Table(
        "reports",
        (
            Head("received", order="received"),
            Head("report"),
            Head("number"),
            Head("category"),
            Head("called"),
            Head("source"),
            Head("stands"),
            Head("complaint"),
            Head("due", order="due"),
            Head("case"),
        ),
        {"received": BY_RECEIPT, "due": BY_DUE},
        (
            Filter("number", Kind.NUMBER),
            Filter("stands", Kind.CHOICE, tuple((one.value, words[f"stands_{one.value}"]) for one in Stands)),
            Filter(
                "complaint",
                Kind.CHOICE,
                ((_OPEN, common["complaint_open"]), *((one.value, STATES[one][language]) for one in DEADLINES)),
            ),
            Filter(
                "category", Kind.CHOICE, tuple((code, category_name(code, pack, language)) for code in pack.categories)
            ),
            Filter("trunk", Kind.TEXT),
            Filter("from", Kind.DAY),
            Filter("to", Kind.DAY),
        ),
    )


def _asked(wish: Wish, gate: Gate, language: Language) -> Wanted:
    """What is wanted of the reports; periods are kept to what can be gone through."""
    values = wish.values
    if "complaint" in values or wish.order.columns == BY_DUE.columns:
        # What is at hand is worked through by what is due.
        if wish.order.columns != BY_DUE.columns:
            wish.sort, wish.order = "due", BY_DUE
        wish.raw.setdefault("complaint", _OPEN)
    since, until = values.get("from", 0), wish.day_after("to")
    if since and until and since >= until:
        wish.fault = LISTING[language]["bad_period"]
    narrowed = ("stands" in values or "category" in values or "trunk" in values) and not values.get("number")
    if narrowed and not since and not until and wish.order.columns == BY_RECEIPT.columns:
        zone = zoneinfo.ZoneInfo(gate.pack.timezone)
        day = datetime.datetime.fromtimestamp((gate.now() - _DAYS * DAY) / 1e6, zone).date()
        wish.raw["from"] = day.isoformat()
        since = int(datetime.datetime.combine(day, datetime.time(), zone).timestamp()) * 1_000_000
    if until and not since:
        since = until - _MOST_DAYS * DAY
    if since and (not until or until > since + _MOST_DAYS * DAY):
        until = since + _MOST_DAYS * DAY
    state = values.get("complaint", _OPEN)
    return Wanted(
        values.get("number", 0),
        Stands(values["stands"]) if "stands" in values else None,
        State(state) if state != _OPEN else None,
        values.get("category", ""),
        values.get("trunk", ""),
        since,
        until,
    )


@get("/desk/reports", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def reports_list(request: Asked, gate: ServedGate) -> Response[Any]:
    """The newest first, or what is owed an answer, the soonest due first."""
    language = language_of(request)
    words, table = REPORTS[language], _table(language, gate.pack)
    wish = wanted(request, gate, table)
    asked = _asked(wish, gate, language)
    rows: list[Row[Any]] = []
    cases: dict[int, Row[Any]] = {}
    if not wish.fault:
        with gate.store.read() as conn:
            rows = list(reports_listed(conn, asked, wish.order, wish.limit, wish.after))
            if not wish.is_file:
                cases = newest_cases_on(conn, sorted({row.number for row in rows}))
    if asked.number and not wish.fault:
        # Whose reports are looked for is told by the address.
        doors_of(request).note(principal(request), "/desk/reports", f"+{asked.number}")
    now = gate.now()
    may_open = principal(request).may(P.CASES_READ)

    def cells(row: Row[Any], language: Language) -> list[Cell]:
        case = cases.get(row.number)
        state = State(row.state) if row.state else None
        return [
            Cell(shown_time(row.received, gate)),
            Cell(row.report, f"/desk/reports/{row.report}" if "/" not in row.report else ""),
            Cell(mask(row.number)),
            Cell(category_name(row.category, gate.pack, language) or words["any_category"]),
            Cell(shown_time(row.at, gate)),
            Cell(row.source),
            Cell(words["wanted"] if row.wanted else _stands(row, language)),
            Cell(STATES[state][language] if state else ""),
            Cell(shown_time(row.due or 0, gate), note=LISTING[language]["late"] if 0 < (row.due or 0) < now else ""),
            Cell(CASE_STATES[CaseState(case.state)][language], f"/desk/cases/{case.case}" if may_open else "")
            if case
            else Cell(""),
        ]

    return show_listing(
        request, table, wish, rows, cells, template="reports.html", o=words, hint=words["hint"].format(days=_DAYS)
    )


def _stands(row: Row[Any], language: Language) -> str:
    return standing_words(
        Standing(row.standing), Why(row.why), language, withdrawn=bool(row.withdrawn), void=row.void > 0
    )


def steps_for(who: Principal, found: Report, complaint: Row[Any] | None) -> list[str]:
    """The forms that a page offers: what the state allows and the role is granted."""
    offered = []
    aside = state_of(found) == "aside" and found.weighed.why is not Why.OFFICER
    if aside and who.may(P.REPORTS_DECIDE):
        offered.append("decide")
    if complaint is not None and who.may(P.COMPLAINTS_HANDLE):
        state = State(complaint.state)
        if state is State.RECEIVED:
            offered += ["forward", "answer"]
        elif state is State.FORWARDED:
            offered.append("handle")
        elif state is State.HANDLED:
            offered.append("answer")
    return offered


def _providers(conn: Connection, found: Report) -> tuple[str, list[str]]:
    """The trunk that the call came in on, and who connected it or the number."""
    trunk = trunk_of(conn, found.reported.report)
    return trunk, providers_of(conn, found.reported.number, trunk)


def _page(request: Asked, gate: Gate, receipt: str, status: int = 200, fault: str = "") -> Response[str]:
    language, who = language_of(request), principal(request)
    words, common = REPORTS[language], LISTING[language]
    with gate.store.read() as conn:
        found = report_of(conn, receipt)
        if found is None:
            raise NotFoundException
        complaint = complaint_of(conn, receipt)
        case = newest_cases_on(conn, [found.reported.number]).get(found.reported.number)
        trunk, providers = _providers(conn, found)
    told = found.reported
    facts = [
        (common["number"], format_e164(told.number)),
        (common["category"], category_name(told.category, gate.pack, language) or words["any_category"]),
        (common["received"], shown_time(told.received, gate)),
        (common["called"], shown_time(told.at, gate)),
        (common["source"], told.source),
        (words["reporter"], mask(told.reporter) if told.reporter > 0 else words["nobody"]),
        (words["area"], told.area),
        (words["duration"], words[f"duration_{told.duration.value}"]),
        (words["automatic"], words["yes" if told.automatic else "no"]),
        (words["trunk"], trunk),
        (words["evidence"], told.evidence),
    ]
    if complaint is not None:
        facts += [
            (words["provider"], complaint.provider),
            (words["result"], complaint.result),
            (words["answer"], complaint.answer),
        ]
    return show(
        request,
        "report.html",
        status,
        o=words,
        l=common,
        fault=fault,
        receipt=receipt,
        facts=[(name, value) for name, value in facts if value],
        description=told.description,
        stands=standing_words(
            found.weighed.standing, found.weighed.why, language, withdrawn=bool(found.withdrawn), void=found.weighed.void > 0
        ),
        stands_code=state_of(found),
        complaint=STATES[State(complaint.state)][language] if complaint is not None else "",
        due=shown_time(complaint.due, gate) if complaint is not None else "",
        late=complaint is not None and 0 < complaint.due < gate.now(),
        case=(case.case, CASE_STATES[CaseState(case.state)][language]) if case is not None and who.may(P.CASES_READ) else None,
        others=f"/desk/reports?number={told.number}",
        steps=steps_for(who, found, complaint),
        providers=providers,
    )  # fmt: skip


@get("/desk/reports/{receipt:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def report_page(receipt: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The report as it stands."""
    return _page(request, gate, receipt)


def _do(request: Asked, gate: Gate, receipt: str, do: Callable[[Act, str], object]) -> Shown:
    who = principal(request).name
    try:
        with gate.store.act(who) as act:
            do(act, who)
    except RefusedUnknownReportError:
        raise NotFoundException from None
    except (RefusedReportError, IllegalStepError) as error:
        return _page(request, gate, receipt, 422, in_words(error, language_of(request)))
    return Redirect(f"/desk/reports/{receipt}", status_code=303)


def _route(step: str) -> post:
    return post(
        f"/desk/reports/{{receipt:str}}/{step}",
        status_code=200,
        sync_to_thread=True,
        guards=[need_session],
        include_in_schema=False,
    )


@_route("decide")
def decide(receipt: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Whether one that was set aside counts."""
    reason, counts = field(data, "words"), field(data, "counts", 4) == "yes"
    settings = reputation_settings(gate.pack)
    return _do(
        request,
        gate,
        receipt,
        lambda act, who: do_decide_aside(act, receipt, counts=counts, reason=reason, settings=settings, officer=who),
    )


@_route("forward")
def forward(receipt: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Pass the complaint on to an access provider."""
    provider, due = field(data, "words", 200), gate.desk.due
    return _do(request, gate, receipt, lambda act, who: do_forward(act, receipt, provider, due, officer=who))


@_route("handle")
def handle(receipt: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Record what came of it."""
    words, due = field(data, "words"), gate.desk.due
    return _do(request, gate, receipt, lambda act, who: do_handle(act, receipt, words, due, officer=who))


@_route("answer")
def answer(receipt: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Answer the reporter."""
    words, due = field(data, "words"), gate.desk.due
    return _do(
        request, gate, receipt, lambda act, who: do_answer_by_notice(act, gate.outbox, receipt, words, due, officer=who)
    )


def reports_handlers() -> list[HTTPRouteHandler]:
    """The handlers of reports at the desk."""
    return [reports_list, report_page, decide, forward, handle, answer]
