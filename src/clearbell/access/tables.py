"""Tables of accounts, sessions, tokens and reads: their present state. What changed stands in the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from clearbell.ledger.tables import metadata

account = Table(
    "account",
    metadata,
    Column("account", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("state", Text, nullable=False),
    # argon2id in its own encoding; empty while invited.
    Column("password", Text, nullable=False),
    # Digest of the invitation, and until when it counts.
    Column("invitation", LargeBinary, nullable=False),
    Column("invited_until", BigInteger, nullable=False),
    # The secret of the second factor, encrypted; empty: none. The last step of time whose code was used.
    Column("totp", LargeBinary, nullable=False),
    Column("totp_step", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", BigInteger, nullable=False),
    Column("made", BigInteger, nullable=False),
)

access_recovery = Table(
    "access_recovery",
    metadata,
    Column("account", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
)

access_session = Table(
    "access_session",
    metadata,
    # Digest: who reads the store cannot take a session over.
    Column("digest", LargeBinary, primary_key=True),
    Column("account", Text, nullable=False),
    Column("csrf", Text, nullable=False),
    # Whether the second factor is still to come.
    Column("half", Integer, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("agent", Text, nullable=False),
    # The identity provider that it was begun by; empty: the password. Whether a second factor was given there.
    Column("provider", Text, nullable=False, server_default=""),
    Column("factor", Integer, nullable=False, server_default="0"),
    Index("ix_access_session_account", "account"),
)

access_token = Table(
    "access_token",
    metadata,
    Column("token", Text, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("account", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("made", BigInteger, nullable=False),
    Column("expires", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Index("ix_access_token_digest", "digest", unique=True),
)

access_read = Table(
    "access_read",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("account", Text, nullable=False),
    # What was looked at: the route, and its subject as the address named it.
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Index("ix_access_read_account_at", "account", "at"),
    Index("ix_access_read_subject", "subject"),
)
