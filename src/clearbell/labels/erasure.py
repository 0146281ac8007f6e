"""Forgetting what is published about a person's number."""

from __future__ import annotations

from sqlalchemy import delete

from clearbell.labels.tables import label
from clearbell.ledger import Act


def do_forget_number(act: Act, number: int) -> int:
    """Delete the number's label; returns how many rows went. Its sealed facts are erased by ``Act.erase``."""
    return act.conn.execute(delete(label).where(label.c.number == number)).rowcount
