"""Orders of authorities over HTTP: taken in, carried out, proven, confirmed, replied to."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from typing import Annotated, Any, Literal, cast

from litestar import Router, get, post
from litestar.params import FromPath, JSONBody, QueryParameter

from clearbell.consent.codes import new_code
from clearbell.desk.ordering import Incoming, do_carry_out, do_take_in, usual_proof
from clearbell.desk.proving import looker
from clearbell.desk.replying import do_reply
from clearbell.ledger import Act
from clearbell.sanctions.orders.model import Proof, ProofKind, State
from clearbell.sanctions.orders.queries import must_do_of, order_of, orders
from clearbell.sanctions.orders.service import (
    do_acknowledge,
    do_confirm,
    do_give_up,
    do_propose,
    do_prove,
    do_reopen,
)
from clearbell.vault import Kept
from clearbell.web.doors import require_token
from clearbell.web.feeds import ServedGate
from clearbell.web.order_bodies import (
    CarriedOutView,
    ConfirmBody,
    OfficerWordsBody,
    OrderBody,
    OrderView,
    ProposeBody,
    ProveBody,
    ReplyBody,
    ReplyView,
    order_view,
    to_asked,
)
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError, to_time

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=1_000, description="How many at most.")]
InState = Annotated[State | None, QueryParameter(name="state", description="Only those in this state.")]
Everything = Annotated[bool, QueryParameter(name="everything", description="Ended ones too.")]
Overdue = Annotated[bool, QueryParameter(name="overdue", description="Only those of which a due time has passed.")]


def _keep(gate: Any, text: str, field: str) -> Kept:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadFieldError(field, "应为 base64", "it should be base64") from None
    kept: Kept = gate.vault.put(content, int(gate.pack.deadlines["document_bytes"].value or 0))
    return kept


def _done(gate: Any, order: str, do: Callable[[Act], object]) -> OrderView:
    with gate.store.act("api") as act:
        do(act)
        return order_view(act.conn, order, act.at)


@get("/orders", sync_to_thread=True, responses=REFUSALS, summary="List the orders to be dealt with")
def list_(
    gate: ServedGate,
    in_state: InState = None,
    everything: Everything = False,
    overdue: Overdue = False,
    limit: Limit = 100,
) -> list[OrderView]:
    """The soonest due first."""
    now = gate.now()
    with gate.store.read() as conn:
        rows = orders(conn, state=in_state, everything=everything, overdue_at=now if overdue else 0, limit=limit)
        return [order_view(conn, row.order, now) for row in rows]


@post("/orders", sync_to_thread=True, responses=REFUSALS, summary="Put an order on file")
def receive(data: JSONBody[OrderBody], gate: ServedGate) -> OrderView:
    """With what must be done, each with its due time: its own, the order's, or the pack's."""
    asks = tuple(to_asked(one, place, gate.pack) for place, one in enumerate(data.must_do))
    kept = _keep(gate, data.document, "document") if data.document else None
    came = Incoming(
        data.order,
        data.authority,
        data.reference,
        data.text,
        asks,
        data.issuer,
        to_time(data.received, 0),
        to_time(data.due, 0),
        kept,
    )
    return _done(gate, data.order, lambda act: do_take_in(act, came, gate.pack, officer=data.officer))


@get("/orders/{order:str}", sync_to_thread=True, responses=REFUSALS, summary="Show an order")
def show(order: FromPath[str], gate: ServedGate) -> OrderView:
    """What must be done by when, what was done, and with which proof."""
    with gate.store.read() as conn:
        return order_view(conn, order, gate.now())


def _route(path: str, summary: str) -> post:
    return post(
        f"/orders/{{order:str}}/{path}", status_code=200, sync_to_thread=True, responses=REFUSALS, summary=summary
    )


@_route("acknowledge", "Acknowledge an order")
def acknowledge(order: FromPath[str], data: JSONBody[OfficerWordsBody], gate: ServedGate) -> OrderView:
    """Say that it was read and is being dealt with."""
    return _done(gate, order, lambda act: do_acknowledge(act, order, officer=data.officer))


@_route("propose", "Propose how an order ends")
def propose(order: FromPath[str], data: JSONBody[ProposeBody], gate: ServedGate) -> OrderView:
    """Done needs a proof of each must-do that holds now; all else needs words."""
    look = looker(gate.pack, gate.vault)
    return _done(gate, order, lambda act: do_propose(act, order, data.outcome, data.words, look, officer=data.officer))


@_route("confirm", "Second officer: end an order, or send it back to work")
def confirm(order: FromPath[str], data: JSONBody[ConfirmBody], gate: ServedGate) -> OrderView:
    """Another officer than who dealt with any of it."""
    look = looker(gate.pack, gate.vault)
    return _done(
        gate, order, lambda act: do_confirm(act, order, data.words, look, agrees=data.agrees, officer=data.officer)
    )


@_route("must-do/{place:int}/do", "Carry out a must-do")
def do(
    order: FromPath[str], place: FromPath[int], data: JSONBody[OfficerWordsBody], gate: ServedGate
) -> CarriedOutView:
    """A shut-off, a lift, a case, the release of a resource; people do the rest."""
    look = looker(gate.pack, gate.vault)
    with gate.store.act("api") as act:
        made = do_carry_out(
            act,
            f"{order}/{place}",
            gate.pack,
            gate.desk.due,
            look,
            new_case=new_code(os.urandom),
            officer=data.officer,
        )
        return CarriedOutView(made.reference, made.proven, order_view(act.conn, order, act.at))


@_route("must-do/{place:int}/prove", "Prove a must-do")
def prove(order: FromPath[str], place: FromPath[int], data: JSONBody[ProveBody], gate: ServedGate) -> OrderView:
    """The proof is looked at; it holds, or the must-do stays open."""
    name = f"{order}/{place}"
    look = looker(gate.pack, gate.vault)
    with gate.store.read() as conn:
        must_do_of(conn, name)
    digest = _keep(gate, data.file, "file").digest if data.file else ""

    def with_proof(act: Act) -> None:
        if data.kind is None and not digest:
            proof = usual_proof(must_do_of(act.conn, name))
        else:
            proof = Proof(data.kind or ProofKind.FILE, digest or data.reference, data.words)
        do_prove(act, name, proof, look, officer=data.officer)

    return _done(gate, order, with_proof)


@_route("must-do/{place:int}/cannot", "Say why a must-do cannot be done")
def cannot(order: FromPath[str], place: FromPath[int], data: JSONBody[OfficerWordsBody], gate: ServedGate) -> OrderView:
    """The order can then only be returned."""
    return _done(gate, order, lambda act: do_give_up(act, f"{order}/{place}", data.words, officer=data.officer))


@_route("must-do/{place:int}/reopen", "Take a must-do up again")
def reopen(order: FromPath[str], place: FromPath[int], data: JSONBody[OfficerWordsBody], gate: ServedGate) -> OrderView:
    """Its proof no longer counts."""
    return _done(gate, order, lambda act: do_reopen(act, f"{order}/{place}", data.words, officer=data.officer))


@_route("reply", "Write the reply to the authority")
def reply(order: FromPath[str], data: JSONBody[ReplyBody], gate: ServedGate) -> ReplyView:
    """A text and a JSON with digests and ledger positions; it shows the numbers that the authority named."""
    look = looker(gate.pack, gate.vault)
    with gate.store.act("api") as act:
        order_of(act.conn, order)
        language = cast('Literal["zh", "en"]', data.language)
        made = do_reply(act, order, gate.pack, look, language, officer=data.officer)
    return ReplyView(made.text, made.json.decode(), made.digest)


def orders_router() -> Router:
    """The router of orders."""
    return Router(
        path="/v1",
        route_handlers=[list_, receive, show, acknowledge, propose, confirm, do, prove, cannot, reopen, reply],
        guards=[require_token],
        tags=["orders"],
    )
