"""Lines that are answered: by which node, and calls that are being taken.

Revision: 0038
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "answered_line",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("own", sa.BigInteger(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("lease", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_answered_line")),
    )
    op.add_column("line_call", sa.Column("coming", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_line_call_line", "line_call", ["line", "at"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_line_call_line", "line_call")
    op.drop_column("line_call", "coming")
    op.drop_table("answered_line")
