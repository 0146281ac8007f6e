"""Tables of orders and restrictions: their present state. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from clearbell.ledger.tables import metadata

regulator_order = Table(
    "regulator_order",
    metadata,
    Column("order", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)

restriction = Table(
    "restriction",
    metadata,
    Column("restriction", Text, primary_key=True),
    Column("target", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("rung", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("limit", BigInteger, nullable=False),
    Column("order", Text, nullable=False),
    # µs UTC; 0 while it was not lifted.
    Column("lifted", BigInteger, nullable=False),
    Index("ix_restriction_number", "number"),
)
