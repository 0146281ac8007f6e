"""The queue, what is overdue and what is due next are read down an index; scorecards are kept.

Revision: 0047
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0044"
branch_labels = None
depends_on = None

_IS_OPEN = "state <> 'closed' AND merged_into = ''"
_ORDER = ["urgency", "pressing", "case"]
_CASES = (
    ("ix_case_file_queue", ["state", *_ORDER], ""),
    ("ix_case_file_order", _ORDER, _IS_OPEN),
    ("ix_case_file_pressing", _ORDER[1:], _IS_OPEN),
    ("ix_case_file_assignee", ["assignee", *_ORDER], f"{_IS_OPEN} AND assignee <> ''"),
)
_BEFORE = (
    ("ix_case_file_queue", ["state", "urgency"], ""),
    ("ix_case_file_order", ["urgency"], _IS_OPEN),
    ("ix_case_file_assignee", ["assignee"], f"{_IS_OPEN} AND assignee <> ''"),
)


def upgrade() -> None:
    """Make the change."""
    op.add_column("case_file", sa.Column("pressing", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE case_file SET pressing = CASE WHEN due = 0 THEN -4611686018427387904 ELSE -due END")
    _reindex(_BEFORE, _CASES)
    op.create_table(
        "scorecard_kept",
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("cards", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("first", "last", name=op.f("pk_scorecard_kept")),
    )
    op.create_index("ix_enforcement_task_deadline", "enforcement_task", ["state", "deadline"])
    op.create_index("ix_restriction_until", "restriction", ["until", "restriction"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_restriction_until", "restriction")
    op.drop_index("ix_enforcement_task_deadline", "enforcement_task")
    op.drop_table("scorecard_kept")
    _reindex(_CASES, _BEFORE)
    op.drop_column("case_file", "pressing")


def _reindex(gone: tuple[tuple[str, list[str], str], ...], made: tuple[tuple[str, list[str], str], ...]) -> None:
    for name, *_ in gone:
        op.drop_index(name, "case_file")
    for name, columns, where in made:
        condition = sa.text(where) if where else None
        op.create_index(name, "case_file", columns, sqlite_where=condition, postgresql_where=condition)
