"""Cases over HTTP: the queue, a case's story, and what officers do with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from clearbell.cases.evidence import Evidence, Order
from clearbell.cases.merging import do_merge, do_part
from clearbell.cases.model import Opened, Source, State, Unit, UnitKind, number_unit
from clearbell.cases.queries import case_of, queue, story
from clearbell.cases.service import (
    do_add_evidence,
    do_appeal,
    do_assign,
    do_close,
    do_note,
    do_open,
    do_reopen,
    do_snooze,
    do_verify,
)
from clearbell.consent.codes import new_code
from clearbell.desk.ladder import do_announce_sanction
from clearbell.desk.verdicts import Found, do_confirm, do_find, do_settle_appeal
from clearbell.ledger import Act
from clearbell.numbering import mask
from clearbell.web.case_bodies import (
    AssignBody,
    CaseView,
    EvidenceBody,
    FindBody,
    FoundView,
    MergeBody,
    OpenBody,
    SanctionBody,
    SanctionedView,
    SecondBody,
    SnoozeBody,
    StoryView,
    UpholdBody,
    WordsBody,
    case_view,
    line_view,
)
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.refusals import REFUSALS
from clearbell.web.sanction_bodies import to_asked
from clearbell.web.schemas import BadFieldError, to_number, to_time

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="How many at most.")]
InState = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]
Assignee = Annotated[
    str,
    QueryParameter(
        name="assignee", max_length=256, pattern=r"^[^\x00-\x1f]*$", description="Only those of this officer."
    ),
]
Snoozed = Annotated[bool, QueryParameter(name="snoozed", description="Those put off too.")]
Overdue = Annotated[bool, QueryParameter(name="overdue", description="Only those whose deadline has passed.")]


def _view(gate: ServedGate, case: str) -> CaseView:
    with gate.store.read() as conn:
        return case_view(case_of(conn, case), gate.pack, gate.now())


def _done(gate: ServedGate, case: str, do: Callable[[Act], object]) -> CaseView:
    with gate.store.act("api") as act:
        do(act)
        return case_view(case_of(act.conn, case), gate.pack, act.at)


def _found(gate: ServedGate, case: str, do: Callable[[Act], Found]) -> FoundView:
    with gate.store.act("api") as act:
        found = do(act)
        view = case_view(case_of(act.conn, case), gate.pack, act.at)
    return FoundView(view, found.taught, [mask(one) for one in found.wrong], list(found.lifted))


def _unit(gate: ServedGate, number: str | int, holder: str, campaign: str) -> Unit:
    named = [one for one in (number, holder, campaign) if one]
    if len(named) != 1:
        raise BadFieldError(
            "number",
            "须且仅须写明号码、使用主体、活动之一",
            "name exactly one of number, holder and campaign",
        )
    if number:
        return number_unit(to_number(number, "number", gate.pack.home, blank_allowed=False))
    return Unit(UnitKind.HOLDER, holder) if holder else Unit(UnitKind.CAMPAIGN, campaign)


@get("/cases", sync_to_thread=True, responses=REFUSALS, summary="List the cases to be dealt with")
def cases(
    gate: ServedGate,
    in_state: InState = None,
    assignee: Assignee = "",
    snoozed: Snoozed = False,
    overdue: Overdue = False,
    limit: Limit = 100,
) -> list[CaseView]:
    """The most urgent first, then the soonest due; those put off come when their time or their deadline has."""
    now = gate.now()
    with gate.store.read() as conn:
        rows = queue(conn, now, limit, state=in_state, assignee=assignee, snoozed=snoozed, overdue=overdue)
    return [case_view(row, gate.pack, now) for row in rows]


@post("/cases", sync_to_thread=True, responses=REFUSALS, summary="Open a case")
def open_(data: JSONBody[OpenBody], gate: ServedGate) -> CaseView:
    """Open a case, or join the one about the same that is open."""
    unit = _unit(gate, data.number, data.holder, data.campaign)
    source = Source.ORDER if data.order else Source.OFFICER
    with gate.store.act("api") as act:
        evidence = (Evidence(Order(data.order), act.at, data.officer or act.actor, data.order),) if data.order else ()
        placed = do_open(
            act,
            new_code(os.urandom),
            Opened(source, unit, evidence, data.words),
            gate.pack.cases,
            gate.desk.due,
            officer=data.officer,
        )
    return _view(gate, placed.case)


@get("/cases/{case:str}", sync_to_thread=True, responses=REFUSALS, summary="Show a case and its story")
def show(case: FromPath[str], gate: ServedGate) -> StoryView:
    """What opened it, what was seen and what was done, in the order of time and in both languages."""
    with gate.store.read() as conn:
        row = case_of(conn, case)
        lines = story(conn, case)
    return StoryView(case_view(row, gate.pack, gate.now()), [line_view(line, gate.pack) for line in lines])


def _route(path: str, summary: str) -> post:
    return post(
        f"/cases/{{case:str}}/{path}", status_code=200, sync_to_thread=True, responses=REFUSALS, summary=summary
    )


@_route("assign", "Give a case to an officer")
def assign(case: FromPath[str], data: JSONBody[AssignBody], gate: ServedGate) -> CaseView:
    """Empty: to nobody."""
    return _done(gate, case, lambda act: do_assign(act, case, data.assignee, officer=data.officer))


@_route("snooze", "Put a case off")
def snooze(case: FromPath[str], data: JSONBody[SnoozeBody], gate: ServedGate) -> CaseView:
    """Its deadline stays; a further reason brings it back."""
    until = to_time(data.until, 0)
    rules = gate.pack.cases
    return _done(gate, case, lambda act: do_snooze(act, case, until, data.words, rules, officer=data.officer))


@_route("verify", "Begin to verify")
def verify(case: FromPath[str], data: JSONBody[WordsBody], gate: ServedGate) -> CaseView:
    """From now on the case is the officer's, when it is nobody's."""
    return _done(gate, case, lambda act: do_verify(act, case, gate.desk.due, officer=data.officer))


@_route("evidence", "Record what was found out")
def evidence(case: FromPath[str], data: JSONBody[EvidenceBody], gate: ServedGate) -> CaseView:
    """Call records summed up, a test call, a recording, the content, a finding."""
    at = to_time(data.at, gate.now())
    one = Evidence(data.what, at, data.source, data.reference)
    return _done(gate, case, lambda act: do_add_evidence(act, case, one, gate.pack.cases))


@_route("note", "Note something")
def note(case: FromPath[str], data: JSONBody[WordsBody], gate: ServedGate) -> CaseView:
    """An officer's words, as evidence."""
    return _done(gate, case, lambda act: do_note(act, case, data.words, gate.pack.cases, officer=data.officer))


@_route("verdict", "Say what verification found")
def verdict(case: FromPath[str], data: JSONBody[FindBody], gate: ServedGate) -> FoundView:
    """Where the pack asks for four eyes, the verdict waits for a second officer."""
    rules, due = gate.pack.cases, gate.desk.due
    return _found(
        gate, case, lambda act: do_find(act, case, data.verdict, data.words, rules, due, officer=data.officer)
    )


@_route("confirm", "Second officer: confirm or send back")
def confirm(case: FromPath[str], data: JSONBody[SecondBody], gate: ServedGate) -> FoundView:
    """Another officer than who proposed the verdict."""
    due = gate.desk.due
    return _found(
        gate, case, lambda act: do_confirm(act, case, data.words, due, agrees=data.agrees, officer=data.officer)
    )


@_route("sanction", "Sanction what was confirmed")
def sanction(case: FromPath[str], data: JSONBody[SanctionBody], gate: ServedGate) -> SanctionedView:
    """Never without a confirmed verdict, and not by who brought the case."""
    asked = to_asked(data, gate.pack)
    with gate.store.act("api") as act:
        fact = do_announce_sanction(act, case, asked, gate.pack, gate.desk.due, officer=data.officer)
        view = case_view(case_of(act.conn, case), gate.pack, act.at)
        return SanctionedView(
            view, fact.sanction, fact.rung, fact.proposed, fact.at_once, fact.start, fact.latest, fact.until
        )


@_route("appeal", "Take in an appeal")
def appeal(case: FromPath[str], data: JSONBody[WordsBody], gate: ServedGate) -> CaseView:
    """Against what was done."""
    return _done(gate, case, lambda act: do_appeal(act, case, data.words, gate.desk.due, officer=data.officer))


@_route("appeal-decision", "Decide an appeal")
def decide_appeal(case: FromPath[str], data: JSONBody[UpholdBody], gate: ServedGate) -> FoundView:
    """Upheld: every restriction of the case is lifted at once."""
    due = gate.desk.due
    return _found(
        gate, case, lambda act: do_settle_appeal(act, case, data.words, due, upheld=data.upheld, officer=data.officer)
    )


@_route("merge", "Merge into another case, or part again")
def merge(case: FromPath[str], data: JSONBody[MergeBody], gate: ServedGate) -> CaseView:
    """``into`` empty: the case goes on by itself, as it stood before."""
    rules = gate.pack.cases
    if data.into:
        return _done(gate, case, lambda act: do_merge(act, case, data.into, data.words, rules, officer=data.officer))
    return _done(gate, case, lambda act: do_part(act, case, data.words, rules, officer=data.officer))


@_route("reopen", "Verify again")
def reopen(case: FromPath[str], data: JSONBody[WordsBody], gate: ServedGate) -> CaseView:
    """Back to verification, with the reason."""
    return _done(gate, case, lambda act: do_reopen(act, case, data.words, gate.desk.due, officer=data.officer))


@_route("close", "End a case")
def close(case: FromPath[str], data: JSONBody[WordsBody], gate: ServedGate) -> CaseView:
    """After a verdict; those merged into it end with it."""
    return _done(gate, case, lambda act: do_close(act, case, data.words, gate.desk.due, officer=data.officer))


def cases_router() -> Router:
    """The router of cases."""
    return Router(
        path="/v1",
        route_handlers=[
            cases,
            open_,
            show,
            assign,
            snooze,
            verify,
            evidence,
            note,
            verdict,
            confirm,
            sanction,
            appeal,
            decide_appeal,
            merge,
            reopen,
            close,
        ],
        guards=[require_token],
        tags=["cases"],
    )
