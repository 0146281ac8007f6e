"""Reading contracts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.ledger.paging import Order, Place, page
from clearbell.registry.contracts.model import State
from clearbell.registry.contracts.tables import contract, contract_step
from clearbell.registry.queries import held_by


def contracts(conn: Connection, holder: str = "", limit: int = 100, after: str = "") -> Sequence[Row[Any]]:
    """Contracts of a holder, or of all, in the order of their ids."""
    query = select(contract).where(contract.c.contract > after).order_by(contract.c.contract).limit(limit)
    if holder:
        query = query.where(contract.c.holder == holder)
    return conn.execute(query).all()


BY_OFFERED = Order((contract.c.offered, contract.c.contract), descending=True)
BY_HOLDER = Order((contract.c.holder, contract.c.contract))


def contracts_of_party(
    conn: Connection, party: str, limit: int, order: Order = BY_OFFERED, after: Place = (), state: str = ""
) -> Sequence[Row[Any]]:
    """Contracts of all holders that a party is, past a place of the order; the newest first."""
    query = select(contract).where(contract.c.holder.in_(held_by(party)))
    if state:
        query = query.where(contract.c.state == state)
    return conn.execute(page(query, order, after, limit)).all()


def contracts_in_force(conn: Connection, holder: str) -> list[str]:
    """Ids of the contracts of a holder that are in force."""
    query = select(contract.c.contract).where(contract.c.holder == holder, contract.c.state == State.IN_FORCE.value)
    return list(conn.execute(query.order_by(contract.c.contract)).scalars())


def contracts_ended_by(conn: Connection, restrictions: Sequence[str]) -> list[str]:
    """Ids of the contracts that ended, and stayed so, with any of the restrictions."""
    query = select(contract.c.contract).where(
        contract.c.restriction.in_(restrictions), contract.c.state == State.ENDED.value
    )
    return list(conn.execute(query.order_by(contract.c.contract)).scalars())


def steps_of(conn: Connection, name: str) -> list[int]:
    """Places in the ledger of everything that happened to a contract, oldest first."""
    query = select(contract_step.c.seq).where(contract_step.c.contract == name).order_by(contract_step.c.seq)
    return list(conn.execute(query).scalars())
