"""Tables of applications and findings: their present state. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

application = Table(
    "application",
    metadata,
    Column("application", Text, primary_key=True),
    Column("line_class", Text, nullable=False),
    Column("state", Text, nullable=False),
    # JSON object of the form's fields; identity numbers as keyed digests.
    Column("fields", Text, nullable=False),
    # JSON array of problems, as the checks last found them.
    Column("problems", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("filed_by", Text, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    # µs UTC; 0: not yet.
    Column("filed_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("valid_until", BigInteger, nullable=False),
    Column("recheck_at", BigInteger, nullable=False),
    # Until when it is to be reviewed; 0 while it waits for nobody but the applicant.
    Column("due", BigInteger, nullable=False, server_default="0"),
    # The registered party that applies; empty: not registered yet.
    Column("party", Text, nullable=False, server_default=""),
    Index("ix_application_party", "party", "filed_at"),
    Index("ix_application_state_changed_at", "state", "changed_at"),
    Index("ix_application_due", "state", "due"),
    Index("ix_application_recheck_at", "state", "recheck_at"),
    Index("ix_application_valid_until", "state", "valid_until"),
)

application_document = Table(
    "application_document",
    metadata,
    Column("application", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("size", Integer, nullable=False),
)

finding = Table(
    "finding",
    metadata,
    Column("rule", Text, primary_key=True),
    Column("resource", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    # JSON object.
    Column("evidence", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
