"""Bodies of the API of orders."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection, Row

from clearbell.desk.ordering import Asked
from clearbell.numbering import format_e164
from clearbell.policy.model import Pack
from clearbell.sanctions.model import Rung
from clearbell.sanctions.orders.model import OPEN, Bears, Kind, MustDoState, Outcome, ProofKind, State
from clearbell.sanctions.orders.queries import must_dos_of, order_of
from clearbell.web.schemas import BadFieldError, Name, NumberKey, NumberText, Time, to_number, to_time

Words = Annotated[str, msgspec.Meta(max_length=2_000, pattern=r"^[^\x00]*$")]
Base64 = Annotated[str, msgspec.Meta(max_length=14 * 1024 * 1024)]


class AskBody(msgspec.Struct, forbid_unknown_fields=True):
    """One thing that an order asks for."""

    kind: Kind
    bears: Bears = Bears.NOTHING
    number: NumberText | NumberKey = ""
    """Where it bears on a number."""
    name: Name = ""
    """Holder, trunk, access provider, resource, or address of a listing."""
    rung: Rung | None = None
    """Of a shut-off; null: outgoing calls barred, for an access provider its contract ended."""
    until: Time = 0
    """End of a shut-off; 0: until it is lifted."""
    due: Time = 0
    """0: as the order says, else as the pack does."""
    detail: Words = ""
    """Category of a label; the restriction to be lifted (empty: all); else words."""


class OrderBody(msgspec.Struct, forbid_unknown_fields=True):
    """An order as it came."""

    order: Name
    authority: Name
    """As the pack names it."""
    reference: Name
    """The authority's own number of the order."""
    text: Words
    must_do: Annotated[list[AskBody], msgspec.Meta(max_length=1_000)]
    issuer: Name = ""
    received: Time = 0
    """0: now."""
    due: Time = 0
    document: Base64 = ""
    """The signed document as base64: PDF, PNG or JPEG; kept encrypted."""
    officer: Name = ""


class OfficerWordsBody(msgspec.Struct, forbid_unknown_fields=True):
    """An officer, and words where the step needs them."""

    words: Words = ""
    officer: Name = ""


class ProposeBody(msgspec.Struct, forbid_unknown_fields=True):
    """How an order is to end."""

    outcome: Outcome
    words: Words = ""
    officer: Name = ""


class ConfirmBody(msgspec.Struct, forbid_unknown_fields=True):
    """A second officer's word."""

    agrees: bool
    words: Words = ""
    officer: Name = ""


class ProveBody(msgspec.Struct, forbid_unknown_fields=True):
    """What proves a must-do; without a kind: what was begun for it, or the store as it stands."""

    kind: ProofKind | None = None
    reference: Name = ""
    """Id of the sanction, case or notice."""
    file: Base64 = ""
    """A document as base64, for ``file``."""
    words: Words = ""
    officer: Name = ""


class ReplyBody(msgspec.Struct, forbid_unknown_fields=True):
    """Who writes the reply, in which language."""

    language: Annotated[str, msgspec.Meta(pattern="^(zh|en)$")] = "zh"
    officer: Name = ""


class MustDoView(msgspec.Struct):
    """A must-do as it stands."""

    must_do: str
    kind: Kind
    bears: Bears
    on: str
    """The number, or the name of what it bears on."""
    rung: str
    until: int
    detail: str
    due: int
    """µs UTC."""
    overdue: bool
    state: MustDoState
    begun: str
    """The sanction or case that carries it out."""
    proof: str
    """Kind of its proof; empty: none yet."""
    reference: str
    saw: str
    """What was seen when the proof was looked at."""
    words: str
    officer: str


class OrderView(msgspec.Struct):
    """An order as it stands."""

    order: str
    authority: str
    issuer: str
    reference: str
    text: str
    document: str
    """SHA-256 (hex) of the signed document; empty: none."""
    received: int
    """µs UTC."""
    acknowledge_by: int
    due: int
    overdue: bool
    state: State
    outcome: str
    """Proposed, or confirmed."""
    words: str
    proposer: str
    confirmed_by: str
    must_do: list[MustDoView]


class CarriedOutView(msgspec.Struct):
    """What was begun for a must-do, and the order as it stands."""

    reference: str
    proven: bool
    order: OrderView


class ReplyView(msgspec.Struct):
    """A reply to the authority."""

    text: str
    json: str
    digest: str
    """SHA-256 (hex) of ``json`` as UTF-8; the ledger holds it."""


def order_view(conn: Connection, order: str, now: int) -> OrderView:
    """The order for whoever asks. Raises :class:`~clearbell.sanctions.orders.errors.UnknownOrderError`."""
    row = order_of(conn, order)
    waits = State(row.state) in OPEN
    return OrderView(
        row.order,
        row.authority,
        row.issuer,
        row.reference,
        row.text,
        row.document,
        row.received,
        row.acknowledge_by,
        row.due,
        waits and 0 < row.due < now,
        State(row.state),
        row.outcome,
        row.words,
        row.proposer,
        row.confirmed_by,
        [_must_do(one, now, waits=waits) for one in must_dos_of(conn, order)],
    )


def _must_do(row: Row[Any], now: int, *, waits: bool) -> MustDoView:
    state = MustDoState(row.state)
    return MustDoView(
        f"{row.order}/{row.place}",
        Kind(row.kind),
        Bears(row.bears),
        format_e164(row.number) if row.number else row.name,
        row.rung,
        row.until,
        row.detail,
        row.due,
        waits and state is MustDoState.OPEN and row.due < now,
        state,
        row.begun,
        row.proof_kind,
        row.proof,
        row.saw,
        row.words,
        row.officer,
    )


def to_asked(body: AskBody, place: int, pack: Pack) -> Asked:
    """What the body asks for. Raises :class:`~clearbell.web.schemas.BadFieldError`."""
    bears = body.bears
    if bears is Bears.NOTHING and body.number:
        bears = Bears.NUMBER
    if bears is not Bears.NUMBER and body.number:
        raise BadFieldError(
            f"must_do[{place}].number", "只有对象为号码时才写号码", "only what bears on a number has one"
        )
    field = f"must_do[{place}].number"
    number = to_number(body.number, field, pack.home, blank_allowed=False) if bears is Bears.NUMBER else 0
    return Asked(
        body.kind, bears, number, body.name, body.rung, to_time(body.until, 0), to_time(body.due, 0), body.detail
    )
