"""Deadlines that passed; when the review of an application is due; how often a case was late.

Revision: 0019
"""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    now = time.time_ns() // 1000
    op.create_table(
        "deadline_passed",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject", "due", name=op.f("pk_deadline_passed")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_deadline_passed_at", "deadline_passed", ["at"])
    op.create_index("ix_deadline_passed_number", "deadline_passed", ["number"])
    op.create_table(
        "deadline_mark",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_deadline_mark")),
    )
    # What lapsed long ago does not pass now, all at once.
    for kind, table in (("consent_ends", "consent"), ("number_ageing", "number_disconnect")):
        op.execute(
            sa.text(
                f'INSERT INTO deadline_mark (kind, "until") SELECT :kind, :now WHERE EXISTS (SELECT 1 FROM {table})'  # noqa: S608 names are our own tables
            ).bindparams(sa.bindparam("kind", kind, sa.Text()), sa.bindparam("now", now, sa.BigInteger()))
        )
    op.add_column("application", sa.Column("due", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("case_file", sa.Column("late", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("case_file", "late")
    op.drop_column("application", "due")
    op.drop_table("deadline_mark")
    op.drop_table("deadline_passed")
