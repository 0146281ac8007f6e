"""Tables of appeals: their present state and papers. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

appeal = Table(
    "appeal",
    metadata,
    Column("appeal", Text, primary_key=True),
    # What it is against.
    Column("subject", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("rests_on", Text, nullable=False),
    # Who appeals, by which number they are told (0: none), and why.
    Column("appellant", Text, nullable=False),
    Column("contact", BigInteger, nullable=False),
    Column("language", Text, nullable=False),
    Column("proven", Boolean, nullable=False),
    Column("ground", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("statement", Text, nullable=False),
    Column("filer", Text, nullable=False),
    Column("door", Text, nullable=False),
    Column("state", Text, nullable=False),
    # Times are µs UTC; 0: none.
    Column("filed", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    # Papers: which, asked for when, to come by when.
    Column("papers_words", Text, nullable=False),
    Column("papers_asked", BigInteger, nullable=False),
    Column("papers_due", BigInteger, nullable=False),
    # How often it was not decided in time.
    Column("late", Integer, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided", BigInteger, nullable=False),
    # JSON of what was undone; empty: nothing.
    Column("undone", Text, nullable=False),
    Index("ix_appeal_subject", "subject", "id"),
    Index("ix_appeal_number", "number"),
    Index("ix_appeal_contact", "contact"),
    Index("ix_appeal_case_id", "case_id"),
    Index("ix_appeal_state", "state", "due"),
    Index("ix_appeal_papers_due", "state", "papers_due"),
)

appeal_paper = Table(
    "appeal_paper",
    metadata,
    Column("appeal", Text, primary_key=True),
    Column("digest", Text, primary_key=True),
    Column("media", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("ix_appeal_paper_digest", "digest"),
)
