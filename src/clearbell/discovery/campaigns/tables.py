"""Tables of campaigns."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

campaign = Table(
    "discovery_campaign",
    metadata,
    Column("campaign", Text, primary_key=True),
    # Local days since 1970.
    Column("first_day", Integer, nullable=False),
    Column("last_day", Integer, nullable=False),
    # JSON: what held it together on its last day.
    Column("bonds", Text, nullable=False),
)

campaign_number = Table(
    "discovery_campaign_number",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("joined", Integer, primary_key=True, autoincrement=False),
    # Day on which it was in it no more; 0 while it is.
    Column("left", Integer, nullable=False),
    Index("ix_discovery_campaign_number_number", "number"),
)
