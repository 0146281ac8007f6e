"""Tables of findings: their present state, and what was seen on each day."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

finding = Table(
    "discovery_finding",
    metadata,
    Column("finding", Text, primary_key=True),
    Column("detector", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("window", Integer, nullable=False),
    # Local days since 1970.
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    # 0 while it lasts.
    Column("passed", Integer, nullable=False),
    # JSON objects: feature to value.
    Column("evidence", Text, nullable=False),
    Column("limits", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Index("ix_discovery_finding_unit", "unit"),
    Index("ix_discovery_finding_passed", "passed", "detector"),
)

sighting = Table(
    "discovery_sighting",
    metadata,
    Column("finding", Text, primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("level", Text, nullable=False),
    Column("evidence", Text, nullable=False),
)

member = Table(
    "discovery_member",
    metadata,
    Column("finding", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("first_day", Integer, nullable=False),
    Index("ix_discovery_member_number", "number"),
)
