"""Table of complaints: their present state. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text, text

from clearbell.ledger.tables import metadata

complaint = Table(
    "complaint",
    metadata,
    Column("report", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("reporter", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    # µs UTC; 0: no deadline.
    Column("due", BigInteger, nullable=False),
    Column("opened", BigInteger, nullable=False),
    Column("moved", BigInteger, nullable=False),
    Column("provider", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Index("ix_complaint_state", "state", "due"),
    Index("ix_complaint_number", "number"),
    Index("ix_complaint_reporter", "reporter"),
)
_OWED = text("due <> 0")
Index("ix_complaint_due", complaint.c.due, complaint.c.report, sqlite_where=_OWED, postgresql_where=_OWED)
