"""The reply to an authority: what became of its order, as a text and as JSON, with digests and ledger positions."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, Row, select

from clearbell.ledger import Act
from clearbell.ledger.tables import ledger_entry
from clearbell.numbering import format_e164
from clearbell.policy.model import Pack
from clearbell.sanctions.orders.errors import UnprovenError
from clearbell.sanctions.orders.model import OPEN, MustDoState, Outcome, ProofKind, State
from clearbell.sanctions.orders.queries import entries_of, must_dos_of, order_of
from clearbell.sanctions.orders.service import Look, do_note_reply, proof_of
from clearbell.sanctions.orders.wording import MUST_DO_STATES, OUTCOMES, PROOF_WORDS, STATES, bears_words, issuer_words

Language = Literal["zh", "en"]
KIND = "clearbell-order-reply-1"


class Reply(msgspec.Struct, frozen=True):
    """A reply as it goes out."""

    text: str
    json: bytes
    digest: str
    """SHA-256 (hex) of the JSON; the ledger holds it."""


def do_reply(act: Act, order: str, pack: Pack, look: Look, language: Language, *, officer: str = "") -> Reply:
    """Write the reply as matters stand now; it shows the numbers that the authority named, so the ledger says who did.

    Every proof is looked at again, and the reply says whether it still holds. Raises
    :class:`~clearbell.sanctions.orders.errors.UnknownOrderError`.
    """
    row = order_of(act.conn, order)
    head = act.conn.execute(select(ledger_entry).order_by(ledger_entry.c.seq.desc()).limit(1)).one()
    told = [_must_do(act, one, pack, look) for one in must_dos_of(act.conn, order)]
    document = {
        "kind": KIND,
        "order": order,
        "authority": row.authority,
        "issuer": row.issuer,
        "reference": row.reference,
        "document_sha256": row.document,
        "received": _time(row.received, pack),
        "due": _time(row.due, pack),
        "state": row.state,
        "words": row.words,
        "written": _time(act.at, pack),
        "must_do": told,
        "ledger": [
            {
                "seq": one.seq,
                "kind": one.kind,
                "must_do": one.place,
                "at": _time(one.at, pack),
                "hash": bytes(one.hash).hex(),
            }
            for one in entries_of(act.conn, order)
        ],
        "ledger_head": {"seq": head.seq, "hash": bytes(head.hash).hex()},
    }
    encoded = msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
    digest = hashlib.sha256(encoded).hexdigest()
    do_note_reply(act, order, digest, officer=officer)
    return Reply(_text(act, row, told, digest, pack, language), encoded, digest)


def _must_do(act: Act, row: Row[Any], pack: Pack, look: Look) -> dict[str, Any]:
    kind = pack.orders.kinds[row.kind]
    told: dict[str, Any] = {
        "id": f"{row.order}/{row.place}",
        "kind": row.kind,
        "zh": kind.zh,
        "en": kind.en,
        "bears": row.bears,
        "on": format_e164(row.number) if row.number else row.name,
        "due": _time(row.due, pack),
        "state": row.state,
        "words": row.words,
    }
    if row.state == MustDoState.DONE.value:
        try:
            look(act.conn, row, proof_of(row), act.at)
            holds = True
        except UnprovenError:
            holds = False
        told["proof"] = {
            "kind": row.proof_kind,
            "reference": row.proof,
            "saw": row.saw,
            "at": _time(row.moved, pack),
            "holds_now": holds,
        }
    return told


def _text(act: Act, row: Row[Any], told: list[dict[str, Any]], digest: str, pack: Pack, language: Language) -> str:
    zh = language == "zh"
    state = STATES[State(row.state)][language]
    issuer = issuer_words(row, pack, language)
    lines = [
        f"{issuer}:" if zh else f"To {issuer}:",
        "",
        f"关于{row.reference}办理情况的回复" if zh else f"On your order {row.reference}",
        "",
        f"来文收到时间:{_time(row.received, pack)}" if zh else f"received: {_time(row.received, pack)}",
        f"办理状态:{state}" if zh else f"state: {state}",
    ]
    if row.words:
        lines.append(f"说明:{row.words}" if zh else f"words: {row.words}")
    lines.append("")
    for one, of in zip(told, must_dos_of(act.conn, row.order), strict=True):
        on = bears_words(of, language, masked=False)
        done = MUST_DO_STATES[MustDoState(one["state"])][language]
        lines.append(f"{of.place}. {one[language]} {on}:{done}" if zh else f"{of.place}. {one[language]} {on}: {done}")
        lines.append(f"   期限 {one['due']}" if zh else f"   due {one['due']}")
        proof = one.get("proof")
        if proof:
            name = PROOF_WORDS[ProofKind(proof["kind"])][language]
            lines.append(
                f"   证明:{name} {proof['saw']},{proof['at']}"
                if zh
                else f"   proof: {name} {proof['saw']}, {proof['at']}"
            )
            if not proof["holds_now"]:
                lines.append("   此后已有变化,现已不再成立" if zh else "   it changed since, and holds no more")
        if one["words"]:
            lines.append(f"   说明:{one['words']}" if zh else f"   words: {one['words']}")
    seqs = [one.seq for one in entries_of(act.conn, row.order)]
    lines += [
        "",
        f"账本条目:{', '.join(map(str, seqs))}" if zh else f"ledger entries: {', '.join(map(str, seqs))}",
        f"回复文件(JSON)摘要 SHA-256:{digest}" if zh else f"SHA-256 of the JSON: {digest}",
        f"出具时间:{_time(act.at, pack)}" if zh else f"written: {_time(act.at, pack)}",
    ]
    return "\n".join(lines) + "\n"


def _time(at: int, pack: Pack) -> str:
    if not at:
        return ""
    zone = datetime.timezone(datetime.timedelta(minutes=pack.utc_offset_minutes))
    return datetime.datetime.fromtimestamp(at / 1e6, zone).isoformat(timespec="seconds")


def page(conn: Connection, order: str, pack: Pack, language: Language, now: int) -> str:
    """An order for an officer: what must be done by when, what was done; numbers masked.

    Raises :class:`~clearbell.sanctions.orders.errors.UnknownOrderError`.
    """
    zh = language == "zh"
    row = order_of(conn, order)
    rules = pack.orders.authorities.get(row.authority)
    kind = (rules.zh if zh else rules.en) if rules else row.authority
    issuer = issuer_words(row, pack, language)
    # What it called itself, and what it is; once where that is the same.
    who = issuer if issuer == kind else f"{issuer}({kind})" if zh else f"{issuer} ({kind})"
    open_ = State(row.state) in OPEN

    def by(due: int, *, waits: bool) -> str:
        late = ("(已逾期)" if zh else " (overdue)") if waits and 0 < due < now else ""
        return f"{_time(due, pack)}{late}"

    lines = [
        f"指令 {order}:{who} {row.reference}" if zh else f"Order {order}: {who} {row.reference}",
        ("状态:" if zh else "state: ") + STATES[State(row.state)][language],
        ("收到:" if zh else "received: ") + _time(row.received, pack),
        ("签收期限:" if zh else "to be acknowledged by: ")
        + by(row.acknowledge_by, waits=row.state == State.RECEIVED.value),
        ("办理期限:" if zh else "due: ") + by(row.due, waits=open_),
        ("来文:" if zh else "document: ") + (row.document or "-"),
        ("要求:" if zh else "asks: ") + row.text,
    ]
    if row.outcome:
        said = (f":{row.words}" if zh else f": {row.words}") if row.words else ""
        outcome = OUTCOMES[Outcome(row.outcome)][language]
        if row.confirmed_by:
            hands = (
                f"{row.proposer} 提出,{row.confirmed_by} 复核"
                if zh
                else f"{row.proposer}, confirmed by {row.confirmed_by}"
            )
            lines.append(f"结果:{outcome}({hands}){said}" if zh else f"outcome: {outcome} ({hands}){said}")
        else:
            lines.append(
                f"拟办结果:{outcome}({row.proposer}){said}" if zh else f"proposed: {outcome} ({row.proposer}){said}"
            )
    lines.append("")
    for one in must_dos_of(conn, order):
        kind = pack.orders.kinds[one.kind]
        state = MUST_DO_STATES[MustDoState(one.state)][language]
        due = by(one.due, waits=open_ and one.state == MustDoState.OPEN.value)
        on = bears_words(one, language)
        name = kind.zh if zh else kind.en
        rung = pack.rungs.get(one.rung)
        detail = f" {(rung.zh if zh else rung.en) if rung else one.detail}".rstrip()
        lines.append(f"  {order}/{one.place}  {name} {on}{detail}  {'期限' if zh else 'due'} {due}  {state}")
        if one.begun and one.state == MustDoState.OPEN.value:
            lines.append(f"      {'已开始办理' if zh else 'begun'}: {one.begun}")
        if one.proof_kind:
            proof = PROOF_WORDS[ProofKind(one.proof_kind)][language]
            lines.append(f"      {'证明' if zh else 'proof'}: {proof} {one.saw} [{one.officer}]")
        if one.words:
            lines.append(f"      {one.words} [{one.officer}]")
    return "\n".join(lines) + "\n"
