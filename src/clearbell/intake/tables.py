"""Tables of intake: how far each file got, and the rows that could not be taken in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, Table, Text

from clearbell.ledger.tables import metadata

intake_run = Table(
    "intake_run",
    metadata,
    Column("run", Text, primary_key=True),
    Column("loader", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("moved_at", BigInteger, nullable=False),
    # Where the next chunk begins: bytes of the uncompressed file, and lines before it.
    Column("position", BigInteger, nullable=False),
    Column("lines", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("duplicates", BigInteger, nullable=False),
    Column("quarantined", BigInteger, nullable=False),
    Column("finished", Boolean, nullable=False),
    # The first line of a file that has one, for writing its bad rows out as such a file.
    Column("header", Text, nullable=False, server_default=""),
)

quarantined_row = Table(
    "quarantined_row",
    metadata,
    Column("run", Text, primary_key=True),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("line", BigInteger, nullable=False),
    Column("column", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("raw", Text, nullable=False),
    sqlite_with_rowid=False,
)
