"""Reports of nuisance calls over HTTP, in the fields of the 12321 form."""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody

from clearbell.consent.codes import new_code
from clearbell.reports.form import BAD_TYPES
from clearbell.reports.model import Reported
from clearbell.reports.queries import report_of
from clearbell.reports.refusals import RefusedUnknownReportError
from clearbell.reports.service import do_file_reports, do_withdraw_report
from clearbell.reports.settings import reputation_settings
from clearbell.web.api import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError, NumberKey, NumberText, Time, to_number, to_time

MOST_REPORTS = 1_000
Id = Annotated[str, msgspec.Meta(max_length=190, pattern=r"^[^\x00-\x1f]*$")]


class ReportBody(msgspec.Struct, forbid_unknown_fields=True):
    """A report of one call."""

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
    """``counted`` or ``withdrawn``."""
    received: int
    """µs UTC."""
    category: str


def _category(given: str | int, gate: Gate) -> str:
    if isinstance(given, int):
        return BAD_TYPES[given - 1]
    if given and given not in gate.pack.categories:
        raise BadFieldError("category", f"规则包没有类别 {given}", f"the pack has no category `{given}`")
    return given


def _reported(body: ReportBody, gate: Gate, now: int) -> Reported:
    home = gate.pack.home
    # A sender's own id is kept apart from those of files and of ours.
    receipt = f"api:{body.id or new_code(os.urandom)}"
    at = to_time(body.at, now)
    reporter = to_number(body.reporter, "reporter", home, blank_allowed=False) if body.reporter is not None else 0
    number = to_number(body.number, "number", home, blank_allowed=False)
    return Reported(
        receipt, "api", number, at, now, reporter, _category(body.category, gate), body.automatic, body.area
    )


@post("/reports", sync_to_thread=True, responses=REFUSALS, summary="Report nuisance calls")
def report(data: JSONBody[ReportsBody], gate: ServedGate) -> TakenBody:
    """Take in up to 1,000 reports. If any of them cannot be right, none is taken."""
    now = gate.now()
    reports = [_reported(body, gate, now) for body in data.reports]
    with gate.store.act("api") as act:
        filed = do_file_reports(act, reports, reputation_settings(gate.pack))
    return TakenBody([one.report for one in reports], filed.stored, filed.duplicates)


def _status(gate: Gate, receipt: str) -> ReportStatus:
    with gate.store.read() as conn:
        found = report_of(conn, receipt)
    if found is None:
        raise RefusedUnknownReportError(receipt)
    state = "withdrawn" if found.withdrawn else "counted"
    return ReportStatus(receipt, state, found.reported.received, found.reported.category)


@get("/reports/{receipt:str}", sync_to_thread=True, responses=REFUSALS, summary="Show a report")
def show_report(receipt: FromPath[str], gate: ServedGate) -> ReportStatus:
    """Where a report stands, by its receipt."""
    return _status(gate, receipt)


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
    return _status(gate, receipt)


def reports_router() -> Router:
    """The router of reports."""
    return Router(
        path="/v1", route_handlers=[report, show_report, withdraw_report], guards=[require_token], tags=["reports"]
    )
