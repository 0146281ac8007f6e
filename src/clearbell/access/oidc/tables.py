"""The table of identities: who, at an identity provider, has which account."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Table, Text

from clearbell.ledger.tables import metadata

access_identity = Table(
    "access_identity",
    metadata,
    Column("provider", Text, primary_key=True),
    # The claim `sub`: unique at its provider and never given to somebody else (OpenID Connect Core 2).
    Column("subject", Text, primary_key=True),
    Column("account", Text, nullable=False),
    Column("linked", BigInteger, nullable=False),
    Index("ix_access_identity_account", "account"),
)
