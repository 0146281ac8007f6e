"""Forgetting a person who appealed, or whose number an appeal was about."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from clearbell.appeals.model import sealed_for
from clearbell.appeals.service import is_named
from clearbell.appeals.tables import appeal, appeal_paper
from clearbell.ledger import Act
from clearbell.vault import Vault


def do_forget_number(act: Act, vault: Vault, number: int) -> int:
    """Erase the appeals about a person's number, or by a person about no number, with papers and facts; returns how many
    rows went.

    An appeal about another's number by who is told at this one goes on, and tells nobody any more. Where the number is
    a fact's own subject, that is erased by ``Act.erase``.
    """
    mine = (appeal.c.number == number) | ((appeal.c.number == 0) & (appeal.c.contact == number))
    names = list(act.conn.execute(select(appeal.c.appeal).where(mine)).scalars())
    of = appeal_paper.c.appeal.in_(names)
    papers = set(act.conn.execute(select(appeal_paper.c.digest).where(of)).scalars())
    gone = act.conn.execute(delete(appeal_paper).where(of)).rowcount
    gone += act.conn.execute(delete(appeal).where(mine)).rowcount
    gone += act.conn.execute(update(appeal).where(appeal.c.contact == number).values(contact=0)).rowcount
    for name in names:
        act.erase(sealed_for(name))
    for digest in papers:
        if not is_named(act, digest):
            vault.remove(digest)
    return gone
