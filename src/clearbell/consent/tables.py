"""Tables of consent: its present state. Its history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from clearbell.ledger.tables import metadata

consent = Table(
    "consent",
    metadata,
    # The subscriber first: one tree serves both who asks for a subscriber's consents and who asks for one of them.
    Column("callee", BigInteger, primary_key=True, autoincrement=False),
    Column("holder", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("given", BigInteger, nullable=False),
    # µs UTC; 0 while in force.
    Column("withdrawn", BigInteger, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("per_day", Integer, nullable=False),
    # What a holder has is counted from the index alone.
    Index("ix_consent_holder", "holder", "given", "until", "withdrawn"),
    sqlite_with_rowid=False,
)

consent_sum = Table(
    "consent_sum",
    metadata,
    # Of holders with so many consents that no page counts them; reckoned beside the pages.
    Column("holder", Text, primary_key=True),
    Column("in_force", BigInteger, nullable=False),
    Column("lapsing", BigInteger, nullable=False),
    Column("withdrawn", BigInteger, nullable=False),
    # JSON: what each of the last weeks brought.
    Column("weeks", Text, nullable=False),
    # µs UTC.
    Column("at", BigInteger, nullable=False),
)

_ENDS = text("withdrawn = 0 AND until > 0")
Index("ix_consent_until", consent.c.until, consent.c.callee, sqlite_where=_ENDS, postgresql_where=_ENDS)
_ENDLESS = text("withdrawn = 0 AND until = 0")
Index("ix_consent_given", consent.c.given, consent.c.callee, sqlite_where=_ENDLESS, postgresql_where=_ENDLESS)

asking = Table(
    "consent_asked",
    metadata,
    Column("callee", BigInteger, primary_key=True, autoincrement=False),
    Column("holder", Text, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("per_day", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("code", Text, nullable=False),
    Column("asked", BigInteger, nullable=False),
    # µs UTC; 0 while there was no answer.
    Column("answered", BigInteger, nullable=False),
    Index("ix_consent_asked_code", "code"),
    sqlite_with_rowid=False,
)

receipt = Table(
    "consent_receipt",
    metadata,
    Column("code", Text, primary_key=True),
    Column("callee", BigInteger, nullable=False),
    Column("holder", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    # When the consent it is about was given: a later consent is not revoked by an earlier one's receipt.
    Column("given", BigInteger, nullable=False),
    Index("ix_consent_receipt_callee", "callee"),
)

evidence = Table(
    "evidence",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("callee", BigInteger, nullable=False),
    Column("caller", BigInteger, nullable=False),
    Column("call", Text, nullable=False),
    Column("kept", BigInteger, nullable=False),
    # Since when it proves nothing any more, µs UTC; 0 while what it proves has no end.
    Column("ended", BigInteger, nullable=False, server_default="0"),
    Index("ix_evidence_callee", "callee"),
    Index("ix_evidence_ended", "ended", "digest"),
)

refusal = Table(
    "refusal",
    metadata,
    Column("callee", BigInteger, primary_key=True, autoincrement=False),
    # One of the two is set: a holder, or the number of a caller whose holder is not known.
    Column("holder", Text, primary_key=True),
    Column("caller", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("channel", Text, nullable=False),
    # By caller: which refusals end when that number gets another user.
    Index("ix_refusal_caller", "caller"),
    sqlite_with_rowid=False,
)

own_list = Table(
    "own_list",
    metadata,
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, primary_key=True, autoincrement=False),
    Column("verdict", Text, nullable=False),
    sqlite_with_rowid=False,
)

wish = Table(
    "wish",
    metadata,
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    # Category codes, separated by spaces.
    Column("refuse", Text, nullable=False),
    Column("refuse_withheld", Boolean, nullable=False),
    # Hours as one text (consent.hours), and their time zone; empty: none, the pack's.
    Column("quiet", Text, nullable=False, server_default=""),
    Column("zone", Text, nullable=False, server_default=""),
)
