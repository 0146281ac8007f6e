"""Tables of cases: their present state and evidence. Their history is the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, text

from clearbell.ledger.tables import metadata

NEVER_PRESSING = -(1 << 62)


def pressing(due: int) -> int:
    """What stands beside a time that a case is due, µs UTC; 0: never."""
    return -due if due else NEVER_PRESSING


case_file = Table(
    "case_file",
    metadata,
    Column("case", Text, primary_key=True),
    Column("unit_kind", Text, nullable=False),
    Column("unit", Text, nullable=False),
    # The number, when the case is about one; else 0.
    Column("number", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("urgency", Integer, nullable=False),
    # Times are µs UTC; 0: none.
    Column("due", BigInteger, nullable=False),
    # Minus the time it is due, and NEVER_PRESSING where it is not: the sooner due, the larger, so that with the urgency it is
    # one way down an index.
    Column("pressing", BigInteger, nullable=False, server_default="0"),
    Column("opened", BigInteger, nullable=False),
    Column("moved", BigInteger, nullable=False),
    # Calls from here on are what the case is about.
    Column("since", BigInteger, nullable=False),
    Column("snoozed", BigInteger, nullable=False),
    Column("assignee", Text, nullable=False),
    Column("opener", Text, nullable=False),
    # The case that this one goes on in; empty: by itself.
    Column("merged_into", Text, nullable=False),
    # The last verdict, proposed or found: what, who proposed it, in which words, and when it was found.
    Column("verdict", Text, nullable=False),
    Column("proposer", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("found", BigInteger, nullable=False),
    # What reporters were last told of this case: the verdict, and up to which calls.
    Column("taught", Text, nullable=False),
    Column("taught_until", BigInteger, nullable=False),
    # How many of its deadlines passed.
    Column("late", Integer, nullable=False, server_default="0"),
    Index("ix_case_file_unit", "unit_kind", "unit"),
    Index("ix_case_file_queue", "state", "urgency", "pressing", "case"),
    Index("ix_case_file_due", "state", "due"),
    Index("ix_case_file_number", "number"),
    Index("ix_case_file_merged", "merged_into"),
)
_OPEN = text("state <> 'closed' AND merged_into = ''")
Index(
    "uq_case_file_open",
    case_file.c.unit_kind,
    case_file.c.unit,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)

# The queue in its order, and the overdue of it.
_ORDER = (case_file.c.urgency, case_file.c.pressing, case_file.c.case)
Index("ix_case_file_order", *_ORDER, sqlite_where=_OPEN, postgresql_where=_OPEN)
Index("ix_case_file_pressing", *_ORDER[1:], sqlite_where=_OPEN, postgresql_where=_OPEN)
_MINE = text("state <> 'closed' AND merged_into = '' AND assignee <> ''")
Index("ix_case_file_assignee", case_file.c.assignee, *_ORDER, sqlite_where=_MINE, postgresql_where=_MINE)

case_evidence = Table(
    "case_evidence",
    metadata,
    Column("case", Text, primary_key=True),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("added", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("reference", Text, nullable=False),
    # The reason that brought it; empty: found in the course of the case.
    Column("joins", Text, nullable=False),
    # JSON of the entry.
    Column("what", Text, nullable=False),
    Index("ix_case_evidence_reference", "kind", "reference"),
)
