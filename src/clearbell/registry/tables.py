"""Tables of the registry: its present state. Its history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Table, Text

from clearbell.ledger.tables import metadata

party = Table(
    "party",
    metadata,
    Column("party", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
)

holder = Table(
    "holder",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("category", Text, nullable=False),
    Index("ix_holder_party", "party"),
)

trunk = Table(
    "trunk",
    metadata,
    Column("trunk", Text, primary_key=True),
    Column("provider", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("registered_only", Boolean, nullable=False),
)

resource = Table(
    "resource",
    metadata,
    Column("resource", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),
    # Names of trunks, separated by spaces; empty: any.
    Column("trunks", Text, nullable=False),
    Column("inbound_only", Boolean, nullable=False),
    Column("category", Text, nullable=False),
    # Ranges do not overlap, so the one that could hold a number is the last that starts at or before it.
    Index("ix_resource_first", "first"),
    Index("ix_resource_holder", "holder"),
    Index("ix_resource_trunks", "trunks", "first"),
)
