"""Number resources are listed by their trunks down an index.

Revision: 0051
"""

from __future__ import annotations

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_index("ix_resource_trunks", "resource", ["trunks", "first"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_resource_trunks", "resource")
