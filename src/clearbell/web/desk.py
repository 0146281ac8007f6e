"""The API of the source side: applications, contracts, admission, scorecards."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

import msgspec
from litestar import Request, Router, get, post
from litestar.datastructures import State
from litestar.params import FromPath, JSONBody, QueryParameter

from clearbell.desk.admission import Answer, Question
from clearbell.desk.admission import do_ask as do_ask_admission
from clearbell.desk.contracts import end_contract, reinstate_contract
from clearbell.desk.league.keeping import OFFERED, reckoned
from clearbell.desk.scorecards import last_days
from clearbell.ledger import Act
from clearbell.registry.applications.checks import Problem
from clearbell.registry.applications.forms import FORMS, Form
from clearbell.registry.applications.model import LineClass
from clearbell.registry.applications.queries import documents_of, queue
from clearbell.registry.applications.service import (
    application_row,
    do_approve,
    do_attach,
    do_edit,
    do_file,
    do_refuse,
    do_review,
    do_withdraw,
)
from clearbell.registry.contracts.service import contract_row, do_accept, do_offer, do_withdraw_offer
from clearbell.web.desk_bodies import (
    AcceptBody,
    ApplicationBody,
    AttachBody,
    CardBody,
    CardsBody,
    ContractBody,
    EditBody,
    FileBody,
    OfferBody,
    OfficerBody,
    ProblemsBody,
    QueueBody,
)
from clearbell.web.doors import principal, require_token
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError
from clearbell.web.statements import ServedGate


def _act_as(gate: Any, officer: str) -> Any:
    return gate.store.act(f"api/{officer}")


def _standing(act: Act, name: str, problems: list[Problem]) -> ProblemsBody:
    return ProblemsBody(application_row(act.conn, name).state, problems)


@get("/forms/{line_class:str}", sync_to_thread=False, responses=REFUSALS, summary="Show the form of a class")
def form(line_class: FromPath[str]) -> Form:
    """Fields and documents that a class (trunk, 95, 96, 400, 1010) asks for."""
    try:
        return FORMS[LineClass(line_class)]
    except ValueError:
        known = ", ".join(one.value for one in LineClass)
        raise BadFieldError("line_class", f"应为 {known} 之一", f"it should be one of {known}") from None


@post("/applications", sync_to_thread=True, responses=REFUSALS, summary="File an application")
def file(data: JSONBody[FileBody], gate: ServedGate, request: Request[Any, Any, State]) -> ProblemsBody:
    """File an application; the answer says everything that holds it up."""
    tenant = principal(request).tenant
    with _act_as(gate, data.officer) as act:
        found = do_file(act, gate.desk, data.application, data.line_class, data.fields, party=tenant)
        return _standing(act, data.application, found)


@get("/applications", sync_to_thread=True, responses=REFUSALS, summary="List applications that wait for a reviewer")
def waiting(gate: ServedGate) -> QueueBody:
    """The review queue."""
    with gate.store.read() as conn:
        return QueueBody([row.application for row in queue(conn)])


@get("/applications/{application:str}", sync_to_thread=True, responses=REFUSALS, summary="Show an application")
def show(application: FromPath[str], gate: ServedGate) -> ApplicationBody:
    """An application as it stands; identity numbers are digests."""
    with gate.store.read() as conn:
        row = application_row(conn, application)
        papers = [paper.kind for paper in documents_of(conn, application)]
    return ApplicationBody(
        row.application,
        row.line_class,
        row.state,
        msgspec.json.decode(row.fields, type=dict[str, str]),
        msgspec.json.decode(row.problems, type=list[Problem]),
        papers,
        row.reason,
        row.filed_by,
        row.reviewed_by,
        row.decided_by,
        row.valid_until,
        row.recheck_at,
    )


@post(
    "/applications/{application:str}/fields",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Change fields",
)
def edit(application: FromPath[str], data: JSONBody[EditBody], gate: ServedGate) -> ProblemsBody:
    """Change fields of an application that waits, is held or was refused."""
    with _act_as(gate, data.officer) as act:
        return _standing(act, application, do_edit(act, gate.desk, application, data.fields))


@post(
    "/applications/{application:str}/documents",
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Attach a document",
)
def attach(application: FromPath[str], data: JSONBody[AttachBody], gate: ServedGate) -> ProblemsBody:
    """Attach a document, known by its content; it is kept encrypted."""
    try:
        content = base64.b64decode(data.content, validate=True)
    except (binascii.Error, ValueError):
        raise BadFieldError("content", "应为 base64", "it should be base64") from None
    with gate.store.read() as conn:
        application_row(conn, application)
    kept = gate.vault.put(content, int(gate.pack.deadlines["document_bytes"].value or 0))
    with _act_as(gate, data.officer) as act:
        return _standing(act, application, do_attach(act, gate.desk, application, data.kind, kept))


@post(
    "/applications/{application:str}/{step:str}",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Review, approve, refuse or withdraw",
)
def decide(
    application: FromPath[str], step: FromPath[str], data: JSONBody[OfficerBody], gate: ServedGate
) -> ProblemsBody:
    """Take a step: ``review``, ``approve`` (another officer), ``refuse`` (with a reason) or ``withdraw``.

    Where a name is on the shared blacklist, ``review`` and ``approve`` need what the officer found (``looked``).
    """
    with _act_as(gate, data.officer) as act:
        if step == "review":
            do_review(act, application, data.looked)
        elif step == "approve":
            do_approve(act, gate.desk, application, data.looked)
        elif step == "refuse":
            do_refuse(act, application, data.reason)
        elif step == "withdraw":
            do_withdraw(act, application)
        else:
            raise BadFieldError(
                "step",
                "应为 review、approve、refuse 或 withdraw",
                "it should be review, approve, refuse or withdraw",
            )
        return _standing(act, application, [])


@post("/contracts", sync_to_thread=True, responses=REFUSALS, summary="Put a contract before a holder")
def offer(data: JSONBody[OfferBody], gate: ServedGate) -> ContractBody:
    """Offer a contract; what is signed is exactly the text that is returned."""
    with gate.store.act("api") as act:
        do_offer(act, data.contract, data.holder, data.terms, kind=data.template)
        return _contract(act.conn, data.contract)


@get("/contracts/{contract:str}", sync_to_thread=True, responses=REFUSALS, summary="Show a contract")
def contract_now(contract: FromPath[str], gate: ServedGate) -> ContractBody:
    """A contract as it stands, with its whole text."""
    with gate.store.read() as conn:
        return _contract(conn, contract)


@post("/contracts/{contract:str}/accept", status_code=200, sync_to_thread=True, responses=REFUSALS, summary="Sign it")
def accept(contract: FromPath[str], data: JSONBody[AcceptBody], gate: ServedGate) -> ContractBody:
    """Record that the holder signed the text with this digest."""
    with gate.store.act("api") as act:
        do_accept(act, contract, data.signer, data.digest)
        return _contract(act.conn, contract)


@post(
    "/contracts/{contract:str}/{step:str}",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="End, reinstate or withdraw",
)
def contract_step(
    contract: FromPath[str], step: FromPath[str], data: JSONBody[OfficerBody], gate: ServedGate
) -> ContractBody:
    """``end`` bars every number of the holder at once, ``reinstate`` lifts just that; ``withdraw`` takes an offer back."""
    with _act_as(gate, data.officer) as act:
        if step == "end":
            end_contract(act, contract, data.reason)
        elif step == "reinstate":
            reinstate_contract(act, contract, data.reason)
        elif step == "withdraw":
            do_withdraw_offer(act, contract)
        else:
            raise BadFieldError("step", "应为 end、reinstate 或 withdraw", "it should be end, reinstate or withdraw")
        return _contract(act.conn, contract)


@post("/admission", status_code=200, sync_to_thread=True, responses=REFUSALS, summary="Ask who may get a line")
def admission(data: JSONBody[Question], gate: ServedGate) -> Answer:
    """May this person or organisation get this SIM, line or number? Every limit comes with its reason and remedy."""
    with gate.store.act("api") as act:
        return do_ask_admission(act, data, gate.pack, gate.desk.identities)


@get("/scorecards", sync_to_thread=True, responses=REFUSALS, summary="Score providers' trunks")
def cards(
    gate: ServedGate,
    days: Annotated[int, QueryParameter(name="days", ge=1, le=31, description="1, 7, 14 or 31, today among them.")] = 7,
) -> CardsBody:
    """How the access that each provider gave is used: unwanted share, complaints, time to act, repeat offenders.

    They are reckoned beside the answers, every few seconds; `as_of` says when. A node that has just been set up has none
    for some seconds, and `as_of` is 0.
    """
    if days not in OFFERED:
        offered = ", ".join(map(str, OFFERED))
        raise BadFieldError("days", f"天数应为 {offered} 之一", f"it should be one of {offered}")
    with gate.store.read() as conn:
        found = reckoned(conn, last_days(gate.now(), days, gate.pack.utc_offset_minutes))
    return CardsBody(
        [
            CardBody(
                card.provider,
                card.name,
                card.trunk,
                card.resources,
                card.attempts,
                card.unwanted_share,
                card.complaints,
                card.complaints_per_10000,
                card.hours_to_act,
                list(card.repeat_offenders),
                card.unacknowledged,
            )
            for card in (found.cards if found else ())
        ],
        found.at if found else 0,
    )


def _contract(conn: Any, name: str) -> ContractBody:
    row = contract_row(conn, name)
    return ContractBody(
        row.contract, row.holder, row.template, row.state, row.text, row.digest, row.accepted, row.ended
    )


def desk_router() -> Router:
    """The router of ``/v1`` for the source side."""
    return Router(
        path="/v1",
        route_handlers=[
            form,
            file,
            waiting,
            show,
            edit,
            attach,
            decide,
            offer,
            contract_now,
            accept,
            contract_step,
            admission,
            cards,
        ],
        guards=[require_token],
        tags=["source"],
    )
