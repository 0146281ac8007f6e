"""Forgetting whose data was looked at. That somebody looked, when and by which page stays."""

from __future__ import annotations

from sqlalchemy import or_, update

from clearbell.access.tables import access_read
from clearbell.ledger import Act
from clearbell.numbering import classify

_BY_NUMBER = "%{number}%"


def do_forget_number(act: Act, number: int) -> int:
    """Empty the subjects of reads that named a number, however it was written; returns how many."""
    written = or_(
        access_read.c.subject == f"+{number}",
        # Pages that are asked for by number, before numbers were written down in one way.
        access_read.c.what.like(_BY_NUMBER)
        & access_read.c.subject.contains(classify(number).national, autoescape=True),
    )
    return act.conn.execute(update(access_read).where(written).values(subject="")).rowcount
