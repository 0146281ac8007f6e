"""Table of hand-overs: where each stands. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from clearbell.ledger.tables import metadata

hand_over = Table(
    "hand_over",
    metadata,
    Column("hand_over", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("with_reporters", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposer", Text, nullable=False),
    # Times are µs UTC.
    Column("proposed", BigInteger, nullable=False),
    Column("officer", Text, nullable=False),
    Column("moved", BigInteger, nullable=False),
    # SHA-256 (hex) of the package's manifest; empty: not handed over.
    Column("manifest", Text, nullable=False),
    # Place in the ledger of the entry that says it was handed over; 0: it was not.
    Column("seq", BigInteger, nullable=False),
    Index("ix_hand_over_case_id", "case_id"),
)
