"""Tables of the clock: what passed, and up to when the longest lists were looked through."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from clearbell.ledger.tables import metadata

deadline_passed = Table(
    "deadline_passed",
    metadata,
    # The key makes each deadline pass once. One that was moved has another time, and passes then.
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    # µs UTC.
    Column("due", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    # The number that the subject names; 0: none.
    Column("number", BigInteger, nullable=False),
    Index("ix_deadline_passed_at", "at"),
    Index("ix_deadline_passed_number", "number"),
    sqlite_with_rowid=False,
)

deadline_mark = Table(
    "deadline_mark",
    metadata,
    Column("kind", Text, primary_key=True),
    # Whatever was due by then passed, µs UTC.
    Column("until", BigInteger, nullable=False),
)
