"""Where a mass notice's recipients stand is kept beside it, and when the last of them had an end.

Revision: 0031
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("mass_notice") as batch_op:
        # Empty: not counted yet.
        batch_op.add_column(sa.Column("counts", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("settled", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("mass_notice") as batch_op:
        batch_op.drop_column("settled")
        batch_op.drop_column("counts")
