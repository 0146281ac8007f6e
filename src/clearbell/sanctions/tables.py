"""Tables of sanctions and restrictions: their present state. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text, text

from clearbell.ledger.tables import metadata

restriction = Table(
    "restriction",
    metadata,
    Column("restriction", Text, primary_key=True),
    Column("target", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("rung", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),
    Column("limit", BigInteger, nullable=False),
    Column("order", Text, nullable=False),
    # µs UTC; 0 while it was not lifted.
    Column("lifted", BigInteger, nullable=False),
    # The sanction that it carries out; empty: none.
    Column("sanction", Text, nullable=False, server_default=""),
    Index("ix_restriction_number", "number"),
    Index("ix_restriction_start", "start"),
    Index("ix_restriction_until", "until", "restriction"),
)

sanction = Table(
    "sanction",
    metadata,
    Column("sanction", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    # The rung it began with, and the one it is at.
    Column("rung", Text, nullable=False),
    Column("current", Text, nullable=False),
    Column("proposed", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("order", Text, nullable=False),
    Column("officer", Text, nullable=False),
    Column("state", Text, nullable=False),
    # Times are µs UTC; 0: none.
    Column("announced", BigInteger, nullable=False),
    Column("start", BigInteger, nullable=False),
    Column("latest", BigInteger, nullable=False),
    Column("bitten", BigInteger, nullable=False),
    # When the present rung is over, and when all of it is; 0: when it is lifted.
    Column("until", BigInteger, nullable=False),
    Column("ends", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    # JSON of its stages.
    Column("stages", Text, nullable=False),
    Column("channels", Integer, nullable=False),
    Column("different", Boolean, nullable=False),
    Column("at_once", Boolean, nullable=False),
    # What carries it out now; empty: nothing.
    Column("restriction", Text, nullable=False),
    Column("restrictions", Integer, nullable=False),
    # It should not have been, and raises no later one.
    Column("undone", Boolean, nullable=False),
    # JSON: what kept the notice from being delivered, where it bit nevertheless.
    Column("undelivered", Text, nullable=False),
    Index("ix_sanction_number", "number"),
    Index("ix_sanction_name", "target", "name"),
    Index("ix_sanction_case_id", "case_id"),
    Index("ix_sanction_state", "state", "until"),
    Index("ix_sanction_announced", "announced", "sanction"),
    Index("ix_sanction_ended", "ended", "sanction"),
)

_ALIVE = text("ended = 0")
Index("ix_sanction_until", sanction.c.until, sanction.c.sanction, sqlite_where=_ALIVE, postgresql_where=_ALIVE)

_AT_ITS_START = text("channels = 0")
Index(
    "ix_sanction_start",
    sanction.c.state,
    sanction.c.start,
    sanction.c.sanction,
    sqlite_where=_AT_ITS_START,
    postgresql_where=_AT_ITS_START,
)
_ONCE_TOLD = text("channels > 0")
Index(
    "ix_sanction_latest",
    sanction.c.state,
    sanction.c.latest,
    sanction.c.sanction,
    sqlite_where=_ONCE_TOLD,
    postgresql_where=_ONCE_TOLD,
)

_STRAIGHT = text("sanction = ''")
Index(
    "ix_restriction_straight",
    restriction.c.start,
    restriction.c.restriction,
    sqlite_where=_STRAIGHT,
    postgresql_where=_STRAIGHT,
)

sanction_notice = Table(
    "sanction_notice",
    metadata,
    Column("sanction", Text, primary_key=True),
    Column("event", Text, primary_key=True),
    Column("notice", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("counts", Boolean, nullable=False),
    # Why nothing could be sent; empty: it was queued.
    Column("fault", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
