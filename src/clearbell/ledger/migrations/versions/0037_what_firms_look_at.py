"""What became of each holder's calls, and indexes to find what one party has.

Revision: 0037
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "call_outcome",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("holder", "day", "action", "reason", name=op.f("pk_call_outcome")),
    )
    op.create_table(
        "call_outcome_reached",
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("segment", sa.Text(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("journal", name=op.f("pk_call_outcome_reached")),
    )
    op.create_index("ix_holder_party", "holder", ["party"])
    op.create_index("ix_consent_holder", "consent", ["holder", "given", "until", "withdrawn"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_consent_holder", "consent")
    op.drop_index("ix_holder_party", "holder")
    op.drop_table("call_outcome_reached")
    op.drop_table("call_outcome")
