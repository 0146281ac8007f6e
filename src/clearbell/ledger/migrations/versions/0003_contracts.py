"""Contracts.

Revision: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "contract",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("per_hour", sa.Integer(), nullable=False),
        sa.Column("per_callee_day", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("offered", sa.BigInteger(), nullable=False),
        sa.Column("accepted", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("restriction", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("contract", name=op.f("pk_contract")),
    )
    with op.batch_alter_table("contract") as batch_op:
        batch_op.create_index("ix_contract_holder", ["holder"])
    op.create_table(
        "contract_step",
        sa.Column("contract", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("contract", "seq", name=op.f("pk_contract_step")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("contract_step")
    op.drop_table("contract")
