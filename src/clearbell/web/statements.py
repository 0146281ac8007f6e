"""The API for what subscribers say: consents, asks and replies, receipts, refusals, lists, wishes; and scrubbing."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from typing import Annotated

import msgspec
from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, JSONBody, SkipValidation

from clearbell.consent.asking import Reply, do_ask, do_reply
from clearbell.consent.codes import new_code
from clearbell.consent.evidence import EvidenceKind, do_keep
from clearbell.consent.granting import MOST_A_DAY, do_grant
from clearbell.consent.model import (
    Channel,
    ConsentAsked,
    ConsentGranted,
    ConsentWithdrawn,
    Listed,
    ListVerdict,
    Provenance,
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
from clearbell.web.api import require_token
from clearbell.web.gate import Gate
from clearbell.web.refusals import REFUSALS
from clearbell.web.schemas import MAX_BATCH, BadFieldError, CountBody, Name, NumberKey, NumberText, Time, to_number
from clearbell.web.schemas import to_time as read_time

ACTOR = "api"
MAX_SCRUB = 100_000
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f]+$", examples=["H1"])]
AnyNumber = NumberText | NumberKey
ServedGate = NamedDependency[SkipValidation[Gate]]


class GrantBody(msgspec.Struct, forbid_unknown_fields=True):
    """A consent."""

    holder: Id
    callee: AnyNumber
    purpose: Id
    """Category code of the pack, or ``*`` for every purpose of the holder."""
    until: Time | None = None
    """End; absent: until it is withdrawn or lapses by the pack."""
    channel: Channel = Channel.API
    evidence: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """SHA-256 (hex) of what proves it."""
    provenance: Provenance = Provenance.UNKNOWN
    """Where the holder got the number."""
    per_day: Annotated[int, msgspec.Meta(ge=0, le=MOST_A_DAY)] = 0


class GrantsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Consents, recorded all or none."""

    consents: Annotated[list[GrantBody], msgspec.Meta(max_length=MAX_BATCH)]


class AboutBody(msgspec.Struct, forbid_unknown_fields=True):
    """One consent, by whom and what it is for."""

    holder: Id
    callee: AnyNumber
    purpose: Id = "*"
    channel: Channel = Channel.API


class AskBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a subscriber is asked for: purpose, frequency and period (regime 5.6)."""

    holder: Id
    callee: AnyNumber
    purpose: Id
    channel: Channel = Channel.SMS
    per_day: Annotated[int, msgspec.Meta(ge=0, le=MOST_A_DAY)] = 0
    until: Time | None = None


class AskedBody(msgspec.Struct):
    """The ask was recorded."""

    page: str
    """Path of the page on which the subscriber agrees or refuses; put its link into the message."""


class ReplyBody(msgspec.Struct, forbid_unknown_fields=True):
    """What a subscriber wrote or pressed in reply to an ask."""

    holder: Id
    callee: AnyNumber
    purpose: Id
    text: Annotated[str, msgspec.Meta(max_length=2_000)]
    channel: Channel = Channel.SMS


class MeantBody(msgspec.Struct):
    """What a reply was taken for."""

    meant: Reply


class ReceiptBody(msgspec.Struct, forbid_unknown_fields=True):
    """Asks for a receipt of a consent in force."""

    holder: Id
    callee: AnyNumber
    purpose: Id
    link: Annotated[str, msgspec.Meta(max_length=500)] = ""
    """Address of the page that revokes, with ``CODE`` in the place of the receipt's code."""


class SignedBody(msgspec.Struct):
    """A signed receipt."""

    receipt: str
    """Compact JWS (RFC 7515) under the key at ``/v1/keys``."""


class RevokeBody(msgspec.Struct, forbid_unknown_fields=True):
    """A receipt's code."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    channel: Channel = Channel.API


class RevokedBody(msgspec.Struct):
    """Whether a consent ended by this."""

    ended: bool
    """False: it had ended before."""


class RefusalBody(msgspec.Struct, forbid_unknown_fields=True):
    """The subscriber wants no more calls: from a holder, from a number, or from whoever a decision was about."""

    callee: AnyNumber | None = None
    holder: Name = ""
    caller: AnyNumber | None = None
    decision: Name = ""
    """Id of the decision about the call in which it was said; fills in callee, caller and holder."""
    channel: Channel = Channel.CALL


class RefusedBody(msgspec.Struct):
    """Who is refused now."""

    holder: str
    by_number: bool


class EvidenceBody(msgspec.Struct, forbid_unknown_fields=True):
    """A recording or proof, as base64: PDF, PNG, JPEG or audio."""

    kind: EvidenceKind
    holder: Id
    callee: AnyNumber
    content: str
    caller: AnyNumber | None = None
    call: Name = ""


class EvidenceView(msgspec.Struct):
    """What was kept."""

    digest: str
    media: str
    size: int


class ListBody(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a subscriber's own list."""

    first: AnyNumber
    verdict: ListVerdict
    last: AnyNumber | None = None


class WishBody(msgspec.Struct, forbid_unknown_fields=True):
    """A subscriber's wishes by category."""

    refuse: Annotated[list[Id], msgspec.Meta(max_length=100)] = []
    refuse_withheld: bool = False


class ConsentView(msgspec.Struct):
    """A consent as it stands. Times µs UTC; 0: none."""

    holder: str
    purpose: str
    given: int
    until: int
    withdrawn: int
    channel: str
    provenance: str
    per_day: int
    evidence: str


class RefusalView(msgspec.Struct):
    """A refusal as it stands."""

    holder: str
    caller: int
    at: int


class ListView(msgspec.Struct):
    """A line of the own list."""

    first: int
    last: int
    verdict: str


class SubscriberBody(msgspec.Struct):
    """Everything a subscriber said, as it stands."""

    consents: list[ConsentView]
    refusals: list[RefusalView]
    own_list: list[ListView]
    refuse: list[str]
    refuse_withheld: bool


class ScrubBody(msgspec.Struct, forbid_unknown_fields=True):
    """A calling list."""

    holder: Id
    purpose: Id
    callees: Annotated[list[AnyNumber], msgspec.Meta(max_length=MAX_SCRUB)]
    caller: AnyNumber | None = None
    at: Time | None = None


class ScrubbedLine(msgspec.Struct):
    """What may be done with one number."""

    may: bool
    why: str
    """Stable code."""
    until: int
    """µs UTC; 0: no end is known, or it may not be called."""


class ScrubbedBody(msgspec.Struct):
    """The list's verdicts, in its order."""

    lines: list[ScrubbedLine]


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
    """Replace the categories that the subscriber does not want. Raises for a category the pack does not have."""
    for code in data.refuse:
        if code not in gate.pack.categories:
            raise BadFieldError("refuse", f"规则包没有类别 {code}", f"the pack has no category `{code}`")
    with gate.store.act(ACTOR) as act:
        do_wish(act, Wished(_number(number, "number", gate), tuple(data.refuse), data.refuse_withheld))
    return CountBody(1)


@post(
    "/scrub",
    status_code=200,
    sync_to_thread=True,
    responses=REFUSALS,
    summary="Hold a calling list against what subscribers said",
)
def scrub(data: JSONBody[ScrubBody], gate: ServedGate) -> ScrubbedBody:
    """Say of each of up to 100,000 numbers whether it may be called, why, and until when."""
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
        )
        found = hold(conn, question, numbers)
    return ScrubbedBody(
        [ScrubbedLine(found[n].may, found[n].why.code, found[n].until) for n in numbers],
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
