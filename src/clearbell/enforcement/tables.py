"""Tables of enforcement: its present state. Its history is the ledger. No number stands in them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

task = Table(
    "enforcement_task",
    metadata,
    Column("restriction", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("state", Text, nullable=False),
    # Order in which a target is told.
    Column("serial", BigInteger, nullable=False),
    # Who answers for the target.
    Column("provider", Text, nullable=False),
    # Whether it goes to another carrier than the one that connected the caller.
    Column("spread", Boolean, nullable=False),
    # Times are µs UTC; 0: none. Not told before `release`; the next attempt is due at `next`.
    Column("since", BigInteger, nullable=False),
    Column("release", BigInteger, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("deadline", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("alarmed", BigInteger, nullable=False),
    Column("acknowledged", BigInteger, nullable=False),
    Column("how", Text, nullable=False),
    # What it was told with, and the SHA-256 of that where it was a file.
    Column("message", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("fault", Text, nullable=False),
    Index("ix_enforcement_task_due", "target", "state", "next"),
    Index("ix_enforcement_task_alarmed", "alarmed"),
    Index("ix_enforcement_task_deadline", "state", "deadline"),
)

target = Table(
    "enforcement_target",
    metadata,
    Column("target", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("provider", Text, nullable=False),
    # The process that tells it now, until when. Of several nodes one does.
    Column("owner", Text, nullable=False),
    Column("lease", BigInteger, nullable=False),
    Column("serial", BigInteger, nullable=False),
    # When the whole list was asked for; 0: it is not.
    Column("resync", BigInteger, nullable=False),
    Column("why", Text, nullable=False),
    # When it last had the whole list, and when it last answered.
    Column("synced", BigInteger, nullable=False),
    Column("seen", BigInteger, nullable=False),
    Column("fault", Text, nullable=False),
)
