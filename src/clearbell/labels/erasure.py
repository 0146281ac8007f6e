"""Forgetting what is published about a person's number."""

from __future__ import annotations

from sqlalchemy import delete

from clearbell.labels.cards.showing import do_forget_number as do_forget_cards
from clearbell.labels.tables import label, label_imposed
from clearbell.ledger import Act


def do_forget_number(act: Act, number: int) -> int:
    """Delete the number's label and name cards; returns how many rows went. Sealed facts are erased by ``Act.erase``."""
    act.conn.execute(delete(label_imposed).where(label_imposed.c.number == number))
    return do_forget_cards(act, number) + act.conn.execute(delete(label).where(label.c.number == number)).rowcount
