"""Table of appeals: their present state. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from clearbell.ledger.tables import metadata

label_appeal = Table(
    "label_appeal",
    metadata,
    Column("appeal", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("ground", Text, nullable=False),
    # µs UTC; 0: none, not yet.
    Column("since", BigInteger, nullable=False),
    Column("statement", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("filed", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("decided", BigInteger, nullable=False),
    Column("filer", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_label_appeal_number", "number"),
    Index("ix_label_appeal_state", "state", "due"),
)
