"""Accounts whose owners sign in with an identity provider.

Revision: 0042
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "access_identity",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("linked", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "subject", name=op.f("pk_access_identity")),
    )
    op.create_index("ix_access_identity_account", "access_identity", ["account"])
    op.add_column("access_session", sa.Column("provider", sa.Text(), nullable=False, server_default=""))
    op.add_column("access_session", sa.Column("factor", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("access_session") as batch:
        batch.drop_column("factor")
        batch.drop_column("provider")
    op.drop_table("access_identity")
