"""Orders and restrictions: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select, update

from clearbell.ledger import Act
from clearbell.sanctions.model import Lifted, OrderIssued, Restricted, Rung, Target
from clearbell.sanctions.tables import regulator_order, restriction


class SanctionError(Exception):
    """The order or restriction is refused. 处置被拒绝。"""

    def __init__(self, zh: str, en: str, column: str = "") -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.column = column
        """Field at fault, as bulk files name it."""


def _check(fact: Restricted, now: int) -> None:
    if not fact.reason.strip():
        raise SanctionError("须写明处置原因", "a restriction needs a reason", "reason")
    if fact.start < now:
        raise SanctionError("生效时间不得早于现在", "a restriction cannot begin in the past", "start")
    if fact.until and fact.until <= fact.start:
        raise SanctionError("截止时间须晚于生效时间", "it would end before it begins", "until")
    if (fact.target is Target.NUMBER) != bool(fact.number) or (fact.target is not Target.NUMBER) != bool(fact.name):
        raise SanctionError(
            "对号码的处置须写号码,对使用主体或中继的处置须写名称",
            "a restriction on a number names the number, one on a holder or trunk names it",
            "target",
        )
    if (fact.rung is Rung.RATE_LIMIT) != (fact.limit > 0):
        raise SanctionError(
            "限频须写明每小时上限,其他处置不得写", "a rate limit, and nothing else, has a limit", "limit"
        )
    if fact.rung is Rung.RATE_LIMIT and fact.target is Target.TRUNK:
        raise SanctionError("暂不能对中继限频", "a trunk cannot be rate limited yet", "rung")


def do_issue_order(act: Act, fact: OrderIssued) -> None:
    """Record a regulator's order. Raises :class:`SanctionError` when its id is taken."""
    if act.conn.execute(select(regulator_order.c.issuer).where(regulator_order.c.order == fact.order)).first():
        raise SanctionError(f"已有指令 {fact.order}", f"there is an order {fact.order} already", "order")
    act.conn.execute(regulator_order.insert().values(**msgspec.structs.asdict(fact), at=act.at))
    act.append("sanctions.order", [fact])


def do_restrict(act: Act, fact: Restricted) -> int:
    """Put a restriction in force; returns its place in the ledger. Raises :class:`SanctionError` with what is wrong with it."""
    _check(fact, act.at)
    if act.conn.execute(select(restriction.c.restriction).where(restriction.c.restriction == fact.restriction)).first():
        raise SanctionError(
            f"已有处置 {fact.restriction}", f"there is a restriction {fact.restriction} already", "restriction"
        )
    if (
        fact.order
        and not act.conn.execute(select(regulator_order.c.order).where(regulator_order.c.order == fact.order)).first()
    ):
        raise SanctionError(f"没有指令 {fact.order}", f"there is no order {fact.order}", "order")
    values = msgspec.structs.asdict(fact)
    values["target"], values["rung"] = fact.target.value, fact.rung.value
    act.conn.execute(restriction.insert().values(**values, lifted=0))
    return act.append("sanctions.restricted", [fact], about=(lambda f: f.number) if fact.number else None)


def do_lift(act: Act, fact: Lifted) -> int:
    """Lift a restriction before its time; returns the place in the ledger. Raises :class:`SanctionError` when it is not in force."""
    if not fact.reason.strip():
        raise SanctionError("须写明解除原因", "lifting needs a reason", "reason")
    lifted = act.conn.execute(
        update(restriction)
        .where(
            restriction.c.restriction == fact.restriction,
            restriction.c.lifted == 0,
            (restriction.c.until == 0) | (restriction.c.until > act.at),
        )
        .values(lifted=act.at)
    ).rowcount
    if not lifted:
        raise SanctionError(
            f"没有生效中的处置 {fact.restriction}", f"no restriction {fact.restriction} is in force", "restriction"
        )
    return act.append("sanctions.lifted", [fact])


def erase_person(act: Act, number: int) -> int:
    """Forget restrictions on a number; returns how many rows went."""
    return act.conn.execute(delete(restriction).where(restriction.c.number == number)).rowcount
