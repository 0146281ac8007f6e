"""Wishes by the hour, and the time zone of who wishes.

Revision: 0043
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.add_column("wish", sa.Column("quiet", sa.Text(), nullable=False, server_default=""))
    op.add_column("wish", sa.Column("zone", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("wish") as batch:
        batch.drop_column("zone")
        batch.drop_column("quiet")
