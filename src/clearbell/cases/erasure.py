"""Forgetting a person whose number cases were about."""

from __future__ import annotations

from sqlalchemy import delete, select

from clearbell.cases.files import change as change_case
from clearbell.cases.files import open_case, unit_of
from clearbell.cases.hand_overs.tables import hand_over
from clearbell.cases.model import State
from clearbell.cases.tables import case_evidence, case_file
from clearbell.ledger import Act


def do_forget_number(act: Act, number: int) -> int:
    """Erase the cases about a person's number with their evidence; returns how many rows went.

    Cases about others that were merged into one of them go on by themselves, or end where a newer one is open. Facts
    in the ledger are erased by ``Act.erase``.
    """
    cases = list(act.conn.execute(select(case_file.c.case).where(case_file.c.number == number)).scalars())
    if not cases:
        return 0
    parts = act.conn.execute(
        select(case_file).where(case_file.c.merged_into.in_(cases), case_file.c.number != number)
    ).all()
    act.conn.execute(delete(hand_over).where(hand_over.c.case_id.in_(cases)))
    gone = act.conn.execute(delete(case_evidence).where(case_evidence.c.case.in_(cases))).rowcount
    for part in parts:
        change_case(act, part.case, merged_into="", state=State.CLOSED.value)
        if open_case(act.conn, unit_of(part)) is None:
            change_case(act, part.case, state=part.state)
    return gone + act.conn.execute(delete(case_file).where(case_file.c.case.in_(cases))).rowcount
