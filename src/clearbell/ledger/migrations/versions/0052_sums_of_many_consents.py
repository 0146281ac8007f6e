"""Consents of holders with very many are counted beside the pages, and their sums kept.

Revision: 0052
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "consent_sum",
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("in_force", sa.BigInteger(), nullable=False),
        sa.Column("lapsing", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("weeks", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_consent_sum")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("consent_sum")
