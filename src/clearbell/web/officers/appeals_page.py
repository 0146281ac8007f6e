"""Appeals at the desk: the queue, and one appeal on one page with what upholding it would undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Row

from clearbell.access.model import Permission
from clearbell.appeals.errors import AppealError, UnknownAppealError
from clearbell.appeals.model import OPEN, TRANSITIONS, Appellant, Ground, State, Step
from clearbell.appeals.queries import BY_DUE, BY_FILING, appeal_of, appeals_listed, papers_of, story, undone_of
from clearbell.appeals.service import do_ask_papers, do_review
from clearbell.appeals.wording import APPELLANTS, GROUNDS, STATES, against_words, line_words, page, undone_lines
from clearbell.cases.errors import CaseError
from clearbell.desk.appeals.deciding import barred_from, do_decide, preview
from clearbell.ledger import Act
from clearbell.lifecycles import IllegalStepError
from clearbell.registry.errors import RegistryError
from clearbell.reports.refusals import RefusedReportError
from clearbell.sanctions.errors import SanctionError
from clearbell.web.appeals import paper_response
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.appeal_texts import APPEALS
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, show_listing, wanted
from clearbell.web.officers.page import Asked, Language, Sent, Shown, doors_of, field, in_words, language_of, show
from clearbell.web.revocation import shown_time

_REFUSED = (AppealError, CaseError, IllegalStepError, RefusedReportError, RegistryError, SanctionError)


def _table(language: Language) -> Table:
    return Table(
        "appeals",
        (
            Head("appeal"),
            Head("against"),
            Head("ground"),
            Head("appellant"),
            Head("state"),
            Head("filed", order="filed"),
            Head("due", order="due"),
        ),
        {"due": BY_DUE, "filed": BY_FILING},
        (
            Filter("state", Kind.CHOICE, tuple((one.value, STATES[one][language]) for one in State)),
            Filter("number", Kind.NUMBER),
            Filter("everything", Kind.FLAG),
            Filter("overdue", Kind.FLAG),
        ),
    )


@get("/desk/appeals", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def appeals_queue(request: Asked, gate: ServedGate) -> Response[Any]:
    """The most pressing first."""
    language, now = language_of(request), gate.now()
    table = _table(language)
    wish = wanted(request, gate, table)
    values = wish.values
    rows: list[Row[Any]] = []
    if not wish.fault:
        with gate.store.read() as conn:
            rows = list(
                appeals_listed(
                    conn,
                    wish.order,
                    wish.limit,
                    wish.after,
                    state=State(values["state"]) if "state" in values else None,
                    number=values.get("number", 0),
                    everything=bool(values.get("everything")),
                    overdue_at=now if values.get("overdue") else 0,
                )
            )
        if number := values.get("number", 0):
            doors_of(request).note(principal(request), "/desk/appeals", f"+{number}")

    def cells(row: Row[Any], language: Language) -> list[Cell]:
        running = row.state in (State.RECEIVED.value, State.REVIEWING.value)
        late = running and 0 < row.due <= now
        return [
            Cell(row.appeal, f"/desk/appeals/{row.appeal}"),
            Cell(against_words(row, language)),
            Cell(GROUNDS[Ground(row.ground)][language]),
            Cell(APPELLANTS[Appellant(row.appellant)][language]),
            Cell(STATES[State(row.state)][language]),
            Cell(shown_time(row.filed, gate)),
            Cell(shown_time(row.due, gate), note=APPEALS[language]["late"] if late else ""),
        ]

    return show_listing(request, table, wish, rows, cells, template="appeals.html", o=APPEALS[language])


def _page(request: Asked, gate: Gate, name: str, status: int = 200, fault: str = "") -> Response[str]:
    language, who = language_of(request), principal(request)
    with gate.store.read() as conn:
        row = appeal_of(conn, name)
        state = State(row.state)
        waiting = state in OPEN
        undone = preview(conn, name, gate.now()) if waiting else undone_of(row)
        barred = {row.filer, *barred_from(conn, name, gate.now())} if waiting else set()
        papers = papers_of(conn, name)
        lines = story(conn, name)
    may = who.may(Permission.APPEALS_DECIDE)
    own = who.name in barred
    decisions = [step.value for step in (Step.UPHOLD, Step.REJECT) if may and not own and (state, step) in TRANSITIONS]
    return show(
        request,
        "appeal.html",
        status,
        o=APPEALS[language],
        fault=fault,
        appeal=name,
        case=row.case_id if who.may(Permission.CASES_READ) else "",
        head=page(row, language, lambda at: shown_time(at, gate)),
        papers=[(one.digest, one.name or one.digest[:12], one.media) for one in papers],
        waiting=waiting,
        undone=undone_lines(undone, language),
        not_by=sorted(barred),
        own=own and may and waiting,
        may_review=may and (state, Step.REVIEW) in TRANSITIONS,
        may_ask=may and (state, Step.ASK_PAPERS) in TRANSITIONS,
        decisions=decisions,
        lines=[(line_words(line, language), shown_time(line.at, gate), line.actor) for line in lines],
    )


@get("/desk/appeals/{appeal:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def appeal_page(appeal: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The appeal as it stands."""
    try:
        return _page(request, gate, appeal)
    except UnknownAppealError:
        raise NotFoundException from None


@get(
    "/desk/appeals/{appeal:str}/papers/{digest:str}",
    sync_to_thread=True,
    guards=[need_session],
    include_in_schema=False,
)
def appeal_paper(appeal: FromPath[str], digest: FromPath[str], gate: ServedGate) -> Response[bytes]:
    """A paper, as it was handed in."""
    return paper_response(gate, appeal, digest)


def _do(request: Asked, gate: Gate, name: str, do: Callable[[Act, str], object]) -> Shown:
    who = principal(request).name
    try:
        with gate.store.act(who) as act:
            do(act, who)
    except UnknownAppealError:
        raise NotFoundException from None
    except _REFUSED as error:
        return _page(request, gate, name, 422, in_words(error, language_of(request)))
    return Redirect(f"/desk/appeals/{name}", status_code=303)


def _route(step: str) -> post:
    return post(
        f"/desk/appeals/{{appeal:str}}/{step}",
        status_code=200,
        sync_to_thread=True,
        guards=[need_session],
        include_in_schema=False,
    )


@_route("review")
def review(appeal: FromPath[str], request: Asked, gate: ServedGate) -> Shown:
    """Begin to look into it."""
    return _do(request, gate, appeal, lambda act, who: do_review(act, appeal, officer=who))


@_route("ask-papers")
def ask_papers(appeal: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Ask the appellant for papers."""
    words, due = field(data, "words"), gate.desk.due
    return _do(request, gate, appeal, lambda act, who: do_ask_papers(act, appeal, words, due, officer=who))


@_route("decide")
def decide(appeal: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Uphold or reject."""
    reason, upheld = field(data, "reason"), field(data, "outcome", 8) == Step.UPHOLD.value
    pack, due = gate.pack, gate.desk.due
    return _do(
        request, gate, appeal, lambda act, who: do_decide(act, appeal, reason, pack, due, upheld=upheld, officer=who)
    )


def appeals_handlers() -> list[HTTPRouteHandler]:
    """The handlers of appeals at the desk."""
    return [appeals_queue, appeal_page, appeal_paper, review, ask_papers, decide]
