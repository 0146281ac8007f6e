"""Orders of authorities: the queue, taking one in, and one order on one page with what must be done and its proof."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath
from litestar.response import Redirect
from sqlalchemy import Row

from clearbell.access.model import Permission, Principal
from clearbell.cases.errors import CaseError
from clearbell.consent.codes import new_code
from clearbell.desk.ordering import Asked as AskedMustDo
from clearbell.desk.ordering import Incoming, do_carry_out, do_take_in, usual_proof
from clearbell.desk.proving import looker
from clearbell.desk.replying import do_reply
from clearbell.ledger import Act
from clearbell.lifecycles import IllegalStepError
from clearbell.numbering import to_key
from clearbell.registry.errors import RegistryError
from clearbell.sanctions.orders.errors import OrderError, UnknownOrderError
from clearbell.sanctions.orders.model import OPEN, Bears, MustDoState, Outcome, Proof, ProofKind, State
from clearbell.sanctions.orders.model import Kind as AskKind
from clearbell.sanctions.orders.queries import BY_DUE, entries_of, must_do_of, must_dos_of, order_of, orders_listed
from clearbell.sanctions.orders.service import (
    do_acknowledge,
    do_confirm,
    do_give_up,
    do_propose,
    do_prove,
    do_reopen,
)
from clearbell.sanctions.orders.wording import (
    BEARS_WORDS,
    MUST_DO_STATES,
    OUTCOMES,
    PROOF_WORDS,
    STATES,
    bears_words,
    issuer_words,
)
from clearbell.sanctions.service import SanctionError
from clearbell.vault import VaultError
from clearbell.web.doors import need_session, principal
from clearbell.web.feeds import ServedGate
from clearbell.web.gate import Gate
from clearbell.web.officers.listing import Cell, Filter, Head, Kind, Table, show_listing, wanted
from clearbell.web.officers.order_texts import ORDERS
from clearbell.web.officers.page import Asked, Language, Sent, Shown, doors_of, field, in_words, language_of, show
from clearbell.web.revocation import shown_time

P = Permission
_LINES = 5
_REFUSED = (OrderError, CaseError, SanctionError, RegistryError, IllegalStepError, VaultError)
SentWithFile = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


def _line(row: Row[Any], gate: Gate, language: Language) -> dict[str, Any]:
    state = State(row.state)
    return {
        "order": row.order,
        "authority": issuer_words(row, gate.pack, language),
        "reference": row.reference,
        "received": shown_time(row.received or row.at, gate),
        "due": shown_time(row.due, gate),
        "late": state in OPEN and 0 < row.due < gate.now(),
        "state": STATES[state][language],
    }


def _table(language: Language) -> Table:
    return Table(
        "orders",
        (
            Head("order"),
            Head("authority"),
            Head("reference"),
            Head("received"),
            Head("due", order="due"),
            Head("state"),
        ),
        {"due": BY_DUE},
        (
            Filter("state", Kind.CHOICE, tuple((one.value, STATES[one][language]) for one in State)),
            Filter("number", Kind.NUMBER),
            Filter("everything", Kind.FLAG),
            Filter("overdue", Kind.FLAG),
        ),
        path="/desk/orders",
    )


def _queue(request: Asked, gate: Gate, status: int = 200, **fields: Any) -> Response[Any]:
    language, who = language_of(request), principal(request)
    table = _table(language)
    wish = wanted(request, gate, table)
    values = wish.values
    rows: list[Row[Any]] = []
    if not wish.fault:
        with gate.store.read() as conn:
            rows = list(
                orders_listed(
                    conn,
                    wish.order,
                    wish.limit,
                    wish.after,
                    state=State(values["state"]) if "state" in values else None,
                    number=values.get("number", 0),
                    everything=bool(values.get("everything")),
                    overdue_at=gate.now() if values.get("overdue") else 0,
                )
            )
        if number := values.get("number", 0):
            doors_of(request).note(who, "/desk/orders", f"+{number}")

    def cells(row: Row[Any], language: Language) -> list[Cell]:
        line = _line(row, gate, language)
        return [
            Cell(row.order, f"/desk/orders/{row.order}"),
            Cell(line["authority"]),
            Cell(line["reference"]),
            Cell(line["received"]),
            Cell(line["due"], note=ORDERS[language]["late"] if line["late"] else ""),
            Cell(line["state"]),
        ]

    rules = gate.pack.orders
    return show_listing(
        request,
        table,
        wish,
        rows,
        cells,
        template="orders.html",
        status=status,
        o=ORDERS[language],
        may_give=who.may(P.ORDERS_GIVE),
        authorities=[(name, getattr(one, language)) for name, one in rules.authorities.items()],
        kinds=[
            (kind.value, getattr(rules.kinds[kind.value], language)) for kind in AskKind if kind.value in rules.kinds
        ],
        bears=[(one.value, BEARS_WORDS[one][language] or "–") for one in Bears],
        spots=range(1, _LINES + 1),
        **{"values": {}, **fields},
    )


@get("/desk/orders", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def orders_queue(request: Asked, gate: ServedGate) -> Response[Any]:
    """The soonest due first."""
    return _queue(request, gate)


def _asks(data: dict[str, Any], gate: Gate, language: Language) -> tuple[AskedMustDo, ...] | str:
    """What the form's lines ask for, or what is wrong with them."""
    words = ORDERS[language]
    asks = []
    for place in range(1, _LINES + 1):
        subject = field(data, f"subject-{place}", 500)
        kind, bears = field(data, f"kind-{place}", 40), field(data, f"bears-{place}", 40)
        if not kind:
            continue
        on = Bears(bears) if bears in {one.value for one in Bears} else Bears.NOTHING
        number = to_key(subject, gate.pack.home) if on is Bears.NUMBER else 0
        if on is Bears.NUMBER and not number:
            return f"{words['one'].format(place=place)}: {subject} {words['bad_number']}"
        name = "" if on in (Bears.NUMBER, Bears.NOTHING) else subject
        asks.append(AskedMustDo(AskKind(kind), on, number, name, detail=field(data, f"detail-{place}")))
    return tuple(asks) or words["need_one"]


@post("/desk/new-order", status_code=200, sync_to_thread=True, guards=[need_session], include_in_schema=False)
def take_in(data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Put an order on file."""
    language = language_of(request)
    try:
        asks = _asks(data, gate, language)
    except ValueError:
        raise NotFoundException from None
    if isinstance(asks, str):
        return _queue(request, gate, 422, fault=asks, values=data)
    order = new_code(os.urandom)
    came = Incoming(order, field(data, "authority", 40), field(data, "reference"), field(data, "text"), asks)
    try:
        with gate.store.act(principal(request).name) as act:
            do_take_in(act, came, gate.pack, officer=principal(request).name)
    except _REFUSED as error:
        return _queue(request, gate, 422, fault=in_words(error, language), values=data)
    return Redirect(f"/desk/orders/{order}", status_code=303)


def _must_do(row: Row[Any], gate: Gate, language: Language, *, open_: bool) -> dict[str, Any]:
    state = MustDoState(row.state)
    kind = gate.pack.orders.kinds.get(row.kind)
    rung = gate.pack.rungs.get(row.rung)
    return {
        "place": row.place,
        "what": (getattr(kind, language) if kind is not None else row.kind)
        + (f" · {getattr(rung, language)}" if rung is not None else ""),
        "on": bears_words(row, language, masked=False),
        "detail": row.detail,
        "due": shown_time(row.due, gate),
        "late": open_ and state is MustDoState.OPEN and row.due < gate.now(),
        "state": MUST_DO_STATES[state][language],
        "open": open_ and state is MustDoState.OPEN,
        "proof": PROOF_WORDS[ProofKind(row.proof_kind)][language] if row.proof_kind else "",
        "saw": row.saw,
        "words": row.words,
        "officer": row.officer,
        "begun": row.begun,
    }


def steps_for(who: Principal, state: State, row: Row[Any]) -> list[str]:
    """The forms that a page offers: what the state allows and the role is granted."""
    if not who.may(P.ORDERS_WORK):
        return []
    if state is State.RECEIVED:
        return ["acknowledge"]
    if state in (State.ACKNOWLEDGED, State.IN_WORK):
        return ["work", "propose"]
    if state is State.PROPOSED:
        return ["second_own" if row.proposer == who.name else "second"]
    return ["reply"]


def _page(
    request: Asked, gate: Gate, order: str, status: int = 200, fault: str = "", reply: Any = None
) -> Response[str]:
    language = language_of(request)
    words = ORDERS[language]
    with gate.store.read() as conn:
        row = order_of(conn, order)
        must_dos = must_dos_of(conn, order)
        entries = entries_of(conn, order)
    state = State(row.state)
    outcome = OUTCOMES[Outcome(row.outcome)][language] if row.outcome else ""
    return show(
        request,
        "order.html",
        status,
        o=words,
        fault=fault,
        row=_line(row, gate, language),
        text=row.text,
        acknowledge_by=shown_time(row.acknowledge_by, gate),
        outcome=outcome,
        confirmed_by=row.confirmed_by,
        second=words["second_words"].format(who=row.proposer, outcome=outcome, words=row.words),
        must_dos=[_must_do(one, gate, language, open_=state in OPEN) for one in must_dos],
        steps=steps_for(principal(request), state, row),
        outcomes=[(one.value, OUTCOMES[one][language]) for one in Outcome],
        entries=[(one.seq, shown_time(one.at, gate), one.kind, one.place, one.hash.hex()[:16]) for one in entries],
        reply=reply,
    )


@get("/desk/orders/{order:str}", sync_to_thread=True, guards=[need_session], include_in_schema=False)
def order_page(order: FromPath[str], request: Asked, gate: ServedGate) -> Response[str]:
    """The order as it stands."""
    try:
        return _page(request, gate, order)
    except UnknownOrderError:
        raise NotFoundException from None


def _do(request: Asked, gate: Gate, order: str, do: Callable[[Act, str], object]) -> Shown:
    who = principal(request).name
    try:
        with gate.store.act(who) as act:
            do(act, who)
    except UnknownOrderError:
        raise NotFoundException from None
    except _REFUSED as error:
        return _page(request, gate, order, 422, in_words(error, language_of(request)))
    return Redirect(f"/desk/orders/{order}", status_code=303)


def _route(step: str) -> post:
    return post(
        f"/desk/orders/{{order:str}}/{step}",
        status_code=200,
        sync_to_thread=True,
        guards=[need_session],
        include_in_schema=False,
    )


@_route("acknowledge")
def acknowledge(order: FromPath[str], request: Asked, gate: ServedGate) -> Shown:
    """It was read and is being dealt with."""
    return _do(request, gate, order, lambda act, who: do_acknowledge(act, order, officer=who))


@_route("must-do/{place:int}/do")
def do_it(order: FromPath[str], place: FromPath[int], request: Asked, gate: ServedGate) -> Shown:
    """Carry a must-do out."""
    look, case = looker(gate.pack, gate.vault), new_code(os.urandom)
    name = f"{order}/{place}"
    return _do(
        request,
        gate,
        order,
        lambda act, who: do_carry_out(act, name, gate.pack, gate.desk.due, look, new_case=case, officer=who),
    )


@_route("must-do/{place:int}/prove")
def prove(order: FromPath[str], place: FromPath[int], data: SentWithFile, request: Asked, gate: ServedGate) -> Shown:
    """Look at what was begun for a must-do, or at a file that proves it."""
    look = looker(gate.pack, gate.vault)
    name = f"{order}/{place}"
    sent = data.get("file")
    content = sent.file.read() if isinstance(sent, UploadFile) and sent.filename else b""

    def do(act: Act, who: str) -> None:
        row = must_do_of(act.conn, name)
        proof = usual_proof(row)
        if content:
            kept = gate.vault.put(content, int(gate.pack.deadlines["document_bytes"].value or 0))
            proof = Proof(ProofKind.FILE, kept.digest, field(data, "words"))
        do_prove(act, name, proof, look, officer=who)

    return _do(request, gate, order, do)


@_route("must-do/{place:int}/cannot")
def cannot(order: FromPath[str], place: FromPath[int], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Say why a must-do cannot be done."""
    name, words = f"{order}/{place}", field(data, "words")
    return _do(request, gate, order, lambda act, who: do_give_up(act, name, words, officer=who))


@_route("must-do/{place:int}/reopen")
def reopen(order: FromPath[str], place: FromPath[int], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Take a must-do up again."""
    name, words = f"{order}/{place}", field(data, "words")
    return _do(request, gate, order, lambda act, who: do_reopen(act, name, words, officer=who))


@_route("propose")
def propose(order: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """Propose how it ends."""
    try:
        outcome = Outcome(field(data, "outcome", 40))
    except ValueError:
        return _page(request, gate, order, 422, ORDERS[language_of(request)]["outcome"])
    words, look = field(data, "words"), looker(gate.pack, gate.vault)
    return _do(request, gate, order, lambda act, who: do_propose(act, order, outcome, words, look, officer=who))


@_route("confirm")
def confirm(order: FromPath[str], data: Sent, request: Asked, gate: ServedGate) -> Shown:
    """The second officer's word."""
    words, agrees = field(data, "words"), field(data, "agrees", 4) == "yes"
    look = looker(gate.pack, gate.vault)
    return _do(request, gate, order, lambda act, who: do_confirm(act, order, words, look, agrees=agrees, officer=who))


@_route("reply")
def reply(order: FromPath[str], request: Asked, gate: ServedGate) -> Shown:
    """Write the reply to the authority; it shows the numbers that it named."""
    who, look = principal(request).name, looker(gate.pack, gate.vault)
    try:
        with gate.store.act(who) as act:
            order_of(act.conn, order)
            made = do_reply(act, order, gate.pack, look, language_of(request), officer=who)
    except UnknownOrderError:
        raise NotFoundException from None
    except _REFUSED as error:
        return _page(request, gate, order, 422, in_words(error, language_of(request)))
    return _page(request, gate, order, reply=(made.text, made.digest))


def orders_handlers() -> list[HTTPRouteHandler]:
    """The handlers of orders."""
    return [
        orders_queue,
        take_in,
        order_page,
        acknowledge,
        do_it,
        prove,
        cannot,
        reopen,
        propose,
        confirm,
        reply,
    ]
