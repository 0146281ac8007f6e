"""Applications for lines and numbers, as those see them who review them: the queue, the papers, two officers' words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Row

from clearbell.access.model import Permission
from clearbell.ledger import Act
from clearbell.lifecycles import IllegalStepError
from clearbell.registry.applications.checks import DIGEST, Problem
from clearbell.registry.applications.forms import FORMS
from clearbell.registry.applications.model import LineClass, State
from clearbell.registry.applications.queries import BY_CHANGE, applications_listed, documents_of, hits_of
from clearbell.registry.applications.service import application_row, do_approve, do_refuse, do_review
from clearbell.registry.errors import RegistryError, UnknownError
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.firm.texts import FIRM
from clearbell.web.gate import Gate
from clearbell.web.officers.application_texts import APPLICATION
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, show_listing, wanted
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.officers.page import Asked, Language, Sent, Shown, field, in_words, language_of, show
from clearbell.web.revocation import shown_time


def _table(language: Language) -> Table:
    words = FIRM[language]
    return Table(
        "applications",
        (
            Head("application"),
            Head("line_class"),
            Head("entity"),
            Head("state"),
            Head("filed"),
            Head("changed", order="changed"),
            Head("due"),
        ),
        {"changed": BY_CHANGE},
        (Filter("state", Kind.CHOICE, tuple((one.value, words[f"application_{one.value}"]) for one in State)),),
    )


@get("/desk/applications", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def applications_queue(request: Asked, gate: ServedGate) -> Response[Any]:
    """Those that wait for a reviewer, the longest waiting first."""
    table = _table(language_of(request))
    wish = wanted(request, gate, table)
    rows: list[Row[Any]] = []
    if not wish.fault:
        states = (State(wish.values["state"]),) if "state" in wish.values else ()
        with gate.store.read() as conn:
            rows = list(applications_listed(conn, wish.order, wish.limit, wish.after, states=states))

    def cells(row: Row[Any], language: Language) -> list[Cell]:
        words = FIRM[language]
        late = 0 < row.due < gate.now()
        return [
            Cell(row.application, f"/desk/applications/{quote(row.application)}"),
            Cell(words[f"class_{row.line_class}"]),
            Cell(msgspec.json.decode(row.fields, type=dict[str, str]).get("entity_name", "")),
            Cell(words[f"application_{row.state}"]),
            Cell(shown_time(row.filed_at, gate)),
            Cell(shown_time(row.changed_at, gate)),
            Cell(shown_time(row.due, gate), note=LISTING[language]["late"] if late else ""),
        ]

    return show_listing(request, table, wish, rows, cells, template="applications.html")


def _steps(request: Asked, state: State, filed_by: str, reviewed_by: str) -> list[str]:
    """The forms that a page offers: what the state allows, the role is granted, and four eyes leave."""
    who = principal(request)
    if not who.may(Permission.APPLICATIONS_DECIDE):
        return []
    if state is State.PENDING:
        return ["own"] if who.name == filed_by else ["review", "refuse"]
    if state is State.REVIEWED:
        return ["own"] if who.name in (filed_by, reviewed_by) else ["approve", "refuse"]
    return ["refuse"] if state is State.HELD and who.name != filed_by else []


def _page(request: Asked, gate: Gate, name: str, status: int = 200, fault: str = "") -> Response[str]:
    language = language_of(request)
    words = FIRM[language]
    with gate.store.read() as conn:
        row = application_row(conn, name)
        papers = {paper.kind: paper for paper in documents_of(conn, name)}
        open_ = State(row.state) in (State.PENDING, State.HELD, State.REVIEWED)
        on_list = hits_of(conn, row, gate.now()) if open_ else []
    steps = _steps(request, State(row.state), row.filed_by, row.reviewed_by)
    if any(one.is_certain for one in on_list):
        steps = [one for one in steps if one not in ("review", "approve")]
    form = FORMS[LineClass(row.line_class)]
    values = msgspec.json.decode(row.fields, type=dict[str, str])
    problems = msgspec.json.decode(row.problems, type=list[Problem])
    return show(
        request,
        "application.html",
        status,
        door_words=words,
        fault=fault,
        name=name,
        class_words=words[f"class_{row.line_class}"],
        state=words[f"application_{row.state}"],
        state_code=row.state,
        reason=row.reason,
        filed=shown_time(row.filed_at, gate),
        due=shown_time(row.due, gate),
        valid_until=shown_time(row.valid_until, gate),
        by=[row.filed_by, row.reviewed_by, row.decided_by],
        problems=[getattr(one, language) for one in problems],
        # An identity number is kept as a digest, which tells a reader nothing.
        fields=[
            (one.zh if language == "zh" else one.en, "•••" if (value := values.get(one.name, "")).startswith(DIGEST) else value)
            for one in form.fields
        ],
        documents=[(one.kind, one.zh if language == "zh" else one.en, papers.get(one.kind)) for one in form.documents],
        steps=steps,
        on_list=on_list,
        o=APPLICATION[language],
    )  # fmt: skip


@get("/desk/applications/{application:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def application_page(application: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The application as it stands."""
    try:
        return _page(request, gate, application)
    except UnknownError:
        raise NotFoundException from None


@get(
    "/desk/applications/{application:str}/documents/{kind:str}",
    sync_to_thread=True,
    guards=[need_session],
    include_in_schema=False,
)
def document(application: FromPath[str], kind: FromPath[str], gate: ServedGate) -> Response[bytes]:
    """A document as it was handed in."""
    with gate.store.read() as conn:
        found = next((one for one in documents_of(conn, application) if one.kind == kind), None)
    if found is None:
        raise NotFoundException
    headers = {
        "Content-Disposition": f'attachment; filename="{kind}-{found.digest[:12]}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(gate.vault.get(found.digest), media_type=found.media or "application/octet-stream", headers=headers)


@post(
    "/desk/applications/{application:str}/{step:str}",
    status_code=200,
    sync_to_thread=True,
    guards=[need_session],
    include_in_schema=False,
)
def decide(application: FromPath[str], step: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Pass it to a second reviewer, approve it, or refuse it for a reason."""
    reason, looked = field(data, "reason"), field(data, "looked")
    steps: dict[str, Callable[[Act], object]] = {
        "review": lambda act: do_review(act, application, looked),
        "approve": lambda act: do_approve(act, gate.desk, application, looked),
        "refuse": lambda act: do_refuse(act, application, reason),
    }
    if step not in steps:
        raise NotFoundException
    try:
        with gate.store.act(principal(request).name) as act:
            steps[step](act)
    except UnknownError:
        raise NotFoundException from None
    except (RegistryError, IllegalStepError) as error:
        return _page(request, gate, application, 422, in_words(error, language_of(request)))
    return Redirect(f"/desk/applications/{application}", status_code=303)


def applications_handlers() -> list[HTTPRouteHandler]:
    """The handlers of applications."""
    return [applications_queue, application_page, document, decide]
