"""The public page of appeals: a number proven by a one-time code, why, papers, a receipt and its page.

It works without scripts. A receipt's code is the key to its page. Whose an id is, or whether there is such a one, is told
to nobody whom it does not concern.
"""

from __future__ import annotations

import datetime
import functools
import os
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, QueryParameter
from litestar.response import Redirect

from clearbell.appeals.errors import AppealError, AppealOpenError
from clearbell.appeals.model import TRANSITIONS, Ground, State, Step
from clearbell.appeals.queries import find_appeal, papers_of, undone_of
from clearbell.appeals.service import MOST_PAPERS, do_send_papers
from clearbell.appeals.wording import STATES, against_words, undone_lines
from clearbell.cases.errors import CaseError
from clearbell.consent.codes import new_code, plain_code
from clearbell.desk.appeals.deciding import Asked, check_proven, do_take_back, do_take_in
from clearbell.ledger.store import Act
from clearbell.lifecycles import IllegalStepError
from clearbell.numbering import mask, to_key
from clearbell.vault import Kept, VaultError
from clearbell.web.appeal_texts import APPEAL
from clearbell.web.console import choose_language, public_page
from clearbell.web.feeds import ServedGate, ask_open
from clearbell.web.gate import Gate
from clearbell.web.portal import Asked as Request
from clearbell.web.portal import Sent
from clearbell.web.proving import Proving, is_closed
from clearbell.web.revocation import shown_time

ACTOR = "web:appellant"
PROVING = Proving(ACTOR, "appeal")
_FIELDS = ("id", "number", "token", "ground", "since", "statement")
_MOST_WORDS, _MOST_ID = 2_000, 256
SentWithFiles = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
Id = Annotated[str, QueryParameter(name="id", max_length=_MOST_ID, description="What the appeal is against.")]
Receipt = Annotated[str, QueryParameter(name="receipt", max_length=64, description="Receipt of an appeal.")]


_render = functools.partial(public_page, words=APPEAL)


def _values(data: dict[str, Any]) -> dict[str, str]:
    return {name: text.replace("\0", "") if isinstance(text := data.get(name), str) else "" for name in _FIELDS}


def _first_page(gate: Gate, language: str, values: dict[str, str], fault: str = "") -> Response[str]:
    closed = is_closed(gate)
    status = 503 if closed else 422 if fault else 200
    return _render("appeal_number.html", language, status, closed=closed, faults=[fault] if fault else [], v=values)


def _form(gate: Gate, language: str, values: dict[str, str], faults: list[str], status: int = 200) -> Response[str]:
    return _render(
        "appeal.html",
        language,
        status,
        v=values,
        faults=faults,
        masked=mask(to_key(values["number"], gate.pack.home)),
        grounds=[one.value for one in Ground],
    )


@get("/appeal", sync_to_thread=False, include_in_schema=False)
def show_form(gate: ServedGate, request: Request, about: Id = "") -> Response[str]:
    """What is needed, and the appellant's number."""
    return _first_page(gate, choose_language(request), _values({"id": about}))


@post("/appeal/code", status_code=200, sync_to_thread=True, include_in_schema=False)
def send_code(data: Sent, gate: ServedGate, request: Request) -> Response[str]:
    """Send a code to the appellant's number and ask for the appeal. Nothing is said of the id before that is proven."""
    ask_open(request, gate)
    language = choose_language(request)
    values = _values(data)
    number = to_key(values["number"], gate.pack.home)
    if not number:
        return _first_page(gate, language, values, APPEAL[language]["need_number"])
    if fault := PROVING.send(gate, number, language):
        return _first_page(gate, language, values, fault)
    return _form(gate, language, values, [])


@post("/appeal/send", status_code=200, sync_to_thread=True, include_in_schema=False)
def send_appeal(data: SentWithFiles, gate: ServedGate, request: Request) -> Response[str]:
    """Check the code and the fields; take the appeal in, or tell what to mend."""
    ask_open(request, gate)
    language = choose_language(request)
    values = _values(data)
    number = to_key(values["number"], gate.pack.home)
    if not number:
        return _first_page(gate, language, values, APPEAL[language]["need_number"])
    proof = PROVING.check(gate, number, values["token"], str(data.get("code", "")), language)
    values["token"] = proof.token
    faults = [proof.fault] if proof.fault else []
    asked, wrong = _read(gate, number, values, language)
    faults += wrong
    files = _files(data.get("papers"))
    if not faults:
        try:
            return _take_in(gate, asked, files, language)
        except AppealOpenError:
            # Its receipt may be somebody else's, so it is not named.
            error = AppealOpenError()
            faults.append(error.zh if language == "zh" else error.en)
        except (AppealError, CaseError, IllegalStepError, VaultError) as error:
            faults.append(error.zh if language == "zh" else error.en)
    if files:
        faults.append(APPEAL[language]["file_again"])
    return _form(gate, language, values, faults, 422)


def _read(gate: Gate, number: int, values: dict[str, str], language: str) -> tuple[Asked, list[str]]:
    words = APPEAL[language]
    faults = []
    statement = values["statement"].strip()
    if not values["id"].strip() or len(values["id"]) > _MOST_ID:
        faults.append(words["need_id"])
    if not statement:
        faults.append(words["need_statement"])
    elif len(statement) > _MOST_WORDS:
        faults.append(words["long_statement"])
    since = _day(values["since"], gate.pack.utc_offset_minutes)
    if values["since"] and not since:
        faults.append(words["bad_since"])
    known = {one.value: one for one in Ground}
    ground = known.get(values["ground"], Ground.MISTAKEN)
    asked = Asked(
        values["id"].strip(), statement, ground, since if ground is Ground.RECYCLED else 0, None, number, language,
        ACTOR, "page", proven=True,
    )  # fmt: skip
    return asked, faults


def _day(text: str, utc_offset_minutes: int) -> int:
    """The beginning of a day, µs UTC; 0 for what is none."""
    zone = datetime.timezone(datetime.timedelta(minutes=utc_offset_minutes))
    try:
        day = datetime.date.fromisoformat(text)
        return int(datetime.datetime.combine(day, datetime.time(), zone).timestamp()) * 1_000_000
    except (ValueError, OverflowError):
        return 0


def _files(given: Any) -> list[tuple[str, bytes]]:
    many = given if isinstance(given, list) else [given]
    files = [one for one in many if isinstance(one, UploadFile) and one.filename]
    return [(str(one.filename), one.file.read()) for one in files[: MOST_PAPERS + 1]]


def _keep(gate: Gate, files: list[tuple[str, bytes]]) -> tuple[tuple[str, Kept], ...]:
    most = int(gate.pack.deadlines["document_bytes"].value or 0)
    return tuple((name, gate.vault.put(content, most)) for name, content in files)


def _take_in(gate: Gate, asked: Asked, files: list[tuple[str, bytes]], language: str) -> Response[str]:
    with gate.store.read() as conn:
        # Before anything is kept.
        check_proven(conn, asked, gate.find, gate.pack, gate.now())
    kept = _keep(gate, files)
    name = new_code(os.urandom)
    with gate.store.act(ACTOR) as act:
        with_papers = Asked(
            asked.id, asked.statement, asked.ground, asked.since, asked.appellant, asked.contact, asked.language,
            asked.filer, asked.door, asked.proven, kept,
        )  # fmt: skip
        do_take_in(act, name, with_papers, gate.find, gate.pack, gate.desk.due)
    return _status_page(gate, name, language, fresh=True)


def _status_page(
    gate: Gate, code: str, language: str, faults: list[str] | None = None, *, fresh: bool = False
) -> Response[str]:
    name = plain_code(code)
    with gate.store.read() as conn:
        row = find_appeal(conn, name)
        papers = [] if row is None else [one.name or one.digest[:12] for one in papers_of(conn, name)]
    if row is None:
        return _render("appeal_status.html", language, 404, s=None, receipt=code, fresh=False, faults=[])
    state = State(row.state)
    running = state in (State.RECEIVED, State.REVIEWING)
    status = {
        "against": against_words(row, "zh" if language == "zh" else "en"),
        "state": STATES[state][language],
        "filed": shown_time(row.filed, gate),
        "due": shown_time(row.due, gate) if running else "",
        "overdue": running and 0 < row.due <= gate.now(),
        "papers_wanted": row.papers_words if state is State.PAPERS_ASKED else "",
        "papers_due": shown_time(row.papers_due, gate),
        "papers": papers,
        "decided": shown_time(row.decided, gate),
        "reason": row.reason,
        "undone": undone_lines(undone_of(row), "zh" if language == "zh" else "en"),
        "may_send": (state, Step.SEND_PAPERS) in TRANSITIONS,
        "may_withdraw": (state, Step.WITHDRAW) in TRANSITIONS,
    }
    return _render(
        "appeal_status.html",
        language,
        422 if faults else 200,
        s=status,
        receipt=name,
        fresh=fresh,
        faults=faults or [],
    )


@get("/appeal/status", sync_to_thread=False, include_in_schema=False)
def look_up(request: Request, receipt: Receipt = "") -> Redirect:
    """To the page of a receipt."""
    return Redirect(f"/appeal/r/{plain_code(receipt) or '-'}?lang={choose_language(request)}", status_code=303)


@get("/appeal/r/{code:str}", sync_to_thread=True, include_in_schema=False)
def show_receipt(code: FromPath[str], gate: ServedGate, request: Request) -> Response[str]:
    """Where an appeal stands."""
    ask_open(request, gate)
    return _status_page(gate, code, choose_language(request))


@post("/appeal/r/{code:str}/papers", status_code=200, sync_to_thread=True, include_in_schema=False)
def send_papers(code: FromPath[str], data: SentWithFiles, gate: ServedGate, request: Request) -> Response[str]:
    """Hand papers in."""
    ask_open(request, gate)
    language = choose_language(request)
    name = plain_code(code)
    with gate.store.read() as conn:
        if find_appeal(conn, name) is None:
            return _status_page(gate, code, language)
    try:
        kept = _keep(gate, _files(data.get("papers")))
        with gate.store.act(ACTOR) as act:
            do_send_papers(act, name, kept)
    except (AppealError, IllegalStepError, VaultError) as error:
        return _status_page(gate, code, language, [error.zh if language == "zh" else error.en])
    return _status_page(gate, code, language)


@post("/appeal/r/{code:str}/withdraw", status_code=200, sync_to_thread=True, include_in_schema=False)
def withdraw(code: FromPath[str], gate: ServedGate, request: Request) -> Response[str]:
    """Take the appeal back. A second press changes nothing."""
    ask_open(request, gate)
    try:
        with gate.store.act(ACTOR) as act:
            _take_back(act, gate, code)
    except (AppealError, IllegalStepError):
        # Unknown, decided or taken back already: the page says which.
        pass
    return _status_page(gate, code, choose_language(request))


def _take_back(act: Act, gate: Gate, code: str) -> None:
    do_take_back(act, plain_code(code), gate.desk.due)


def appeal_page_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the form and of receipts' pages."""
    return [show_form, send_code, send_appeal, look_up, show_receipt, send_papers, withdraw]
