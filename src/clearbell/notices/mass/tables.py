"""Tables of mass notices. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text, text

from clearbell.ledger.tables import metadata

mass = Table(
    "mass_notice",
    metadata,
    Column("mass", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    # JSON of model.Words and model.Audience.
    Column("words", LargeBinary, nullable=False),
    Column("audience", LargeBinary, nullable=False),
    # Names separated by spaces, the preferred one first.
    Column("channels", Text, nullable=False),
    # Times are µs UTC; 0: none.
    Column("not_after", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    # Officers who had a hand in this version, separated by line feeds.
    Column("hands", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("recipients", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    # JSON object: how many were left out, by reason.
    Column("left_out", LargeBinary, nullable=False),
    # Who fixes the audience or sends now: nobody else may write recipients.
    Column("token", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("lease", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    # JSON object: recipients by where they stand; empty: not counted yet.
    Column("counts", Text, nullable=False, server_default=""),
    # When the last recipient had an end, receipts included; 0: not yet.
    Column("settled", BigInteger, nullable=False, server_default="0"),
)

HELD = text("outcome IN (1, 2)")
"""Word for word as the index says it: a database uses a partial index only for a query that says the same."""

mass_recipient = Table(
    "mass_recipient",
    metadata,
    Column("mass", Integer, primary_key=True, autoincrement=False),
    # Digits of the E.164 number, mail address, or URL.
    Column("recipient", Text, primary_key=True),
    Column("channel", SmallInteger, nullable=False),
    Column("language", Text, nullable=False),
    # model.Outcome.
    Column("outcome", SmallInteger, nullable=False),
    # Parts of the message, known once it was claimed; and which of them (bits) were accepted.
    Column("parts", SmallInteger, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    # Postponed: when it is due again.
    Column("due", BigInteger, nullable=False),
    Column("ids", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # Few at any time: what a sender holds, and what waits for another attempt.
    Index(
        "ix_mass_recipient_open",
        "mass",
        "outcome",
        "due",
        sqlite_where=HELD,
        postgresql_where=HELD,
    ),
    sqlite_with_rowid=False,
)

mass_list = Table(
    "mass_list",
    metadata,
    Column("list", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),
    Column("channel", SmallInteger, nullable=False),
    Column("language", Text, nullable=False),
    Index("ix_mass_list_recipient", "recipient"),
    sqlite_with_rowid=False,
)

opt_out = Table(
    "notice_opt_out",
    metadata,
    Column("recipient", Text, primary_key=True),
    Column("since", BigInteger, nullable=False),
)
