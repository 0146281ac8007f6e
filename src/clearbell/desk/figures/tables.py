"""The table of figures: how often something happened on a day. It names nobody."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from clearbell.ledger.tables import metadata

figure = Table(
    "figure",
    metadata,
    # Local day since 1970-01-01, first: the last months are read by it alone.
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
