"""Tables of reassignment. Disconnects are history: a row stays when the number is used again."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

number_disconnect = Table(
    "number_disconnect",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # ISO date in the pack's zone: the last day of the former user.
    Column("day", Text, primary_key=True),
    # µs UTC.
    Column("free", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("recorded", BigInteger, nullable=False),
    # ISO date of the first day of the next user; empty: not used again yet.
    Column("reassigned", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Index("ix_number_disconnect_free", "free", "number"),
)

disconnect_cover = Table(
    "disconnect_cover",
    metadata,
    # There is one row.
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("first", Text, nullable=False),
)
