"""The queue of cases is read in its order, however many cases there are.

Revision: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    is_open = sa.text("state <> 'closed' AND merged_into = ''")
    op.create_index("ix_case_file_order", "case_file", ["urgency"], sqlite_where=is_open, postgresql_where=is_open)
    mine = sa.text("state <> 'closed' AND merged_into = '' AND assignee <> ''")
    op.create_index("ix_case_file_assignee", "case_file", ["assignee"], sqlite_where=mine, postgresql_where=mine)


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_case_file_assignee", "case_file")
    op.drop_index("ix_case_file_order", "case_file")
