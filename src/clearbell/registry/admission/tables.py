"""Tables of admission: its present state. Its history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from clearbell.ledger.tables import metadata

line = Table(
    "line",
    metadata,
    Column("line", Text, primary_key=True),
    Column("carrier", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    # Keyed digests; empty where not told.
    Column("person", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("issued", BigInteger, nullable=False),
    # µs UTC; 0 while it is used.
    Column("ended", BigInteger, nullable=False),
    Index("ix_line_person", "person"),
    Index("ix_line_address", "address"),
    Index("ix_line_device", "device"),
    Index("ix_line_number", "number"),
)

blacklist = Table(
    "blacklist",
    metadata,
    Column("entry", Text, primary_key=True),
    Column("licence", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("breach", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("listed", BigInteger, nullable=False),
    # µs UTC; 0: until it is taken off.
    Column("until", BigInteger, nullable=False),
    # µs UTC; 0 while it stands.
    Column("unlisted", BigInteger, nullable=False),
    Index("ix_blacklist_licence", "licence"),
    Index("ix_blacklist_person", "person"),
    Index("ix_blacklist_name", "name"),
)
