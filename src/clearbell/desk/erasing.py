"""Forgetting a person where one room's rows tell where another's are."""

from __future__ import annotations

from sqlalchemy import select

from clearbell.ledger import Act
from clearbell.notices.service import do_forget_notices
from clearbell.sanctions.service import erase_person
from clearbell.sanctions.tables import sanction, sanction_notice


def do_forget_sanctions(act: Act, number: int) -> int:
    """Forget sanctions and restrictions on a number, and what others were told of them; returns how many rows went."""
    mine = select(sanction.c.sanction).where(sanction.c.number == number)
    # What the number itself was told goes with the notices to it.
    told = select(sanction_notice.c.notice).where(sanction_notice.c.sanction.in_(mine), sanction_notice.c.counts)
    return do_forget_notices(act, list(act.conn.execute(told.distinct()).scalars())) + erase_person(act, number)
