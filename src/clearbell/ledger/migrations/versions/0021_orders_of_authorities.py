"""Orders of authorities: what they ask for, by when, and how it was proven.

Revision: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0026"
branch_labels = None
depends_on = None

_WORDS = (
    "authority",
    "reference",
    "document",
    "media",
    "acknowledged_by",
    "proposer",
    "outcome",
    "words",
    "confirmed_by",
)
_TIMES = ("received", "acknowledge_by", "moved", "acknowledge_overdue", "overdue")


def upgrade() -> None:
    """Make the change. Orders that were on file before become received ones that ask for nothing by name."""
    for name in _WORDS:
        op.add_column("regulator_order", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    for name in _TIMES:
        op.add_column("regulator_order", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("regulator_order", sa.Column("state", sa.Text(), nullable=False, server_default="received"))
    op.execute('UPDATE regulator_order SET received = at, moved = at, reference = "order"')
    op.create_index("ix_regulator_order_state", "regulator_order", ["state", "due"])
    op.create_index("ix_regulator_order_reference", "regulator_order", ["authority", "reference"])
    op.create_table(
        "order_must_do",
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("bears", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun", sa.Text(), nullable=False),
        sa.Column("proof_kind", sa.Text(), nullable=False),
        sa.Column("proof", sa.Text(), nullable=False),
        sa.Column("saw", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("moved", sa.BigInteger(), nullable=False),
        sa.Column("overdue", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order", "place", name=op.f("pk_order_must_do")),
    )
    op.create_index("ix_order_must_do_number", "order_must_do", ["number"])
    op.create_index("ix_order_must_do_due", "order_must_do", ["state", "due"])
    op.create_table(
        "order_step",
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order", "seq", name=op.f("pk_order_step")),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("order_step")
    op.drop_table("order_must_do")
    op.drop_index("ix_regulator_order_reference", "regulator_order")
    op.drop_index("ix_regulator_order_state", "regulator_order")
    for name in ("state", *_TIMES, *_WORDS):
        op.drop_column("regulator_order", name)
