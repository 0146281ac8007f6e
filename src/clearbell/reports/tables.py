"""Tables of reports: each complaint, what they add up to for each number, and the scale of those sums."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Float, Index, Integer, Table, Text, text

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
    Column("wanted", Boolean, nullable=False),
    # What it counts for: values of Standing, Match and Why, and the weight in complaints; see model.Weighed.
    Column("standing", Text, nullable=False),
    Column("match", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("weight", Float, nullable=False),
    Column("proven", Boolean, nullable=False),
    Column("voice", BigInteger, nullable=False),
    # How many marks of bad faith cover it.
    Column("void", Integer, nullable=False),
    Index("ix_report_number", "number"),
)


def _some(name: str, condition: ColumnElement[bool], *columns: Column[Any]) -> None:
    Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


_some("ix_report_reporter", report.c.reporter != 0, report.c.reporter, report.c.number)
_some("ix_report_voice", report.c.voice != 0, report.c.voice, report.c.number)
_some("ix_report_waiting", report.c.standing == text("'waiting'"), report.c.seq)
_some("ix_report_aside", report.c.standing == text("'aside'"), report.c.number, report.c.received)
# The desk's list, in its order: of all, of a category, and of the few that are set aside or were taken back.
Index("ix_report_received", report.c.received, report.c.report)
Index("ix_report_category", report.c.category, report.c.received)
_some("ix_report_aside_received", report.c.standing == text("'aside'"), report.c.received, report.c.report)
_some("ix_report_withdrawn", report.c.withdrawn != text("0"), report.c.received, report.c.report)

# On which trunk the call came in, where the call records told it.
report_trunk = Table(
    "report_trunk",
    metadata,
    Column("report", Text, primary_key=True),
    Column("trunk", Text, nullable=False),
)

report_detail = Table(
    "report_detail",
    metadata,
    Column("report", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("reporter", BigInteger, nullable=False),
    Column("origin", BigInteger, nullable=False),
    Column("duration", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("forward", Boolean, nullable=False),
    Column("verified", Boolean, nullable=False),
    Index("ix_report_detail_number", "number"),
    Index("ix_report_detail_reporter", "reporter"),
)

reporter_standing = Table(
    "reporter_standing",
    metadata,
    Column("reporter", _NUMBER, primary_key=True, autoincrement=False),
    # Verdicts for and against his reports.
    Column("right", Integer, nullable=False),
    Column("wrong", Integer, nullable=False),
)

bad_faith = Table(
    "bad_faith",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("reporter", BigInteger, nullable=False),
    # Reports received in [since, until) are void.
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("officer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # When it was lifted, µs UTC; 0 while it is in force.
    Column("lifted", BigInteger, nullable=False),
    Index("ix_bad_faith_reporter", "reporter"),
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
    # Votes for the number, on the scale of evidence.
    Column("wanted", Float, nullable=False),
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
