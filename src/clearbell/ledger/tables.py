"""Tables of the ledger, and the metadata that every room's tables join."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("note", LargeBinary, nullable=False),
    # JSON array of the public facts; personal ones stand in ledger_sealed.
    Column("body", LargeBinary, nullable=False),
    Column("sealed", Integer, nullable=False),
    Column("sealed_root", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Index("ix_ledger_entry_kind_seq", "kind", "seq"),
)

ledger_sealed = Table(
    "ledger_sealed",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("commitment", LargeBinary, nullable=False),
    # The three below are NULL once the subject was erased; the commitment stays, so the chain still verifies.
    Column("subject", Text),
    Column("salt", LargeBinary),
    Column("data", LargeBinary),
    Index("ix_ledger_sealed_subject", "subject"),
    sqlite_with_rowid=False,
)

ledger_checkpoint = Table(
    "ledger_checkpoint",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

ledger_follower = Table(
    "ledger_follower",
    metadata,
    Column("name", Text, primary_key=True),
    Column("cursor", BigInteger, nullable=False),
    Column("moved_at", BigInteger, nullable=False),
)
