"""What officers do about reports over HTTP: those set aside, bad faith, attacks on numbers, verdicts, complaints."""

from __future__ import annotations

import os
from typing import Annotated

import msgspec
from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from clearbell.calls import DAY
from clearbell.consent.codes import new_code
from clearbell.desk.complaints import do_answer_by_notice
from clearbell.numbering import format_e164
from clearbell.reports.complaints.model import Step
from clearbell.reports.complaints.service import complaints_open, do_forward, do_handle
from clearbell.reports.model import Why
from clearbell.reports.queries import attacked, reports_aside
from clearbell.reports.reporters import do_learn_verdict, do_lift_bad_faith, do_mark_bad_faith
from clearbell.reports.settings import reputation_settings
from clearbell.reports.weighing import do_decide_aside
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.reports import ReportStatus, status_of
from clearbell.web.schemas import BadFieldError, Name, NumberKey, NumberText, Time, to_number, to_time

Words = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")]
Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="How many at most.")]
Days = Annotated[int, QueryParameter(name="days", ge=1, le=90, description="How many days back.")]
SetAside = Annotated[Why, QueryParameter(name="why", description="For what reason they were set aside.")]


class AsideView(msgspec.Struct):
    """A report that was set aside."""

    receipt: str
    number: str
    category: str
    received: int
    """µs UTC."""
    at: int
    """When the call was, µs UTC."""
    why: str


class OutcomeBody(msgspec.Struct, forbid_unknown_fields=True):
    """What an officer decides about a report that was set aside."""

    counts: bool
    reason: Words
    officer: Name = ""


class AttackedView(msgspec.Struct):
    """A number about which many reports were set aside."""

    number: str
    aside: int
    counted: int


class BadFaithBody(msgspec.Struct, forbid_unknown_fields=True):
    """A mark of bad faith on a reporter."""

    reporter: NumberText | NumberKey
    since: Time
    until: Time
    reason: Words
    officer: Name = ""


class LiftBody(msgspec.Struct, forbid_unknown_fields=True):
    """Why a mark is lifted."""

    reason: Words
    officer: Name = ""


class MarkView(msgspec.Struct):
    """A mark, and how many reports it concerns."""

    mark: str
    reports: int


class VerdictBody(msgspec.Struct, forbid_unknown_fields=True):
    """A verdict on a number, from which its reporters are learned about."""

    number: NumberText | NumberKey
    nuisance: bool
    since: Time
    until: Time


class TaughtView(msgspec.Struct):
    """How many reporters a verdict said something of."""

    reporters: int


class ComplaintView(msgspec.Struct):
    """A complaint that waits for its next step."""

    receipt: str
    number: str
    state: str
    due: int
    """µs UTC; 0: no deadline."""
    overdue: bool
    provider: str


class StepBody(msgspec.Struct, forbid_unknown_fields=True):
    """A step of a complaint: to whom it is passed on, the result, or the answer."""

    words: Words
    officer: Name = ""


@get("/reports/aside", sync_to_thread=True, responses=REFUSALS, summary="List reports set aside")
def aside(gate: ServedGate, why: SetAside = Why.PRIVATE, limit: Limit = 100) -> list[AsideView]:
    """Reports set aside for a reason, the newest first; by default those that an officer is to look at."""
    with gate.store.read() as conn:
        found = reports_aside(conn, why, limit)
    return [
        AsideView(
            one.reported.report,
            format_e164(one.reported.number),
            one.reported.category,
            one.reported.received,
            one.reported.at,
            one.weighed.why.value,
        )
        for one in found
    ]


@post(
    "/reports/{receipt:str}/decision",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Decide a report set aside",
)
def decide_aside(receipt: FromPath[str], data: JSONBody[OutcomeBody], gate: ServedGate) -> ReportStatus:
    """It counts after all, or stays aside for good."""
    settings = reputation_settings(gate.pack)
    with gate.store.act("api") as act:
        do_decide_aside(act, receipt, counts=data.counts, reason=data.reason, settings=settings, officer=data.officer)
    return status_of(gate, receipt)


@get("/reports/attacked", sync_to_thread=True, responses=REFUSALS, summary="List numbers that may be under attack")
def attacks(gate: ServedGate, days: Days = 1) -> list[AttackedView]:
    """Numbers about which many reports of the last days were set aside or are void: somebody may be out to harm them."""
    now = gate.now()
    with gate.store.read() as conn:
        found = attacked(conn, now - days * DAY, now, gate.pack.reports.bombing)
    return [AttackedView(format_e164(one.number), one.aside, one.counted) for one in found]


@post("/bad-faith", sync_to_thread=True, responses=REFUSALS, summary="Mark a reporter's bad faith")
def mark(data: JSONBody[BadFaithBody], gate: ServedGate) -> MarkView:
    """Void what a reporter reported in a time, everywhere; scores, labels and feeds follow."""
    reporter = to_number(data.reporter, "reporter", gate.pack.home, blank_allowed=False)
    name = new_code(os.urandom)
    with gate.store.act("api") as act:
        count = do_mark_bad_faith(
            act,
            name,
            reporter,
            to_time(data.since, 0),
            to_time(data.until, 0),
            data.reason,
            reputation_settings(gate.pack),
            officer=data.officer,
        )
    return MarkView(name, count)


@post("/bad-faith/{name:str}/lift", status_code=200, sync_to_thread=True, responses=REFUSALS, summary="Lift a mark")
def lift(name: FromPath[str], data: JSONBody[LiftBody], gate: ServedGate) -> MarkView:
    """Let the reports stand as they did before the mark."""
    with gate.store.act("api") as act:
        count = do_lift_bad_faith(act, name, data.reason, reputation_settings(gate.pack), officer=data.officer)
    return MarkView(name, count)


@post("/verdicts", status_code=200, sync_to_thread=True, responses=REFUSALS, summary="Tell a verdict on a number")
def verdict(data: JSONBody[VerdictBody], gate: ServedGate) -> TaughtView:
    """Let the weight of what its reporters say next follow from a verdict."""
    number = to_number(data.number, "number", gate.pack.home, blank_allowed=False)
    since, until = to_time(data.since, 0), to_time(data.until, 0)
    with gate.store.act("api") as act:
        return TaughtView(do_learn_verdict(act, number, nuisance=data.nuisance, since=since, until=until))


@get("/complaints", sync_to_thread=True, responses=REFUSALS, summary="List complaints that wait for a step")
def complaints(gate: ServedGate, limit: Limit = 100) -> list[ComplaintView]:
    """The most pressing first."""
    now = gate.now()
    with gate.store.read() as conn:
        rows = complaints_open(conn, limit)
    return [
        ComplaintView(row.report, format_e164(row.number), row.state, row.due, 0 < row.due < now, row.provider)
        for row in rows
    ]


@post(
    "/complaints/{receipt:str}/{step:str}",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Take a step of a complaint",
)
def complaint_step(
    receipt: FromPath[str], step: FromPath[str], data: JSONBody[StepBody], gate: ServedGate
) -> ComplaintView:
    """``forward`` it to an access provider, ``handle`` it with a result, ``answer`` the reporter."""
    with gate.store.act("api") as act:
        if step == Step.FORWARD.value:
            made = do_forward(act, receipt, data.words, gate.desk.due, officer=data.officer)
        elif step == Step.HANDLE.value:
            made = do_handle(act, receipt, data.words, gate.desk.due, officer=data.officer)
        elif step == Step.ANSWER.value:
            made = do_answer_by_notice(act, gate.outbox, receipt, data.words, gate.desk.due, officer=data.officer)
        else:
            known = "forward, handle, answer"
            raise BadFieldError("step", f"没有步骤 {step};可用:{known}", f"there is no step {step}; there are {known}")
    return ComplaintView(
        receipt, format_e164(made.number), made.state.value, made.due, overdue=False, provider=made.provider
    )


def report_desk_router() -> Router:
    """The router of what officers do about reports."""
    return Router(
        path="/v1",
        route_handlers=[aside, decide_aside, attacks, mark, lift, verdict, complaints, complaint_step],
        guards=[require_token],
        tags=["reports"],
    )
