"""Tables of notices: the outbox itself, what acknowledges each part, and codes sent. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text

from clearbell.ledger.tables import metadata

notice = Table(
    "notice",
    metadata,
    Column("notice", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("template", Text, nullable=False),
    # JSON object of text.
    Column("arguments", LargeBinary, nullable=False),
    # Encrypted JSON of the secret arguments; wiped once they were sent or can be of no use.
    Column("secret", LargeBinary, nullable=False),
    Column("language", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    # Number of this notice among its recipient's, 0 to 255: marks the parts that belong together.
    Column("reference", Integer, nullable=False),
    # Times are µs UTC; 0: none.
    Column("created", BigInteger, nullable=False),
    Column("not_after", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("since", BigInteger, nullable=False),
    # Queued: when it is next taken. Sending: when whoever took it is given up.
    Column("due", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_notice_state", "state", "channel", "due"),
    Index("ix_notice_recipient", "recipient"),
    Index("ix_notice_created", "created"),
)

notice_part = Table(
    "notice_part",
    metadata,
    Column("notice", Text, primary_key=True),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("parts", Integer, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("accepted", BigInteger, nullable=False),
    Index("ix_notice_part_message_id", "message_id"),
)

notice_receipt = Table(
    "notice_receipt",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
)

notice_incoming = Table(
    "notice_incoming",
    metadata,
    Column("sender", Text, primary_key=True),
    Column("to", Text, primary_key=True),
    Column("reference", Integer, primary_key=True, autoincrement=False),
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("parts", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("received", BigInteger, nullable=False),
)

notice_code = Table(
    "notice_code",
    metadata,
    # The notice that carries it.
    Column("notice", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    # When it was used or replaced; 0: it may still be used.
    Column("done", BigInteger, nullable=False),
    Index("ix_notice_code_number", "number", "purpose"),
    Index("ix_notice_code_sent", "sent"),
)
