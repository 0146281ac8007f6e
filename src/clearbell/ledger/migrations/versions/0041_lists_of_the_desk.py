"""Lists of the desk are read in their order however long they are; calls are added up by trunk.

Revision: 0041
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0018"
branch_labels = None
depends_on = None

_PARTIAL = (
    ("ix_report_aside_received", "report", ["received", "report"], "standing = 'aside'"),
    ("ix_report_withdrawn", "report", ["received", "report"], "withdrawn <> 0"),
    ("ix_sanction_until", "sanction", ["until", "sanction"], "ended = 0"),
    ("ix_complaint_due", "complaint", ["due", "report"], "due <> 0"),
)
_WHOLE = (
    ("ix_report_received", "report", ["received", "report"]),
    ("ix_case_file_due", "case_file", ["state", "due"]),
    ("ix_report_category", "report", ["category", "received"]),
    ("ix_sanction_announced", "sanction", ["announced", "sanction"]),
    ("ix_sanction_ended", "sanction", ["ended", "sanction"]),
    ("ix_restriction_start", "restriction", ["start"]),
)


def upgrade() -> None:
    """Make the change."""
    for name, table, columns in _WHOLE:
        op.create_index(name, table, columns)
    for name, table, columns, where in _PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_table(
        "trunk_outcome",
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("trunk", "day", "action", name=op.f("pk_trunk_outcome")),
    )
    op.create_table(
        "report_trunk",
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("trunk", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_report_trunk")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("report_trunk")
    op.drop_table("trunk_outcome")
    for name, table, *_ in (*_PARTIAL, *_WHOLE):
        op.drop_index(name, table)
