"""Appeals over HTTP: filed by whoever may, looked into and decided by officers."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from litestar import Response, Router, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody, QueryParameter
from sqlalchemy import Connection

from clearbell.appeals.model import OPEN, Appellant, Ground, State, Subject, Undone
from clearbell.appeals.queries import appeal_of, appeals, papers_of, story, undone_of
from clearbell.appeals.service import do_ask_papers, do_review, do_send_papers
from clearbell.appeals.wording import line_words, undone_lines
from clearbell.consent.codes import new_code, plain_code
from clearbell.desk.appeals.deciding import Asked, barred_from, do_decide, do_take_back, do_take_in, preview
from clearbell.ledger import Act
from clearbell.numbering import format_e164
from clearbell.vault import Kept
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError, Name, NumberKey, NumberText, Time, to_number, to_time

Words = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")]
Base64 = Annotated[str, msgspec.Meta(max_length=14 * 1024 * 1024)]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="How many at most.")]
InState = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]
Against = Annotated[Subject | None, QueryParameter(name="against", description="Only those against this.")]
Everything = Annotated[bool, QueryParameter(name="everything", description="Decided ones too.")]
Overdue = Annotated[bool, QueryParameter(name="overdue", description="Only those not decided in time.")]


class PaperBody(msgspec.Struct, forbid_unknown_fields=True):
    """A paper."""

    document: Base64
    """PDF, PNG, JPEG or recording, as base64; kept encrypted."""
    name: Name = ""


class AppealBody(msgspec.Struct, forbid_unknown_fields=True):
    """An appeal."""

    id: Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f]*$")]
    """Of a decision, sanction, restriction, blacklist entry or case; or the number that has a label."""
    statement: Words
    ground: Ground = Ground.MISTAKEN
    since: Time = 0
    """Since when the number is the appellant's; needed for a recycled one."""
    appellant: Appellant | None = None
    contact: NumberText | NumberKey = ""
    """Number by which the appellant is told."""
    language: Annotated[str, msgspec.Meta(pattern="^(zh|en)$")] = "zh"
    papers: Annotated[list[PaperBody], msgspec.Meta(max_length=10)] = []
    officer: Name = ""
    """Who takes it in; whoever that is may not decide it."""


class PapersBody(msgspec.Struct, forbid_unknown_fields=True):
    """Papers handed in."""

    papers: Annotated[list[PaperBody], msgspec.Meta(min_length=1, max_length=10)]
    officer: Name = ""


class StepBody(msgspec.Struct, forbid_unknown_fields=True):
    """An officer, and words where the step needs them."""

    words: Words = ""
    officer: Name = ""


class DecisionOfAppealBody(msgspec.Struct, forbid_unknown_fields=True):
    """What is decided."""

    upheld: bool
    reason: Words
    """The appellant is told."""
    officer: Name = ""


class PaperView(msgspec.Struct):
    """A paper."""

    digest: str
    name: str
    media: str
    size: int
    at: int
    """µs UTC."""


class StepView(msgspec.Struct):
    """Something that happened to it."""

    at: int
    """µs UTC."""
    actor: str
    zh: str
    en: str


class AppealView(msgspec.Struct):
    """Where an appeal stands."""

    appeal: str
    against: Subject
    id: str
    number: str
    name: str
    """Holder, trunk or access provider, when it is about one."""
    case: str
    appellant: Appellant
    ground: Ground
    statement: str
    state: State
    filed: int
    """Times are µs UTC; 0: none."""
    due: int
    papers_wanted: str
    papers_due: int
    overdue: bool
    filer: str
    officer: str
    reason: str
    decided: int


class WholeAppealView(msgspec.Struct):
    """An appeal with its papers and its way, and what upholding it undoes."""

    appeal: AppealView
    papers: list[PaperView]
    undone: Undone
    """While it is open: what upholding it would undo."""
    undone_zh: list[str]
    undone_en: list[str]
    not_by: list[str]
    """Officers who may not decide it: they took it in, or decided what it is against."""
    story: list[StepView]


def appeal_view(conn: Connection, name: str, now: int) -> AppealView:
    """The appeal of that id. Raises ``UnknownAppealError``."""
    row = appeal_of(conn, name)
    return AppealView(
        row.appeal,
        Subject(row.subject),
        row.id,
        format_e164(row.number) if row.number else "",
        row.name,
        row.case_id,
        Appellant(row.appellant),
        Ground(row.ground),
        row.statement,
        State(row.state),
        row.filed,
        row.due,
        row.papers_words,
        row.papers_due,
        row.state in (State.RECEIVED.value, State.REVIEWING.value) and 0 < row.due <= now,
        row.filer,
        row.officer,
        row.reason,
        row.decided,
    )


def _papers(gate: Any, papers: list[PaperBody]) -> tuple[tuple[str, Kept], ...]:
    found = []
    for place, paper in enumerate(papers):
        try:
            content = base64.b64decode(paper.document, validate=True)
        except (binascii.Error, ValueError):
            raise BadFieldError(f"papers[{place}].document", "应为 base64", "it should be base64") from None
        found.append((paper.name, gate.vault.put(content, int(gate.pack.deadlines["document_bytes"].value or 0))))
    return tuple(found)


def _done(gate: Any, name: str, do: Callable[[Act], object]) -> AppealView:
    with gate.store.act("api") as act:
        do(act)
        return appeal_view(act.conn, name, act.at)


@get("/appeals", sync_to_thread=True, responses=REFUSALS, summary="List appeals")
def list_(
    gate: ServedGate,
    in_state: InState = None,
    against: Against = None,
    everything: Everything = False,
    overdue: Overdue = False,
    limit: Limit = 100,
) -> list[AppealView]:
    """Those that are not decided, the most pressing first."""
    now = gate.now()
    with gate.store.read() as conn:
        rows = appeals(
            conn,
            state=in_state,
            subject=against,
            everything=everything,
            overdue_at=now if overdue else 0,
            limit=limit,
        )
        return [appeal_view(conn, row.appeal, now) for row in rows]


@post("/appeals", sync_to_thread=True, responses=REFUSALS, summary="Take in an appeal")
def file_(data: JSONBody[AppealBody], gate: ServedGate) -> AppealView:
    """The answer has its id, which is the appellant's receipt, and its deadline."""
    contact = to_number(data.contact, "contact", gate.pack.home, blank_allowed=False) if data.contact else 0
    kept = _papers(gate, data.papers)
    asked = Asked(
        data.id, data.statement, data.ground, to_time(data.since, 0), data.appellant, contact, data.language,
        data.officer, "api", papers=kept,
    )  # fmt: skip
    name = new_code(os.urandom)
    return _done(gate, name, lambda act: do_take_in(act, name, asked, gate.find, gate.pack, gate.desk.due))


@get("/appeals/{appeal:str}", sync_to_thread=True, responses=REFUSALS, summary="Show an appeal")
def show(appeal: FromPath[str], gate: ServedGate) -> WholeAppealView:
    """What it is against, its papers, what was done; and what upholding it would undo, or undid."""
    name, now = plain_code(appeal), gate.now()
    with gate.store.read() as conn:
        row = appeal_of(conn, name)
        waiting = State(row.state) in OPEN
        undone = preview(conn, name, now) if waiting else undone_of(row)
        not_by = {row.filer, *barred_from(conn, name, now)} if waiting else set()
        return WholeAppealView(
            appeal_view(conn, name, now),
            [PaperView(one.digest, one.name, one.media, one.size, one.at) for one in papers_of(conn, name)],
            undone,
            undone_lines(undone, "zh"),
            undone_lines(undone, "en"),
            sorted(not_by),
            [
                StepView(line.at, line.actor, line_words(line, "zh"), line_words(line, "en"))
                for line in story(conn, name)
            ],
        )


@get("/appeals/{appeal:str}/papers/{digest:str}", sync_to_thread=True, responses=REFUSALS, summary="A paper")
def paper(appeal: FromPath[str], digest: FromPath[str], gate: ServedGate) -> Response[bytes]:
    """As it was handed in."""
    return paper_response(gate, plain_code(appeal), digest)


def paper_response(gate: Any, name: str, digest: str) -> Response[bytes]:
    """A paper of an appeal as a download."""
    with gate.store.read() as conn:
        known = [one for one in papers_of(conn, name) if one.digest == digest]
    if not known:
        raise NotFoundException(detail="paper")
    headers = {
        "Content-Disposition": f'attachment; filename="{digest[:12]}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(gate.vault.get(digest), media_type=known[0].media or "application/octet-stream", headers=headers)


def _route(path: str, summary: str) -> post:
    return post(
        f"/appeals/{{appeal:str}}/{path}", status_code=200, sync_to_thread=True, responses=REFUSALS, summary=summary
    )


@_route("review", "Begin to look into an appeal")
def review(appeal: FromPath[str], data: JSONBody[StepBody], gate: ServedGate) -> AppealView:
    """It is the officer's from now on."""
    name = plain_code(appeal)
    return _done(gate, name, lambda act: do_review(act, name, officer=data.officer))


@_route("ask-papers", "Ask the appellant for papers")
def ask_papers(appeal: FromPath[str], data: JSONBody[StepBody], gate: ServedGate) -> AppealView:
    """Until they come, or their time is over, the time to decide does not run."""
    name, due = plain_code(appeal), gate.desk.due
    return _done(gate, name, lambda act: do_ask_papers(act, name, data.words, due, officer=data.officer))


@_route("papers", "Hand papers in")
def hand_in(appeal: FromPath[str], data: JSONBody[PapersBody], gate: ServedGate) -> AppealView:
    """Asked for or not."""
    name = plain_code(appeal)
    with gate.store.read() as conn:
        appeal_of(conn, name)
    kept = _papers(gate, data.papers)
    return _done(gate, name, lambda act: do_send_papers(act, name, kept, sender=data.officer))


@_route("withdraw", "Take an appeal back")
def withdraw(appeal: FromPath[str], data: JSONBody[StepBody], gate: ServedGate) -> AppealView:
    """What was done stands."""
    name, due = plain_code(appeal), gate.desk.due
    return _done(gate, name, lambda act: do_take_back(act, name, due, who=data.officer, words=data.words))


@_route("decision", "Decide an appeal")
def decide(appeal: FromPath[str], data: JSONBody[DecisionOfAppealBody], gate: ServedGate) -> AppealView:
    """Upheld: every effect is undone at once. By someone else than who took it in or decided what it is against."""
    name, pack, due = plain_code(appeal), gate.pack, gate.desk.due
    return _done(
        gate,
        name,
        lambda act: do_decide(act, name, data.reason, pack, due, upheld=data.upheld, officer=data.officer),
    )


def appeals_router() -> Router:
    """The router of appeals."""
    return Router(
        path="/v1",
        route_handlers=[list_, file_, show, paper, review, ask_papers, hand_in, withdraw, decide],
        guards=[require_token],
        tags=["appeals"],
    )
