"""Restrictions that carry out no sanction are listed down an index.

Revision: 0046
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0047"
branch_labels = None
depends_on = None

_STRAIGHT = sa.text("sanction = ''")


def upgrade() -> None:
    """Make the change."""
    op.create_index(
        "ix_restriction_straight",
        "restriction",
        ["start", "restriction"],
        sqlite_where=_STRAIGHT,
        postgresql_where=_STRAIGHT,
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_restriction_straight", "restriction")
