"""The public report form: a number proven by a one-time code, the fields of the 12321 form, a receipt and its page.

It works without scripts. A receipt's code is the key to its page; numbers on it are masked.
"""

from __future__ import annotations

import datetime
import functools
import os
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import State, UploadFile
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath, QueryParameter
from litestar.response import Redirect

from clearbell.calls import DAY, Decision
from clearbell.consent.codes import new_code, plain_code
from clearbell.consent.evidence import EvidenceKind, do_keep
from clearbell.labels.wording import category_name
from clearbell.ledger import Act
from clearbell.numbering import format_e164, mask, to_key
from clearbell.reports.complaints.model import State as ComplaintState
from clearbell.reports.form import BAD_TYPES
from clearbell.reports.model import Duration, Reported
from clearbell.reports.queries import report_of
from clearbell.reports.refusals import RefusedReportError
from clearbell.reports.service import do_file_reports, do_withdraw_report
from clearbell.reports.settings import reputation_settings
from clearbell.reports.wording import STATES
from clearbell.vault import VaultError
from clearbell.web.console import choose_language, public_page
from clearbell.web.feeds import ServedGate, ask_open
from clearbell.web.gate import Gate
from clearbell.web.portal_texts import PORTAL
from clearbell.web.proving import Proving, is_closed
from clearbell.web.reports import origin_of, status_of
from clearbell.web.revocation import shown_time

ACTOR = "web:subscriber"
PROVING = Proving(ACTOR, "report")
SOURCE = "portal"
_FIELDS = (
    "reporter",
    "token",
    "call",
    "number",
    "date",
    "time",
    "duration",
    "manner",
    "category",
    "description",
    "forward",
)
_MOST_WORDS = 2_000
_DAYS, _MOST_CALLS = 30, 20
"""So far back, and so many, calls are offered to be reported."""
Asked = Request[Any, Any, State]
Receipt = Annotated[str, QueryParameter(name="receipt", max_length=64, description="Receipt of a report.")]
Sent = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
SentWithFile = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


_render = functools.partial(public_page, words=PORTAL)


def _values(data: dict[str, Any]) -> dict[str, str]:
    return {name: text if isinstance(text := data.get(name), str) else "" for name in _FIELDS}


def _recent(gate: Gate, reporter: int) -> list[Decision]:
    """The last calls to a proven number that can be reported: those whose caller is known, the newest first."""
    found = gate.decided_to(reporter, gate.now() - _DAYS * DAY, _MOST_CALLS)
    return [one for one in found.decisions if one.call.caller]


def _form(gate: Gate, language: str, values: dict[str, str], faults: list[str], status: int = 200) -> Response[str]:
    reporter = to_key(values["reporter"], gate.pack.home)
    # Only who proved the number is told who called it; ``token`` stands here for a proof that was checked.
    recent = _recent(gate, reporter) if values["token"] and reporter else []
    return _render(
        "report.html",
        language,
        status,
        v=values,
        recent=[(one.id, f"{shown_time(one.call.at, gate)} · {format_e164(one.call.caller)}") for one in recent],
        days=_DAYS,
        today=shown_time(gate.now(), gate)[:10],
        faults=faults,
        masked=mask(to_key(values["reporter"], gate.pack.home)),
        durations=[one.value for one in Duration],
        categories=[(code, category_name(code, gate.pack, language)) for code in BAD_TYPES],
    )


def _first_page(gate: Gate, language: str, reporter: str = "", fault: str = "") -> Response[str]:
    closed = is_closed(gate)
    status = 503 if closed else 422 if fault else 200
    faults = [fault] if fault else []
    return _render("report_number.html", language, status, closed=closed, faults=faults, v={"reporter": reporter})


@get("/report", sync_to_thread=False, include_in_schema=False)
def show_form(gate: ServedGate, request: Asked) -> Response[str]:
    """What to know before reporting, and the reporter's number."""
    return _first_page(gate, choose_language(request))


@post("/report/code", status_code=200, sync_to_thread=True, include_in_schema=False)
def send_code(data: Sent, gate: ServedGate, request: Asked) -> Response[str]:
    """Send a code to the reporter's number and ask for the report."""
    ask_open(request, gate)
    language = choose_language(request)
    words = PORTAL[language]
    given = str(data.get("reporter", ""))
    if not data.get("accepted"):
        return _first_page(gate, language, given, words["need_accept"])
    reporter = to_key(given, gate.pack.home)
    if not reporter:
        return _first_page(gate, language, given, words["need_number"])
    if fault := PROVING.send(gate, reporter, language):
        return _first_page(gate, language, given, fault)
    return _form(gate, language, _values({"reporter": given, "forward": "1"}), [])


@post("/report/send", status_code=200, sync_to_thread=True, include_in_schema=False)
def send_report(data: SentWithFile, gate: ServedGate, request: Asked) -> Response[str]:
    """Check the code and the fields; file the report, or tell what to mend."""
    ask_open(request, gate)
    language = choose_language(request)
    values = _values(data)
    reporter = to_key(values["reporter"], gate.pack.home)
    if not reporter:
        return _first_page(gate, language, values["reporter"], PORTAL[language]["need_number"])
    proof = PROVING.check(gate, reporter, values["token"], str(data.get("code", "")), language)
    values["token"] = proof.token
    faults = [proof.fault] if proof.fault else []
    if data.get("show") == "calls":
        return _form(gate, language, values, faults, 422 if faults else 200)
    if values["call"] and proof.token:
        _take_call(gate, reporter, values)
    report, wrong = _read(gate, reporter, values, language)
    faults += wrong
    content = _content(data.get("evidence"))
    if not faults and report is not None:
        try:
            return _file(gate, report, content, request, language)
        except (RefusedReportError, VaultError) as error:
            faults.append(error.zh if language == "zh" else error.en)
    if content:
        faults.append(PORTAL[language]["file_again"])
    return _form(gate, language, values, faults, 422)


def _take_call(gate: Gate, reporter: int, values: dict[str, str]) -> None:
    """Fill number and time from the call that was chosen, where it was one to the reporter."""
    chosen = next((one for one in _recent(gate, reporter) if one.id == values["call"]), None)
    if chosen is not None:
        zone = datetime.timezone(datetime.timedelta(minutes=gate.pack.utc_offset_minutes))
        at = datetime.datetime.fromtimestamp(chosen.call.at / 1e6, zone)
        values["number"] = format_e164(chosen.call.caller)
        values["date"], values["time"] = at.date().isoformat(), at.strftime("%H:%M:%S")


def _read(gate: Gate, reporter: int, values: dict[str, str], language: str) -> tuple[Reported | None, list[str]]:
    words = PORTAL[language]
    faults = []
    now = gate.now()
    number = to_key(values["number"], gate.pack.home)
    if not number:
        faults.append(f"{words['number']}: {words['need_number']}")
    at = _time(values["date"], values["time"], gate.pack.utc_offset_minutes)
    if not values["date"]:
        faults.append(words["need_date"])
    elif not 0 < at <= now:
        faults.append(words["bad_time"])
    if values["category"] not in BAD_TYPES:
        faults.append(words["need_category"])
    description = values["description"].strip().replace("\0", "")
    if not description:
        faults.append(words["need_description"])
    elif len(description) > _MOST_WORDS:
        faults.append(words["long_description"])
    if faults:
        return None, faults
    known = {one.value: one for one in Duration}
    return (
        Reported(
            f"{SOURCE}:{new_code(os.urandom)}",
            SOURCE,
            number,
            at,
            now,
            reporter,
            values["category"],
            values["manner"] == "automatic",
            duration=known.get(values["duration"], Duration.UNKNOWN),
            description=description,
            forward=bool(values["forward"]),
            verified=True,
        ),
        [],
    )


def _time(date: str, time: str, utc_offset_minutes: int) -> int:
    """µs UTC; 0 for what is no time."""
    zone = datetime.timezone(datetime.timedelta(minutes=utc_offset_minutes))
    try:
        read = datetime.datetime.fromisoformat(f"{date}T{time or '00:00'}").replace(tzinfo=zone)
        return int(read.timestamp()) * 1_000_000
    except (ValueError, OverflowError):
        return 0


def _content(given: Any) -> bytes:
    return given.file.read() if isinstance(given, UploadFile) and given.filename else b""


def _file(gate: Gate, report: Reported, content: bytes, request: Asked, language: str) -> Response[str]:
    host = request.client.host if request.client else ""
    kept = gate.vault.put(content, int(gate.pack.deadlines["document_bytes"].value or 0)) if content else None
    report = msgspec.structs.replace(report, origin=origin_of(host, gate), evidence=kept.digest if kept else "")
    with gate.store.act(ACTOR) as act:
        if kept is not None:
            do_keep(act, kept, EvidenceKind.RECORDING, "", report.reporter, caller=report.number, call=report.report)
        do_file_reports(act, [report], reputation_settings(gate.pack), records=True, due=gate.desk.due)
    return _status_page(gate, report.report.partition(":")[2], language, fresh=True)


def _status_page(gate: Gate, code: str, language: str, *, fresh: bool = False) -> Response[str]:
    receipt = f"{SOURCE}:{plain_code(code)}"
    with gate.store.read() as conn:
        found = report_of(conn, receipt)
    if found is None:
        return _render("report_status.html", language, 404, s=None, receipt=code, fresh=False)
    status = status_of(gate, receipt)
    return _render(
        "report_status.html",
        language,
        s=status,
        fresh=fresh,
        receipt=plain_code(code),
        number=mask(found.reported.number),
        received=shown_time(status.received, gate),
        state=status.zh if language == "zh" else status.en,
        complaint=STATES[ComplaintState(status.complaint)][language] if status.complaint else "",
        due=shown_time(status.due, gate),
    )


@get("/report/status", sync_to_thread=False, include_in_schema=False)
def look_up(request: Asked, receipt: Receipt = "") -> Redirect:
    """To the page of a receipt."""
    return Redirect(f"/r/{plain_code(receipt) or '-'}?lang={choose_language(request)}", status_code=303)


@get("/r/{code:str}", sync_to_thread=True, include_in_schema=False)
def show_receipt(code: FromPath[str], gate: ServedGate, request: Asked) -> Response[str]:
    """Where a report stands."""
    ask_open(request, gate)
    return _status_page(gate, code, choose_language(request))


@post("/r/{code:str}/withdraw", status_code=200, sync_to_thread=True, include_in_schema=False)
def withdraw(code: FromPath[str], gate: ServedGate, request: Asked) -> Response[str]:
    """Take the report back. A second press changes nothing."""
    ask_open(request, gate)
    try:
        with gate.store.act(ACTOR) as act:
            _withdraw(act, gate, code)
    except RefusedReportError:
        # Unknown or taken back already: the page says which.
        pass
    return _status_page(gate, code, choose_language(request))


def _withdraw(act: Act, gate: Gate, code: str) -> None:
    do_withdraw_report(act, f"{SOURCE}:{plain_code(code)}", reputation_settings(gate.pack))


def portal_handlers() -> list[HTTPRouteHandler]:
    """The handlers of the form and of receipts' pages."""
    return [show_form, send_code, send_report, look_up, show_receipt, withdraw]
