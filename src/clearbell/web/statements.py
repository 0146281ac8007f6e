"""The API for what subscribers say: consents, asks and replies, receipts, refusals, lists, wishes; and scrubbing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import Any

from litestar import Request, Router, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody, SkipValidation

from clearbell.access.model import TENANTS
from clearbell.consent.asking import do_ask, do_reply
from clearbell.consent.codes import new_code
from clearbell.consent.evidence import do_keep
from clearbell.consent.granting import do_grant
from clearbell.consent.hours import ANY
from clearbell.consent.model import (
    ConsentAsked,
    ConsentGranted,
    ConsentWithdrawn,
    Listed,
    Refused,
    Wished,
)
from clearbell.consent.queries import consents_of, list_of, refusals_of, wish_of
from clearbell.consent.receipts import do_issue_receipt, do_revoke
from clearbell.consent.scrub import Question
from clearbell.consent.scrub import scrub as hold
from clearbell.consent.service import do_list, do_refuse, do_wish, do_withdraw
from clearbell.registry.queries import resource_of
from clearbell.sanctions.queries import holder_barred
from clearbell.web.doors import principal, require_token
from clearbell.web.gate import Gate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import BadFieldError, CountBody, to_number
from clearbell.web.schemas import to_time as read_time
from clearbell.web.statement_bodies import (
    AboutBody,
    AskBody,
    AskedBody,
    ConsentView,
    EvidenceBody,
    EvidenceView,
    GrantBody,
    GrantsBody,
    ListBody,
    ListView,
    MeantBody,
    ReceiptBody,
    RefusalBody,
    RefusalView,
    RefusedBody,
    ReplyBody,
    RevokeBody,
    RevokedBody,
    ScrubbedBody,
    ScrubbedLine,
    ScrubBody,
    SignedBody,
    SubscriberBody,
    WishBody,
    hours_bodies,
)

ACTOR = "api"
ServedGate = NamedDependency[SkipValidation[Gate]]


def _number(value: str | int, field: str, gate: Gate) -> int:
    return to_number(value, field, gate.pack.home, blank_allowed=False)


def _grant(body: GrantBody, gate: Gate) -> ConsentGranted:
    until = read_time(body.until, 0) if body.until else 0
    return ConsentGranted(
        body.holder,
        _number(body.callee, "callee", gate),
        body.purpose,
        until,
        body.channel,
        body.evidence,
        body.provenance,
        body.per_day,
    )


@post("/consents", sync_to_thread=True, responses=REFUSALS, summary="Record consents, all or none")
def grant(data: JSONBody[GrantsBody], gate: ServedGate) -> CountBody:
    """Record up to 10,000 consents. If any of them cannot be taken, none is."""
    grants = [_grant(body, gate) for body in data.consents]
    with gate.store.act(ACTOR) as act:
        do_grant(act, grants)
    return CountBody(len(grants))


@post("/consents/withdraw", status_code=200, sync_to_thread=True, responses=REFUSALS, summary="Take a consent back")
def withdraw(data: JSONBody[AboutBody], gate: ServedGate) -> CountBody:
    """Take back one or every purpose of a consent; returns how many ended."""
    fact = ConsentWithdrawn(data.holder, _number(data.callee, "callee", gate), data.purpose, data.channel)
    with gate.store.act(ACTOR) as act:
        return CountBody(do_withdraw(act, fact))


@post("/consents/asks", sync_to_thread=True, responses=REFUSALS, summary="Record that a subscriber is asked")
def ask(data: JSONBody[AskBody], gate: ServedGate) -> AskedBody:
    """Record an ask; refused where the subscriber refused the holder, or was asked before and did not agree."""
    rule = gate.pack.deadlines.get("consent_ask_again")
    code = new_code(os.urandom)
    callee = _number(data.callee, "callee", gate)
    until = read_time(data.until, 0) if data.until else 0
    fact = ConsentAsked(data.holder, callee, data.purpose, data.channel, data.per_day, until, code)
    with gate.store.act(ACTOR) as act:
        do_ask(act, fact, rule.value if rule is not None else None)
    return AskedBody(f"/a/{code}")


@post(
    "/consents/replies", status_code=200, sync_to_thread=True, responses=REFUSALS, summary="Take in a reply to an ask"
)
def reply(data: JSONBody[ReplyBody], gate: ServedGate) -> MeantBody:
    """Take in an SMS text or a pressed key. Only a clear yes is a consent; a no refuses the holder."""
    callee = _number(data.callee, "callee", gate)
    evidence = hashlib.sha256(data.text.encode("utf-8", "surrogatepass")).hexdigest()
    with gate.store.act(ACTOR) as act:
        return MeantBody(
            do_reply(act, data.holder, callee, data.purpose, data.text, channel=data.channel, evidence=evidence)
        )


@post("/consents/receipts", sync_to_thread=True, responses=REFUSALS, summary="Issue a signed receipt of a consent")
def receipt(data: JSONBody[ReceiptBody], gate: ServedGate) -> SignedBody:
    """Issue a receipt that the subscriber can check offline, and revoke the consent by."""
    callee = _number(data.callee, "callee", gate)
    with gate.store.act(ACTOR) as act:
        text = do_issue_receipt(
            act, data.holder, callee, data.purpose, gate.receipt_key, randomness=os.urandom, link=data.link
        )
    return SignedBody(text)


@post(
    "/consents/revoke",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Revoke a consent by a receipt's code",
)
def revoke(data: JSONBody[RevokeBody], gate: ServedGate) -> RevokedBody:
    """Revoke the consent that a receipt's code names, as an SMS gateway or a voice menu asks for it."""
    with gate.store.act(ACTOR) as act:
        return RevokedBody(do_revoke(act, data.code, data.channel))


@post("/refusals", sync_to_thread=True, responses=REFUSALS, summary="Record that a subscriber refuses a caller")
def refuse(data: JSONBody[RefusalBody], gate: ServedGate) -> RefusedBody:
    """The agent's refusal button: name the decision about the call, or callee and holder or number.

    A number whose holder is registered refuses the holder, on every number it has.
    """
    callee = _number(data.callee, "callee", gate) if data.callee is not None else 0
    caller = _number(data.caller, "caller", gate) if data.caller is not None else 0
    holder = data.holder
    if data.decision:
        found = gate.find(data.decision)
        if found is None:
            raise NotFoundException(detail="decision")
        callee, caller = callee or found.call.callee, caller or found.call.caller
    if not callee:
        raise BadFieldError("callee", "请写明被叫号码或判定编号", "name the callee or the decision")
    with gate.store.act(ACTOR) as act:
        if caller and not holder:
            resource = resource_of(act.conn, caller)
            holder = resource.holder if resource is not None else ""
        do_refuse(act, Refused(callee, holder, 0 if holder else caller, data.channel))
    return RefusedBody(holder, not holder)


@post("/evidence", sync_to_thread=True, responses=REFUSALS, summary="Keep a recording or what proves a consent")
def evidence(data: JSONBody[EvidenceBody], gate: ServedGate) -> EvidenceView:
    """Keep a document encrypted for the pack's time; its digest goes into the consent it proves."""
    try:
        content = base64.b64decode(data.content, validate=True)
    except (binascii.Error, ValueError):
        raise BadFieldError("content", "应为 base64", "it should be base64") from None
    callee = _number(data.callee, "callee", gate)
    caller = _number(data.caller, "caller", gate) if data.caller is not None else 0
    kept = gate.vault.put(content, int(gate.pack.deadlines["document_bytes"].value or 0))
    with gate.store.act(ACTOR) as act:
        do_keep(act, kept, data.kind, data.holder, callee, caller=caller, call=data.call)
    return EvidenceView(kept.digest, kept.media, kept.size)


@get("/subscribers/{number:str}", sync_to_thread=True, responses=REFUSALS, summary="Show what a subscriber said")
def subscriber(number: FromPath[str], gate: ServedGate) -> SubscriberBody:
    """Consents, refusals, own list and wishes, as they stand."""
    key = _number(number, "number", gate)
    with gate.store.read() as conn:
        wished = wish_of(conn, key)
        return SubscriberBody(
            [
                ConsentView(
                    c.holder,
                    c.purpose,
                    c.given,
                    c.until,
                    c.withdrawn,
                    c.channel,
                    c.provenance,
                    c.per_day,
                    c.evidence,
                )
                for c in consents_of(conn, key)
            ],
            [RefusalView(r.holder, r.caller, r.at) for r in refusals_of(conn, key)],
            [ListView(line.first, line.last, line.verdict) for line in list_of(conn, key)],
            wished.refuse.split() if wished is not None else [],
            bool(wished is not None and wished.refuse_withheld),
            hours_bodies(wished.quiet) if wished is not None else [],
            (wished.zone if wished is not None else "") or gate.pack.timezone,
        )


@post(
    "/subscribers/{number:str}/list",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Change a subscriber's own list",
)
def own_list(number: FromPath[str], data: JSONBody[ListBody], gate: ServedGate) -> CountBody:
    """Put a number or range on the list, or take it off with ``none``."""
    first = _number(data.first, "first", gate)
    last = _number(data.last, "last", gate) if data.last is not None else first
    with gate.store.act(ACTOR) as act:
        do_list(act, Listed(_number(number, "number", gate), first, last, data.verdict))
    return CountBody(1)


@put(
    "/subscribers/{number:str}/wishes", sync_to_thread=True, responses=REFUSALS, summary="Replace a subscriber's wishes"
)
def wishes(number: FromPath[str], data: JSONBody[WishBody], gate: ServedGate) -> CountBody:
    """Replace the categories that the subscriber does not want, at any hour or at some.

    Raises for a category the pack does not have, hours that are none and an unknown time zone.
    """
    for name, codes in (("refuse", data.refuse), ("hours", [one.category for one in data.hours])):
        for code in codes:
            if code not in gate.pack.categories and (name, code) != ("hours", ANY):
                raise BadFieldError(name, f"规则包没有类别 {code}", f"the pack has no category `{code}`")
    hours = tuple(one.read() for one in data.hours)
    with gate.store.act(ACTOR) as act:
        do_wish(
            act,
            Wished(_number(number, "number", gate), tuple(data.refuse), data.refuse_withheld, hours, data.zone or ""),
        )
    return CountBody(1)


@post(
    "/scrub",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Hold a calling list against what subscribers said",
)
def scrub(data: JSONBody[ScrubBody], gate: ServedGate, request: Request[Any, Any, State]) -> ScrubbedBody:
    """Say of each of up to 100,000 numbers whether it may be called, why, and until when.

    An enterprise is told the reasons that the pack lets it know.
    """
    numbers = [to_number(value, "callees", gate.pack.home, blank_allowed=True) for value in data.callees]
    at = read_time(data.at, gate.now())
    caller = _number(data.caller, "caller", gate) if data.caller is not None else 0
    with gate.store.read() as conn:
        question = Question(
            data.holder,
            data.purpose,
            at,
            caller,
            gate.pack.limit("consent_days"),
            holder_barred(conn, data.holder, at),
            gate.pack.timezone,
        )
        found = hold(conn, question, numbers)
    if principal(request).role in TENANTS:
        found = {number: verdict.told(gate.pack.scrub.tells) for number, verdict in found.items()}
    return ScrubbedBody(
        [ScrubbedLine(found[n].may, found[n].why.code, found[n].until, found[n].again) for n in numbers],
    )


def statements_router() -> Router:
    """The router of ``/v1`` for what subscribers say."""
    return Router(
        path="/v1",
        route_handlers=[
            grant,
            withdraw,
            ask,
            reply,
            receipt,
            revoke,
            refuse,
            evidence,
            subscriber,
            own_list,
            wishes,
            scrub,
        ],
        guards=[require_token],
        tags=["subscribers"],
    )
