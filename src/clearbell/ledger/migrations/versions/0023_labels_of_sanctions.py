"""Labels that a sanction puts on numbers.

Revision: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "label_imposed",
        sa.Column("sanction", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sanction", "number", name=op.f("pk_label_imposed")),
    )
    op.create_index("ix_label_imposed_number", "label_imposed", ["number"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("label_imposed")
