"""Restrictions: check, change the rows, append to the ledger, all in one act."""

from __future__ import annotations

import msgspec
from sqlalchemy import delete, select, update

from clearbell.ledger import Act
from clearbell.sanctions.errors import BackdatedEndError, PastStartError, UnknownSanctionError
from clearbell.sanctions.errors import SanctionError as SanctionError
from clearbell.sanctions.model import (
    ALIVE,
    RESTRICTING,
    Lifted,
    Restricted,
    Rung,
    State,
    Step,
    Target,
)
from clearbell.sanctions.moving import change_state
from clearbell.sanctions.orders.tables import regulator_order
from clearbell.sanctions.queries import is_in_force, sanction_named
from clearbell.sanctions.tables import restriction, sanction, sanction_notice

_STOPS_NO_CALL = frozenset({Rung.CONTRACT_ENDED, Rung.BLACKLISTED})
"""What may be put on an access provider."""


def _check(fact: Restricted, now: int) -> None:
    if not fact.reason.strip():
        raise SanctionError("须写明处置原因", "a restriction needs a reason", "reason")
    if fact.start < now:
        raise PastStartError(fact.start)
    if fact.until and fact.until <= fact.start:
        raise BackdatedEndError(fact.until, fact.start)
    if (fact.target is Target.NUMBER) != bool(fact.number) or (fact.target is not Target.NUMBER) != bool(fact.name):
        raise SanctionError(
            "对号码的处置须写号码,对使用主体或中继的处置须写名称",
            "a restriction on a number names the number, one on a holder or trunk names it",
            "target",
        )
    if fact.rung not in RESTRICTING:
        raise SanctionError(
            "提醒、警告、标注不限制通话,须经案件处置",
            "a reminder, warning or label restricts nothing; it is a sanction of a case",
            "rung",
        )
    if (fact.rung is Rung.RATE_LIMIT) != (fact.limit > 0):
        raise SanctionError(
            "限频须写明每小时上限,其他处置不得写", "a rate limit, and nothing else, has a limit", "limit"
        )
    if fact.rung is Rung.RATE_LIMIT and fact.target is Target.TRUNK:
        raise SanctionError("暂不能对中继限频", "a trunk cannot be rate limited yet", "rung")
    if fact.target is Target.PROVIDER and fact.rung not in _STOPS_NO_CALL:
        raise SanctionError(
            "对接入方只能解除合同或列入黑名单;停止呼叫请对其中继处置",
            "an access provider's contract can be ended, or it can be blacklisted; to stop calls, restrict its trunks",
            "rung",
        )


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


def do_lift(act: Act, fact: Lifted, *, undone: bool = False) -> int:
    """Lift a restriction or a sanction before its time; returns the place in the ledger.

    A sanction is named by its own id or by that of the restriction that carries it out; what bites is lifted, what was
    only announced is withdrawn. ``undone``: it should not have been, and raises no later sanction. Raises
    :class:`SanctionError` when it is not in force.
    """
    if not fact.reason.strip():
        raise SanctionError("须写明解除原因", "lifting needs a reason", "reason")
    row = sanction_named(act.conn, fact.restriction)
    if row is None:
        return _lift_restriction(act, fact)
    state = State(row.state)
    if state not in ALIVE:
        raise _not_in_force(fact.restriction)
    if row.restriction and is_in_force(act.conn, row.restriction, act.at):
        _lift_restriction(act, Lifted(row.restriction, fact.reason))
    step = Step.WITHDRAW if state is State.ANNOUNCED else Step.LIFT
    return change_state(act, row, step, words=fact.reason, undone=undone)


def do_annul(act: Act, name: str, reason: str) -> bool:
    """Keep that a sanction which is over should not have been: it raises no later one. False when that is kept already.

    Raises :class:`~clearbell.lifecycles.IllegalStepError` for one that is not over, :class:`UnknownSanctionError`.
    """
    row = sanction_named(act.conn, name)
    if row is None:
        raise UnknownSanctionError(name)
    if row.undone or row.state == State.WITHDRAWN.value:
        return False
    change_state(act, row, Step.ANNUL, words=reason, undone=True)
    return True


def _lift_restriction(act: Act, fact: Lifted) -> int:
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
        raise _not_in_force(fact.restriction)
    return act.append("sanctions.lifted", [fact])


def _not_in_force(name: str) -> SanctionError:
    return SanctionError(f"没有生效中的处置 {name}", f"no restriction {name} is in force", "restriction")


def erase_person(act: Act, number: int) -> int:
    """Forget sanctions and restrictions on a number; returns how many rows went."""
    mine = select(sanction.c.sanction).where(sanction.c.number == number)
    gone = act.conn.execute(delete(sanction_notice).where(sanction_notice.c.sanction.in_(mine))).rowcount
    gone += act.conn.execute(delete(sanction).where(sanction.c.number == number)).rowcount
    return gone + act.conn.execute(delete(restriction).where(restriction.c.number == number)).rowcount
