"""Lines issued, and the blacklist that carriers share.

Revision: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "line",
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("line", name=op.f("pk_line")),
    )
    with op.batch_alter_table("line") as batch_op:
        for column in ("person", "address", "device", "number"):
            batch_op.create_index(f"ix_line_{column}", [column])
    op.create_table(
        "blacklist",
        sa.Column("entry", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("breach", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("listed", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("unlisted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_blacklist")),
    )
    with op.batch_alter_table("blacklist") as batch_op:
        for column in ("licence", "person", "name"):
            batch_op.create_index(f"ix_blacklist_{column}", [column])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("blacklist")
    op.drop_table("line")
