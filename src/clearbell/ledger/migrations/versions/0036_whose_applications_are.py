"""Whose applications are: the registered party that applies.

Revision: 0036
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.add_column("application", sa.Column("party", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_application_party", "application", ["party", "filed_at"])
    conn = op.get_bind()
    rows = conn.execute(sa.text("SELECT holder, party FROM holder")).all()
    parties: dict[str, str] = {row.holder: row.party for row in rows}
    for name, fields in conn.execute(sa.text("SELECT application, fields FROM application")).all():
        party = parties.get(json.loads(fields).get("holder", ""), "")
        if party:
            conn.execute(
                sa.text("UPDATE application SET party = :party WHERE application = :name"),
                {"party": party, "name": name},
            )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_application_party", "application")
    op.drop_column("application", "party")
