"""The end of a contract restricts every number of its holder, in the same act; reinstatement lifts just that."""

from __future__ import annotations

from clearbell.desk.effects import do_lift_sanction
from clearbell.ledger import Act
from clearbell.registry.contracts.service import do_end, do_reinstate, note_step
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.queries import is_in_force
from clearbell.sanctions.service import do_restrict


def end_contract(act: Act, name: str, reason: str) -> str:
    """End a contract and bar its holder, with every number it has or gets; returns the restriction (regime 1.5, 2.10).

    Raises the errors of :func:`clearbell.registry.contracts.service.do_end`.
    """
    restriction = f"contract:{name}:{act.at}"
    holder = do_end(act, name, reason, restriction)
    fact = Restricted(
        restriction,
        Target.HOLDER,
        Rung.CONTRACT_ENDED,
        f"合同 {name} 已解除 / contract {name} ended: {reason}",
        act.at,
        name=holder,
    )
    note_step(act, name, do_restrict(act, fact))
    return restriction


def reinstate_contract(act: Act, name: str, reason: str) -> None:
    """Take the end of a contract back and lift what its end restricted, nothing else.

    Raises the errors of :func:`clearbell.registry.contracts.service.do_reinstate`; a restriction that an officer had
    lifted before stays lifted.
    """
    restriction = do_reinstate(act, name, reason)
    if is_in_force(act.conn, restriction, act.at):
        note_step(
            act,
            name,
            do_lift_sanction(act, Lifted(restriction, f"合同 {name} 恢复 / contract {name} reinstated: {reason}")),
        )
