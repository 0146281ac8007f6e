"""Tables of test calls: where each stands, what can be recognised again, calls to our lines, and who answers these."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text, false

from clearbell.ledger.tables import metadata

# Times are µs UTC; 0: not yet.
test_call = Table(
    "test_call",
    metadata,
    Column("call", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("line", Text, nullable=False),
    Column("own", BigInteger, nullable=False),
    Column("pool", Text, nullable=False),
    Column("script", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("case_id", Text, nullable=False),
    Column("planned", BigInteger, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # JSON of Evidence.
    Column("evidence", LargeBinary, nullable=False),
    # Digests in the vault; empty: none, or removed.
    Column("heard", Text, nullable=False),
    Column("said", Text, nullable=False),
    # Pairs of spectral peaks kept of it.
    Column("prints", Integer, nullable=False),
    Index("ix_test_call_number", "number", "started"),
    Index("ix_test_call_pool", "pool", "started"),
    Index("ix_test_call_own", "own", "started"),
    Index("ix_test_call_state", "state", "due"),
    Index("ix_test_call_case_id", "case_id"),
)

test_print = Table(
    "test_print",
    metadata,
    Column("hash", Integer, primary_key=True, autoincrement=False),
    Column("call", Text, primary_key=True),
    Column("at", Integer, primary_key=True, autoincrement=False),
    Index("ix_test_print_call", "call"),
    sqlite_with_rowid=False,
)

line_call = Table(
    "line_call",
    metadata,
    Column("received", Text, primary_key=True),
    Column("caller", BigInteger, nullable=False),
    Column("caller_text", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("own", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("evidence", LargeBinary, nullable=False),
    Column("heard", Text, nullable=False),
    Column("answers", Text, nullable=False),
    Column("same_number", Boolean, nullable=False),
    # It rings or is answered now; what was heard comes when it is over.
    Column("coming", Boolean, nullable=False, server_default=false()),
    Index("ix_line_call_caller", "caller", "at"),
    Index("ix_line_call_answers", "answers"),
    Index("ix_line_call_at", "at"),
    Index("ix_line_call_line", "line", "at"),
)

answered_line = Table(
    "answered_line",
    metadata,
    Column("line", Text, primary_key=True),
    Column("own", BigInteger, nullable=False),
    Column("pool", Text, nullable=False),
    # The node that answers it, and the process of that node, until when. Of several nodes one does.
    Column("owner", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("lease", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    # Why it could not be answered; empty: it can.
    Column("fault", Text, nullable=False),
)
