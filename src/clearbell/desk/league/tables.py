"""Table of scorecards that are kept ready."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from clearbell.ledger.tables import metadata

scorecard_kept = Table(
    "scorecard_kept",
    metadata,
    # Local days since 1970-01-01.
    Column("first", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, primary_key=True, autoincrement=False),
    # When they were reckoned, µs UTC.
    Column("at", BigInteger, nullable=False),
    # JSON of the cards.
    Column("cards", Text, nullable=False),
)
