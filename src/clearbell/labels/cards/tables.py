"""Tables of name cards: their present state. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

card = Table(
    "card",
    metadata,
    Column("card", Text, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("licence", Text, nullable=False),
    # Keyed digest; empty where it was not told.
    Column("legal", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("department_zh", Text, nullable=False),
    Column("department_en", Text, nullable=False),
    Column("logo", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("filed_by", Text, nullable=False),
    Column("reviewed_by", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    # µs UTC; 0: not yet.
    Column("filed_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_card_state", "state", "until"),
    Index("ix_card_holder", "holder"),
)

card_number = Table(
    "card_number",
    metadata,
    Column("card", Text, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("number_class", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("owner_unit", Text, nullable=False),
    # When the proof that it is the holder's was accepted, µs UTC; 0: not yet.
    Column("authenticated", BigInteger, nullable=False),
    Column("lifecycle", Text, nullable=False),
    Index("ix_card_number_number", "number"),
)

card_document = Table(
    "card_document",
    metadata,
    Column("card", Text, primary_key=True),
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("size", Integer, nullable=False),
)

card_shown = Table(
    "card_shown",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    # Counts every change of every number: a reader that knows up to here asks for what is past it.
    Column("version", BigInteger, nullable=False),
    Column("card", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    # Why it is not shown; empty while it is. Otherwise a tombstone, which stays, so that readers learn of it.
    Column("hidden", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    # The beginning of the number's digest, as of labels.
    Column("bucket", Integer, nullable=False),
    Index("ix_card_shown_version", "version", unique=True),
    Index("ix_card_shown_card", "card", "revision"),
    Index("ix_card_shown_bucket", "bucket"),
)
