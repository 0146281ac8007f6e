"""Labels are found by the beginning of their numbers' digests.

Revision: 0006
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("label") as batch_op:
        batch_op.add_column(sa.Column("bucket", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_index("ix_label_bucket", ["bucket"])
    connection = op.get_bind()
    label = sa.table("label", sa.column("number", sa.BigInteger()), sa.column("bucket", sa.Integer()))
    numbers = connection.execute(sa.select(label.c.number)).scalars().all()
    if numbers:
        connection.execute(
            sa.update(label).where(label.c.number == sa.bindparam("of")).values(bucket=sa.bindparam("to")),
            [{"of": n, "to": int(hashlib.sha256(f"+{n}".encode()).hexdigest()[:5], 16)} for n in numbers],
        )


def downgrade() -> None:
    """Take the change back."""
    with op.batch_alter_table("label") as batch_op:
        batch_op.drop_index("ix_label_bucket")
        batch_op.drop_column("bucket")
