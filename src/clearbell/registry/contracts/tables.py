"""Tables of contracts: their present state. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

contract = Table(
    "contract",
    metadata,
    Column("contract", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("hours", Text, nullable=False),
    Column("per_hour", Integer, nullable=False),
    Column("per_callee_day", Integer, nullable=False),
    # The whole text as it was put before the holder.
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("signer", Text, nullable=False),
    # µs UTC; 0: not yet.
    Column("offered", BigInteger, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    # The restriction that its end put in force; empty when none is.
    Column("restriction", Text, nullable=False),
    Index("ix_contract_holder", "holder"),
    Index("ix_contract_offered", "state", "offered"),
)

contract_step = Table(
    "contract_step",
    metadata,
    Column("contract", Text, primary_key=True),
    # Place in the ledger.
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
)
