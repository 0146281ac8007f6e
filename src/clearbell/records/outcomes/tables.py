"""Tables of outcomes: sums of decisions, and how far each node's journal was read for them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, Table, Text

from clearbell.ledger.tables import metadata

call_outcome = Table(
    "call_outcome",
    metadata,
    Column("holder", Text, primary_key=True),
    # Local day since 1970-01-01.
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("action", Text, primary_key=True),
    # The symbol that decided, or ``total``.
    Column("reason", Text, primary_key=True),
    Column("calls", BigInteger, nullable=False),
)

COMPLAINED = "complained"
"""Beside the actions: complaints received that day about calls that came in on the trunk."""

trunk_outcome = Table(
    "trunk_outcome",
    metadata,
    Column("trunk", Text, primary_key=True),
    # Local day since 1970-01-01.
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("action", Text, primary_key=True),
    Column("calls", BigInteger, nullable=False),
)

day_outcome = Table(
    "day_outcome",
    metadata,
    # Local day since 1970-01-01.
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("action", Text, primary_key=True),
    Column("calls", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Every decision by day and action; it names nobody, so it is kept."""

call_outcome_reached = Table(
    "call_outcome_reached",
    metadata,
    Column("journal", Text, primary_key=True),
    Column("segment", Text, nullable=False),
    Column("offset", BigInteger, nullable=False),
)
