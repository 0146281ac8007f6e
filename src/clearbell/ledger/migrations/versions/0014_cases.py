"""Cases and their evidence.

Revision: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_OPEN = sa.text("state <> 'closed' AND merged_into = ''")


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "case_file",
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("unit_kind", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("urgency", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("opened", sa.BigInteger(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("snoozed", sa.BigInteger(), nullable=False),
        sa.Column("assignee", sa.Text(), nullable=False),
        sa.Column("opener", sa.Text(), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("proposer", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("found", sa.BigInteger(), nullable=False),
        sa.Column("taught", sa.Text(), nullable=False),
        sa.Column("taught_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("case", name=op.f("pk_case_file")),
    )
    op.create_index("ix_case_file_unit", "case_file", ["unit_kind", "unit"])
    op.create_index("ix_case_file_queue", "case_file", ["state", "urgency"])
    op.create_index("ix_case_file_number", "case_file", ["number"])
    op.create_index("ix_case_file_merged", "case_file", ["merged_into"])
    op.create_index(
        "uq_case_file_open",
        "case_file",
        ["unit_kind", "unit"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_table(
        "case_evidence",
        sa.Column("case", sa.Text(), nullable=False),
        sa.Column("entry", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("joins", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case", "entry", name=op.f("pk_case_evidence")),
    )
    op.create_index("ix_case_evidence_reference", "case_evidence", ["kind", "reference"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("case_evidence")
    op.drop_table("case_file")
