"""Findings of discovery, and campaigns.

Revision: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "discovery_finding",
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("detector", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("finding", name=op.f("pk_discovery_finding")),
    )
    with op.batch_alter_table("discovery_finding") as batch_op:
        batch_op.create_index("ix_discovery_finding_unit", ["unit"])
        batch_op.create_index("ix_discovery_finding_passed", ["passed", "detector"])
    op.create_table(
        "discovery_sighting",
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("finding", "day", name=op.f("pk_discovery_sighting")),
    )
    op.create_table(
        "discovery_member",
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("finding", "number", name=op.f("pk_discovery_member")),
    )
    with op.batch_alter_table("discovery_member") as batch_op:
        batch_op.create_index("ix_discovery_member_number", ["number"])
    op.create_table(
        "discovery_campaign",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("bonds", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", name=op.f("pk_discovery_campaign")),
    )
    op.create_table(
        "discovery_campaign_number",
        sa.Column("campaign", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("joined", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("left", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign", "number", "joined", name=op.f("pk_discovery_campaign_number")),
    )
    with op.batch_alter_table("discovery_campaign_number") as batch_op:
        batch_op.create_index("ix_discovery_campaign_number_number", ["number"])


def downgrade() -> None:
    """Take the change back."""
    for table in (
        "discovery_campaign_number",
        "discovery_campaign",
        "discovery_member",
        "discovery_sighting",
        "discovery_finding",
    ):
        op.drop_table(table)
