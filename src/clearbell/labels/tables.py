"""Tables of labels: what is published about each number, and each publication."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

# SQLite makes the number the row's own place only when its type is exactly INTEGER.
_NUMBER = BigInteger().with_variant(Integer, "sqlite")

label = Table(
    "label",
    metadata,
    Column("number", _NUMBER, primary_key=True, autoincrement=False),
    # Counts every change of every label: a reader that knows up to here asks for what is past it.
    Column("version", BigInteger, nullable=False),
    # Empty: a tombstone. It stays, so that readers learn that the label is gone.
    Column("category", Text, nullable=False),
    Column("reporters", Integer, nullable=False),
    Column("heat", Float, nullable=False),
    Column("evidence", Float, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    # The beginning of the number's digest; see hashing.py.
    Column("bucket", Integer, nullable=False, server_default="0"),
    Index("ix_label_version", "version", unique=True),
    Index("ix_label_until", "until", "number"),
    Index("ix_label_bucket", "bucket"),
)

label_imposed = Table(
    "label_imposed",
    metadata,
    # What a sanction put there: it stands until then (µs UTC), whatever complaints there are.
    Column("sanction", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("category", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Index("ix_label_imposed_number", "number"),
)

label_version = Table(
    "label_version",
    metadata,
    # Version of the last change of this publication.
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("published", Integer, nullable=False),
    Column("renewed", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
)
