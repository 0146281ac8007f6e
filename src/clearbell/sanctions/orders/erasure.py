"""Forgetting a person whose number orders bore on."""

from __future__ import annotations

from sqlalchemy import select, update

from clearbell.ledger import Act
from clearbell.sanctions.orders.model import ProofKind, subject_of
from clearbell.sanctions.orders.tables import order_must_do, regulator_order
from clearbell.vault import Vault


def do_forget_number(act: Act, vault: Vault, number: int) -> int:
    """Erase a person's number from every order; returns how many rows were emptied.

    The order stays with its authority, its reference and its steps. Its words go, for they may name the person; its
    document goes where it bears on no other number, and so do files that proved what bore on it. Facts about the number itself are erased by ``Act.erase``.
    """
    mine = order_must_do.c.number == number
    named = list(act.conn.execute(select(order_must_do.c.order).where(mine).distinct()).scalars())
    if not named:
        return 0
    files = select(order_must_do.c.proof).where(mine, order_must_do.c.proof_kind == ProofKind.FILE.value)
    papers = set(act.conn.execute(files).scalars())
    emptied = act.conn.execute(
        update(order_must_do).where(mine).values(number=0, detail="", proof="", saw="", words="", begun="")
    ).rowcount
    for order in named:
        act.erase(subject_of(order))
        others = select(order_must_do.c.place).where(order_must_do.c.order == order, order_must_do.c.number != 0)
        values = {"text": "", "words": ""}
        if act.conn.execute(others.limit(1)).first() is None:
            of = regulator_order.c.order == order
            papers.add(act.conn.execute(select(regulator_order.c.document).where(of)).scalar_one())
            values["document"] = ""
        act.conn.execute(update(regulator_order).where(regulator_order.c.order == order).values(**values))
    for digest in papers - _still_named(act, papers):
        vault.remove(digest)
    return emptied + len(named)


def _still_named(act: Act, papers: set[str]) -> set[str]:
    """Those of the digests that another order names, and the empty one."""
    documents = select(regulator_order.c.document).where(regulator_order.c.document.in_(papers))
    proofs = select(order_must_do.c.proof).where(order_must_do.c.proof.in_(papers))
    return {"", *act.conn.execute(documents).scalars(), *act.conn.execute(proofs).scalars()}
