"""Table of contacts: their present state. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from clearbell.ledger.tables import metadata

contact = Table(
    "contact",
    metadata,
    Column("kind", Text, primary_key=True),
    # Digits of the number, or the id of the holder or party.
    Column("unit", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("language", Text, nullable=False),
    # Place in the ledger of the fact that named it, for erasure.
    Column("seq", BigInteger, nullable=False),
    Index("ix_contact_address", "channel", "address"),
)
