"""Files taken in keep their header, so that their bad rows can be written out as such a file.

Revision: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.add_column("intake_run", sa.Column("header", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("intake_run") as batch_op:
        batch_op.drop_column("header")
