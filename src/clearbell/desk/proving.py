"""Looking at what proves a must-do of an order: at the store as it stands, not at what was said."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.cases.errors import UnknownCaseError
from clearbell.cases.evidence import Order
from clearbell.cases.files import evidence_in, units_in
from clearbell.cases.model import Unit, UnitKind, number_unit
from clearbell.labels.queries import label_of
from clearbell.notices.model import Channel
from clearbell.notices.model import State as Sent
from clearbell.notices.queries import notice_of
from clearbell.policy.model import Pack
from clearbell.registry.queries import resource_of
from clearbell.registry.tables import resource
from clearbell.sanctions.model import RESTRICTING, Rung, Target
from clearbell.sanctions.model import State as Standing
from clearbell.sanctions.orders.errors import UnprovenError
from clearbell.sanctions.orders.model import Bears, Proof, ProofKind
from clearbell.sanctions.orders.service import Look
from clearbell.sanctions.queries import restriction_of, restrictions_on, sanction_named, sanctions_on
from clearbell.vault import Vault, VaultError


def looker(pack: Pack, vault: Vault) -> Look:
    """What looks at proofs by the pack's ladder, with documents in the vault."""

    def look(conn: Connection, row: Row[Any], proof: Proof, at: int) -> str:
        try:
            match proof.kind:
                case ProofKind.RESTRICTION:
                    return _restriction(conn, row, proof.reference, at, pack)
                case ProofKind.LIFTED:
                    return _lifted(conn, row, at)
                case ProofKind.LABEL:
                    return _label(conn, row, at)
                case ProofKind.CASE:
                    return _case(conn, row, proof.reference)
                case ProofKind.RELEASED:
                    return _released(conn, row)
                case ProofKind.NOTICE:
                    return _notice(conn, proof.reference)
                case ProofKind.FILE:
                    return _file(vault, proof.reference)
        except _NotSo as not_so:
            raise UnprovenError(f"{row.order}/{row.place}", not_so.zh, not_so.en) from None

    return look


class _NotSo(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def _restriction(conn: Connection, row: Row[Any], name: str, at: int, pack: Pack) -> str:
    if not name:
        raise _NotSo("请写明处置编号,或先办理", "name the sanction, or carry the must-do out first")
    known = sanction_named(conn, name)
    if known is not None and not known.restriction:
        raise _NotSo(f"处置 {name} 未在生效({known.state})", f"the sanction {name} is not in force ({known.state})")
    found = restriction_of(conn, known.restriction if known is not None else name)
    if found is None:
        raise _NotSo(f"没有处置 {name}", f"there is no sanction or restriction {name}")
    if found.lifted or found.start > at or (found.until and found.until <= at):
        raise _NotSo(f"处置 {name} 未在生效", f"{name} is not in force")
    if (found.target, found.number, found.name) != (row.bears, row.number, row.name):
        raise _NotSo(f"处置 {name} 的对象不是该事项所指", f"{name} bears on something else than the order names")
    order = list(pack.ladder.rungs)
    if Rung(found.rung) not in RESTRICTING or order.index(found.rung) < order.index(row.rung):
        asked = pack.rungs[row.rung]
        raise _NotSo(f"处置 {name} 轻于指令要求的「{asked.zh}」", f"{name} is milder than the order asks: `{asked.en}`")
    if found.until and (not row.until or found.until < row.until):
        raise _NotSo(f"处置 {name} 早于指令要求的时间结束", f"{name} ends before the order lets it")
    return f"{found.restriction} {found.rung}"


def _lifted(conn: Connection, row: Row[Any], at: int) -> str:
    target = (Target(row.bears), row.number, row.name)
    left = [one.restriction for one in restrictions_on(conn, *target, at)]
    left += [
        one.sanction
        for one in sanctions_on(conn, [target])
        if one.state == Standing.ANNOUNCED.value and Rung(one.rung) in RESTRICTING
    ]
    if row.detail:
        known = sanction_named(conn, row.detail)
        if known is None and restriction_of(conn, row.detail) is None:
            raise _NotSo(f"没有处置 {row.detail}", f"there is no sanction or restriction {row.detail}")
        mine = {row.detail} if known is None else {row.detail, known.sanction, known.restriction}
        left = [one for one in left if one in mine]
    if left:
        names = ", ".join(left)
        raise _NotSo(f"仍有处置在生效或待生效:{names}", f"still in force, or about to be: {names}")
    return row.detail or "0"


def _label(conn: Connection, row: Row[Any], at: int) -> str:
    found = label_of(conn, row.number, at) if row.number else None
    if found is None:
        raise _NotSo("该号码没有已发布的标注", "no label is published about the number")
    if row.detail and found.category != row.detail:
        raise _NotSo(
            f"已发布的标注为 {found.category},指令要求 {row.detail}",
            f"the label says {found.category}; the order asks for {row.detail}",
        )
    return str(found.category)


def _case(conn: Connection, row: Row[Any], case: str) -> str:
    unit = number_unit(row.number) if row.bears == Bears.NUMBER.value else Unit(UnitKind.HOLDER, row.name)
    try:
        units = units_in(conn, case)
        entries = evidence_in(conn, case)
    except UnknownCaseError:
        units, entries = [], []
    if unit not in units:
        raise _NotSo(f"没有关于该对象的案件 {case}", f"there is no case {case} about it")
    if not any(isinstance(one.what, Order) and one.what.order == row.order for one in entries):
        raise _NotSo(f"案件 {case} 未载明该指令", f"the case {case} does not name the order")
    return case


def _released(conn: Connection, row: Row[Any]) -> str:
    if row.number:
        held = resource_of(conn, row.number)
        if held is not None:
            raise _NotSo(f"该号码仍属资源 {held.resource}", f"the number still belongs to {held.resource}")
        return "0"
    if conn.execute(select(resource.c.resource).where(resource.c.resource == row.name)).first() is not None:
        raise _NotSo(f"资源 {row.name} 仍在登记中", f"{row.name} is still in the registry")
    return str(row.name)


def _notice(conn: Connection, name: str) -> str:
    known = notice_of(conn, name)
    if known is None:
        raise _NotSo(f"没有通知 {name}", f"there is no notice {name}")
    taken = known.channel == Channel.MAIL.value and known.state == Sent.SENT.value
    if known.state != Sent.DELIVERED.value and not taken:
        raise _NotSo(f"通知 {name} 尚无回执({known.state})", f"the notice {name} has no receipt ({known.state})")
    return f"{name} {known.state}"


def _file(vault: Vault, digest: str) -> str:
    try:
        return f"{digest} {len(vault.get(digest))}"
    except VaultError as error:
        raise _NotSo(error.zh, error.en) from None
