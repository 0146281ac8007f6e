"""Orders of authorities: taken in by the pack's rules, and carried out."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Row, select

from clearbell.calls import HOUR
from clearbell.cases.evidence import Evidence, Order, Sanction
from clearbell.cases.model import Opened, Source, Unit, UnitKind, number_unit
from clearbell.cases.service import Due, do_add_evidence, do_open
from clearbell.desk.effects import do_lift_sanction, do_put_in_force
from clearbell.ledger import Act
from clearbell.policy.model import Pack
from clearbell.registry.service import do_release_numbers, do_take_number
from clearbell.registry.tables import holder, party, resource, trunk
from clearbell.sanctions.life import do_announce
from clearbell.sanctions.model import ALIVE, Announced, Lifted, Rung, Stage, Target
from clearbell.sanctions.model import State as Standing
from clearbell.sanctions.orders.errors import OrderError, UnprovenError
from clearbell.sanctions.orders.model import BEARS, Bears, Kind, MustDo, OrderReceived, Proof, ProofKind
from clearbell.sanctions.orders.queries import order_of
from clearbell.sanctions.orders.service import Look, do_note_begun, do_prove, do_receive, in_work, last_entry
from clearbell.sanctions.queries import restriction_of, restrictions_on, sanction_of, sanctions_on
from clearbell.vault import Kept

_KNOWN = {
    Bears.HOLDER: (holder.c.holder, "使用主体", "holder"),
    Bears.TRUNK: (trunk.c.trunk, "中继", "trunk"),
    Bears.PROVIDER: (party.c.party, "接入方", "access provider"),
    Bears.RESOURCE: (resource.c.resource, "码号资源", "number resource"),
}


class Asked(msgspec.Struct, frozen=True):
    """One thing that an order asks for, as it was read."""

    kind: Kind
    bears: Bears = Bears.NOTHING
    number: int = 0
    name: str = ""
    rung: Rung | None = None
    """Of a shut-off; None: outgoing calls barred, for an access provider its contract ended."""
    until: int = 0
    """End of a shut-off, µs UTC; 0: until it is lifted."""
    due: int = 0
    """µs UTC; 0: as the order says, else as the pack does."""
    detail: str = ""


class Incoming(msgspec.Struct, frozen=True):
    """An order as it came in."""

    order: str
    authority: str
    reference: str
    text: str
    asks: tuple[Asked, ...]
    issuer: str = ""
    """Full name; empty: the pack's for the authority."""
    received: int = 0
    """µs UTC; 0: now."""
    due: int = 0
    """By when all is done, µs UTC; 0: as its must-dos are due."""
    document: Kept | None = None


def do_take_in(act: Act, order: Incoming, pack: Pack, *, officer: str = "") -> OrderReceived:
    """Put an order on file, each must-do with its due time: its own, the order's, or the pack's from receipt.

    Raises :class:`OrderError` where the authority may not ask for it, or what it bears on is unknown; and as
    :func:`~clearbell.sanctions.orders.service.do_receive`.
    """
    rules = pack.orders.authorities.get(order.authority)
    if rules is None:
        known = ", ".join(pack.orders.authorities)
        raise OrderError(
            f"规则包中没有该机关;现有:{known}", f"the pack has no such authority; there are: {known}", "authority"
        )
    received = order.received or act.at
    asks = []
    for place, one in enumerate(order.asks, 1):
        if one.kind.value not in rules.may:
            what = pack.orders.kinds[one.kind.value]
            raise OrderError(
                f"{rules.zh} 不能要求「{what.zh}」;请退还来文,或核对发文机关",
                f"`{what.en}` is not for the {rules.en} to order; send it back, or look again at who issued it",
                "authority",
            )
        _check_known(act, one)
        default = Rung.CONTRACT_ENDED if one.bears is Bears.PROVIDER else Rung.OUTGOING_BARRED
        rung = one.rung or (default if one.kind is Kind.SHUT_OFF else None)
        if rung is not None and one.bears in BEARS[one.kind]:
            _check_rung(pack, rung, one)
        if one.kind is Kind.LABEL and one.detail and one.detail not in pack.categories:
            raise OrderError(f"没有类别 {one.detail}", f"no category `{one.detail}`", "detail")
        due = one.due or order.due or received + pack.orders.kinds[one.kind.value].hours * HOUR
        asks.append(
            MustDo(order.order, place, one.kind, one.bears, due, one.number, one.name, rung, one.until, one.detail)
        )
    fact = OrderReceived(
        order.order,
        order.authority,
        order.issuer or rules.zh,
        order.reference,
        order.text,
        received,
        received + pack.orders.acknowledge_hours * HOUR,
        order.due or max((one.due for one in asks), default=0),
        order.document.digest if order.document else "",
        order.document.media if order.document else "",
        officer or act.actor,
    )
    do_receive(act, fact, asks)
    return fact


def _check_known(act: Act, one: Asked) -> None:
    if one.bears in _KNOWN:
        column, zh, en = _KNOWN[one.bears]
        if act.conn.execute(select(column).where(column == one.name)).first() is None:
            raise OrderError(f"登记中没有{zh} {one.name}", f"the registry has no {en} {one.name}", "name")


def _check_rung(pack: Pack, rung: Rung, one: Asked) -> None:
    rules = pack.ladder.rungs.get(rung.value)
    stops = {Rung.CONTRACT_ENDED, Rung.BLACKLISTED}
    shuts = stops if one.bears is Bears.PROVIDER else {*stops, Rung.OUTGOING_BARRED, Rung.BARRED}
    if rules is None or one.bears.value not in rules.units or rung not in shuts:
        raise OrderError("此级处置不是对该对象的关停", "that rung does not shut off what it would fall on", "rung")


class CarriedOut(msgspec.Struct, frozen=True):
    """What was begun for a must-do."""

    reference: str
    """Sanction or case; empty where there is none."""
    proven: bool
    """False: it is proven later, when the sanction has bitten."""
    saw: str = ""


def do_carry_out(
    act: Act, must_do: str, pack: Pack, due: Due, look: Look, *, new_case: str, officer: str = ""
) -> CarriedOut:
    """Carry out what the system itself can: a shut-off, a lift, a case, a resource; and prove it where it is done at once.

    A shut-off is a sanction of the ladder with notice, remedy and appeal, named after the must-do; it needs no verdict
    of ours, for the authority answers for it. It bites at once where pack and rung say so, else when its subject was
    told, and never later than the must-do is due. ``new_case``: the id of a case, should one be opened. Raises
    :class:`OrderError` for a kind that people do, and as :func:`~clearbell.sanctions.orders.service.do_prove`.
    """
    since = last_entry(act)
    row = in_work(act, must_do, officer)
    order = order_of(act.conn, row.order)
    reason = f"依据{order.issuer}指令({order.reference}) / by order of {order.issuer} ({order.reference})"
    kind = Kind(row.kind)
    match kind:
        case Kind.SHUT_OFF:
            reference = _shut_off(act, row, order, reason, pack, due, new_case, officer)
        case Kind.LIFT:
            reference = _lift(act, row, reason)
        case Kind.OPEN_CASE:
            reference = _open_case(act, row, order.order, pack, due, new_case, officer)
        case Kind.STOP_RESOURCE:
            reference = _stop(act, row)
        case _:
            raise OrderError(
                "此事项须由人办理;办理后请提交证明", "people do that one; when it is done, prove it", "kind"
            )
    do_note_begun(act, must_do, reference, since, officer=officer)
    try:
        moved = do_prove(act, must_do, usual_proof(row, reference), look, officer=officer)
    except UnprovenError:
        return CarriedOut(reference, proven=False)
    return CarriedOut(reference, proven=True, saw=moved.saw)


_USUAL = {
    Kind.SHUT_OFF: ProofKind.RESTRICTION,
    Kind.LIFT: ProofKind.LIFTED,
    Kind.LABEL: ProofKind.LABEL,
    Kind.OPEN_CASE: ProofKind.CASE,
    Kind.STOP_RESOURCE: ProofKind.RELEASED,
}


def usual_proof(row: Row[Any], reference: str = "") -> Proof:
    """The proof of a must-do that needs nothing from an officer. Raises :class:`UnprovenError` where there is none."""
    kind = _USUAL.get(Kind(row.kind))
    if kind is None:
        raise UnprovenError(
            f"{row.order}/{row.place}", "须提交文件或通知编号", "it needs a file, or the id of a notice"
        )
    return Proof(kind, reference or row.begun)


def _shut_off(
    act: Act, row: Row[Any], order: Row[Any], reason: str, pack: Pack, due: Due, new_case: str, officer: str
) -> str:
    begun = sanction_of(act.conn, row.begun) if row.begun else None
    if begun is not None and Standing(begun.state) in ALIVE:
        raise OrderError(f"已有处置 {row.begun}", f"the sanction {row.begun} is under way", "must_do")
    rung = Rung(row.rung)
    rules = pack.ladder.rungs[rung.value]
    if row.until and row.until <= act.at:
        raise OrderError("关停截止时间已过", "the end of the shut-off has passed", "until")
    at_once = rules.at_once and pack.orders.authorities[order.authority].at_once
    start = act.at if at_once or not rules.notice else min(act.at + rules.notice_hours * HOUR, max(act.at, row.due))
    name = f"{row.order}/{row.place}"
    while sanction_of(act.conn, name) is not None:
        name += "+"
    case = _open_case(act, row, order.order, pack, due, new_case, officer) if _unit(row) else ""
    fact = Announced(
        name,
        case,
        Target(row.bears),
        reason,
        start,
        max(start, min(start + pack.ladder.wait_hours * HOUR, row.due)),
        (Stage(rung, row.until),),
        row.number,
        row.name,
        order.order,
        officer or act.actor,
        channels=0 if at_once or not rules.notice else pack.ladder.channels,
        different=pack.ladder.different_channels,
        at_once=at_once,
    )
    do_announce(act, fact)
    if at_once:
        do_put_in_force(act, name)
    if case:
        one = Evidence(Sanction(name, rung.value, row.until), act.at, officer or act.actor, name)
        do_add_evidence(act, case, one, pack.cases)
    return name


def _lift(act: Act, row: Row[Any], reason: str) -> str:
    target = (Target(row.bears), row.number, row.name)
    named = [one.sanction for one in sanctions_on(act.conn, [target]) if Standing(one.state) in ALIVE]
    named += [one.restriction for one in restrictions_on(act.conn, *target, act.at) if not one.sanction]
    if row.detail:
        carried = restriction_of(act.conn, row.detail)
        wanted = {row.detail, carried.sanction if carried is not None else ""}
        named = [one for one in named if one in wanted]
    for one in named:
        do_lift_sanction(act, Lifted(one, reason))
    return row.detail or (named[0] if named else "")


def _unit(row: Row[Any]) -> Unit | None:
    if row.bears == Bears.NUMBER.value:
        return number_unit(row.number)
    return Unit(UnitKind.HOLDER, row.name) if row.bears == Bears.HOLDER.value else None


def _open_case(act: Act, row: Row[Any], order: str, pack: Pack, due: Due, new_case: str, officer: str) -> str:
    unit = _unit(row)
    assert unit is not None  # noqa: S101 - which kinds bear on what was checked when the order came in
    seen = Evidence(Order(order), act.at, officer or act.actor, order)
    return do_open(act, new_case, Opened(Source.ORDER, unit, (seen,)), pack.cases, due, officer=officer).case


def _stop(act: Act, row: Row[Any]) -> str:
    if row.number:
        do_take_number(act, row.number)
        return ""
    if act.conn.execute(select(resource.c.resource).where(resource.c.resource == row.name)).first() is not None:
        do_release_numbers(act, row.name)
    return str(row.name)
