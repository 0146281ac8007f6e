"""Complaints that are owed an answer.

Revision: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "complaint",
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_complaint")),
    )
    op.create_index("ix_complaint_state", "complaint", ["state", "due"])
    op.create_index("ix_complaint_number", "complaint", ["number"])
    op.create_index("ix_complaint_reporter", "complaint", ["reporter"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("complaint")
