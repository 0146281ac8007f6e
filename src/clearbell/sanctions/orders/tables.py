"""Tables of orders: their present state. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from clearbell.ledger.tables import metadata

regulator_order = Table(
    "regulator_order",
    metadata,
    Column("order", Text, primary_key=True),
    # The authority as the pack names it, its full name, and its own number of the order.
    Column("authority", Text, nullable=False, server_default=""),
    Column("issuer", Text, nullable=False),
    Column("reference", Text, nullable=False, server_default=""),
    Column("text", Text, nullable=False),
    # The signed document in the vault; empty: none.
    Column("document", Text, nullable=False, server_default=""),
    Column("media", Text, nullable=False, server_default=""),
    # Times are µs UTC; 0: none.
    Column("received", BigInteger, nullable=False, server_default="0"),
    Column("acknowledge_by", BigInteger, nullable=False, server_default="0"),
    Column("due", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="received"),
    Column("moved", BigInteger, nullable=False, server_default="0"),
    # Who acknowledged it; who proposed which outcome in which words.
    Column("acknowledged_by", Text, nullable=False, server_default=""),
    Column("proposer", Text, nullable=False, server_default=""),
    Column("outcome", Text, nullable=False, server_default=""),
    Column("words", Text, nullable=False, server_default=""),
    Column("confirmed_by", Text, nullable=False, server_default=""),
    # When each passed due time was told.
    Column("acknowledge_overdue", BigInteger, nullable=False, server_default="0"),
    Column("overdue", BigInteger, nullable=False, server_default="0"),
    Index("ix_regulator_order_state", "state", "due"),
    Index("ix_regulator_order_acknowledge_by", "state", "acknowledge_by"),
    Index("ix_regulator_order_reference", "authority", "reference"),
)

order_must_do = Table(
    "order_must_do",
    metadata,
    Column("order", Text, primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("bears", Text, nullable=False),
    # Set when it bears on a number; else 0.
    Column("number", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("rung", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    # What carries it out: a sanction or a case; empty: nothing was begun.
    Column("begun", Text, nullable=False),
    Column("proof_kind", Text, nullable=False),
    Column("proof", Text, nullable=False),
    Column("saw", Text, nullable=False),
    Column("words", Text, nullable=False),
    # Who proved it or gave it up, and when.
    Column("officer", Text, nullable=False),
    Column("moved", BigInteger, nullable=False),
    Column("overdue", BigInteger, nullable=False),
    Index("ix_order_must_do_number", "number"),
    Index("ix_order_must_do_due", "state", "due"),
)

order_step = Table(
    "order_step",
    metadata,
    Column("order", Text, primary_key=True),
    # Place in the ledger of an entry that belongs to the order's story.
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    # Which must-do it is about; 0: the order itself.
    Column("place", Integer, nullable=False),
)
