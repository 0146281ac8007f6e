"""Test calls, what their sound is recognised by, and calls to the lines they are made on.

Revision: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "test_call",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("own", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("script", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("prints", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_test_call")),
    )
    op.create_index("ix_test_call_number", "test_call", ["number", "started"])
    op.create_index("ix_test_call_pool", "test_call", ["pool", "started"])
    op.create_index("ix_test_call_own", "test_call", ["own", "started"])
    op.create_index("ix_test_call_state", "test_call", ["state", "due"])
    op.create_index("ix_test_call_case_id", "test_call", ["case_id"])
    op.create_table(
        "test_print",
        sa.Column("hash", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("at", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("hash", "call", "at", name=op.f("pk_test_print")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_test_print_call", "test_print", ["call"])
    op.create_table(
        "line_call",
        sa.Column("received", sa.Text(), nullable=False),
        sa.Column("caller", sa.BigInteger(), nullable=False),
        sa.Column("caller_text", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("own", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("same_number", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("received", name=op.f("pk_line_call")),
    )
    op.create_index("ix_line_call_caller", "line_call", ["caller", "at"])
    op.create_index("ix_line_call_answers", "line_call", ["answers"])
    op.create_index("ix_line_call_at", "line_call", ["at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("line_call")
    op.drop_table("test_print")
    op.drop_table("test_call")
