"""Tables of reports: each complaint, what they add up to for each number, and the scale of those sums."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

# SQLite makes the number the row's own place only when its type is exactly INTEGER.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

report = Table(
    "report",
    metadata,
    # The id itself and no digest of it: sources count their ids up, so rows of a file land side by side in the
    # index, where digests would scatter over all of it and make a large import several times slower.
    Column("report", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("reporter", BigInteger, nullable=False),
    Column("category", Text, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("area", Text, nullable=False),
    # Place in the ledger of the entry that holds it.
    Column("seq", BigInteger, nullable=False),
    # When it was taken back, µs UTC; 0 while it stands.
    Column("withdrawn", BigInteger, nullable=False),
    Index("ix_report_number", "number"),
)
Index(
    "ix_report_reporter",
    report.c.reporter,
    report.c.number,
    sqlite_where=report.c.reporter != 0,
    postgresql_where=report.c.reporter != 0,
)

reputation = Table(
    "reputation",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    Column("reports", Integer, nullable=False),
    Column("reporters", Integer, nullable=False),
    # Sums on the scale below, not scores: see reputation.py.
    Column("heat", Float, nullable=False),
    Column("evidence", Float, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)

reputation_reset = Table(
    "reputation_reset",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    # Complaints of calls before this (µs UTC) do not count.
    Column("before", BigInteger, nullable=False),
)

reputation_scale = Table(
    "reputation_scale",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("heat_days", Float, nullable=False),
    Column("evidence_days", Float, nullable=False),
    Column("utc_offset_minutes", Integer, nullable=False),
    Column("heat_epoch", Float, nullable=False),
    Column("evidence_epoch", Float, nullable=False),
)
