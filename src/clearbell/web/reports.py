"""Reports of nuisance calls over HTTP, in the fields of the 12321 form."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy import Connection

from clearbell.consent.codes import new_code
from clearbell.desk.outcomes import NOTHING, Outcome, outcomes_of
from clearbell.reports.complaints.service import complaint_of
from clearbell.reports.form import BAD_TYPES
from clearbell.reports.model import Duration, Reported
from clearbell.reports.queries import Report, report_of
from clearbell.reports.refusals import RefusedUnknownReportError
from clearbell.reports.service import do_file_reports, do_withdraw_report
from clearbell.reports.settings import reputation_settings
from clearbell.reports.wording import standing_words
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.refusals import REFUSALS
from clearbell.web.revocation import shown_time
from clearbell.web.schemas import BadFieldError, NumberKey, NumberText, Time, to_number, to_time

MOST_REPORTS = 1_000
Id = Annotated[str, msgspec.Meta(max_length=190, pattern=r"^[^\x00-\x1f]*$")]


class ReportBody(msgspec.Struct, forbid_unknown_fields=True):
    """A report of one call, in the fields of the 12321 form."""

    number: NumberText | NumberKey
    """The number complained about."""
    reporter: NumberText | NumberKey | None = None
    """The reporter's number, as the sender has verified it; absent: not known."""
    at: Time | None = None
    """When the call was; now, when absent."""
    category: Annotated[str, msgspec.Meta(max_length=32)] | Annotated[int, msgspec.Meta(ge=1, le=21)] = ""
    """Category code of the pack, or the form's ``bad_type`` 1–21."""
    automatic: bool = False
    """A recorded voice or robot."""
    area: Annotated[str, msgspec.Meta(max_length=16, pattern=r"^[^\x00-\x1f]*$")] = ""
    id: Id = ""
    """The sender's own id: the same report sent again is taken once. Made here when empty."""
    duration: Duration = Duration.UNKNOWN
    """How long the call was."""
    description: Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")] = ""
    """What was said, in the reporter's words."""
    evidence: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """SHA-256 (hex) of a recording or screenshot, sent to ``/v1/evidence`` before."""
    forward: bool = False
    """The reporter wants it passed on to whoever connected the caller."""
    wanted: bool = False
    """No complaint but a vote for the number: its calls are wanted."""
    origin: Annotated[str, msgspec.Meta(max_length=256, pattern=r"^[^\x00-\x1f]*$")] = ""
    """Where it was made, such as an address; kept only as a keyed digest. Reports of one place that nothing else
    proves are one voice."""


class ReportsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Reports, taken all or none."""

    reports: Annotated[list[ReportBody], msgspec.Meta(min_length=1, max_length=MOST_REPORTS)]


class TakenBody(msgspec.Struct):
    """What became of reports."""

    receipts: list[str]
    """Number of each report, in the order given; its status is asked for by it."""
    stored: int
    duplicates: int


class ReportStatus(msgspec.Struct):
    """Where a report stands."""

    receipt: str
    state: str
    """``waiting``, ``counted``, ``aside``, ``void`` or ``withdrawn``."""
    received: int
    """µs UTC."""
    category: str
    zh: str
    """The state, with its reason, in words."""
    en: str
    complaint: str = ""
    """Where the complaint stands; empty: a mere report, which is owed no answer."""
    due: int = 0
    """Until when the next step is due, µs UTC; 0: no deadline."""
    answer: str = ""
    outcome_zh: str = ""
    """What became of the number it complains of, in words; empty while nothing is known, and of a report that does not count."""
    outcome_en: str = ""


def _category(given: str | int, gate: Gate) -> str:
    if isinstance(given, int):
        return BAD_TYPES[given - 1]
    if given and given not in gate.pack.categories:
        raise BadFieldError("category", f"规则包没有类别 {given}", f"the pack has no category `{given}`")
    return given


def origin_of(place: str, gate: Gate) -> int:
    """Keyed digest of where a report was made; 0 when that is not known."""
    digest = gate.desk.identities.digest("origin", place)
    # 60 bits, which every database keeps as a number.
    return int(digest[:15], 16) if digest else 0


def _reported(body: ReportBody, gate: Gate, now: int) -> Reported:
    home = gate.pack.home
    # A sender's own id is kept apart from those of files and of ours.
    receipt = f"api:{body.id or new_code(os.urandom)}"
    at = to_time(body.at, now)
    reporter = to_number(body.reporter, "reporter", home, blank_allowed=False) if body.reporter is not None else 0
    number = to_number(body.number, "number", home, blank_allowed=False)
    return Reported(
        receipt,
        "api",
        number,
        at,
        now,
        reporter,
        _category(body.category, gate),
        body.automatic,
        body.area,
        body.wanted,
        origin_of(body.origin, gate),
        body.duration,
        body.description,
        body.evidence,
        body.forward,
    )


@post("/reports", sync_to_thread=True, responses=REFUSALS, summary="Report nuisance calls")
def report(data: JSONBody[ReportsBody], gate: ServedGate) -> TakenBody:
    """Take in up to 1,000 reports. If any of them cannot be right, none is taken."""
    now = gate.now()
    reports = [_reported(body, gate, now) for body in data.reports]
    with gate.store.act("api") as act:
        filed = do_file_reports(act, reports, reputation_settings(gate.pack), records=True, due=gate.desk.due)
    return TakenBody([one.report for one in reports], filed.stored, filed.duplicates)


def state_of(found: Report) -> str:
    """The state of a report in one word."""
    if found.withdrawn:
        return "withdrawn"
    return "void" if found.weighed.void else found.weighed.standing.value


def outcome_for(conn: Connection, found: Sequence[Report], gate: Gate) -> dict[str, Outcome]:
    """What became of the numbers that a page of reports complains of, by report; only of those that count."""
    counted = [one for one in found if state_of(one) == "counted"]
    numbers = sorted({one.reported.number for one in counted})
    known = outcomes_of(conn, numbers, gate.pack, lambda at: shown_time(at, gate))
    return {
        one.reported.report: known[one.reported.number][1]
        for one in counted
        if one.reported.number in known and one.reported.received >= known[one.reported.number][0]
    }


def status_of(gate: Gate, receipt: str) -> ReportStatus:
    """Where a report stands. Raises :class:`RefusedUnknownReportError`."""
    with gate.store.read() as conn:
        found = report_of(conn, receipt)
        complaint = complaint_of(conn, receipt)
        if found is None:
            raise RefusedUnknownReportError(receipt)
        outcome = outcome_for(conn, [found], gate).get(receipt, NOTHING)
    zh, en = (
        standing_words(
            found.weighed.standing,
            found.weighed.why,
            language,
            withdrawn=bool(found.withdrawn),
            void=found.weighed.void,
        )
        for language in ("zh", "en")
    )
    status = ReportStatus(receipt, state_of(found), found.reported.received, found.reported.category, zh, en)
    if complaint is not None:
        status.complaint, status.due, status.answer = complaint.state, complaint.due, complaint.answer
    status.outcome_zh, status.outcome_en = outcome.zh, outcome.en
    return status


@get("/reports/{receipt:str}", sync_to_thread=True, responses=REFUSALS, summary="Show a report")
def show_report(receipt: FromPath[str], gate: ServedGate) -> ReportStatus:
    """Where a report stands, by its receipt."""
    return status_of(gate, receipt)


@post(
    "/reports/{receipt:str}/withdrawal",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Take a report back",
)
def withdraw_report(receipt: FromPath[str], gate: ServedGate) -> ReportStatus:
    """Take a report back: it counts no more."""
    with gate.store.act("api") as act:
        do_withdraw_report(act, receipt, reputation_settings(gate.pack))
    return status_of(gate, receipt)


def reports_router() -> Router:
    """The router of reports."""
    return Router(
        path="/v1", route_handlers=[report, show_report, withdraw_report], guards=[require_token], tags=["reports"]
    )
