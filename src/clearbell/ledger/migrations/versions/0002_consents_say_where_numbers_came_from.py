"""Consents are kept by subscriber, and say where the number came from and how often calls are agreed to.

Revision: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("consent") as batch_op:
        batch_op.drop_index("ix_consent_callee")
    op.rename_table("consent", "consent_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE consent_before DROP CONSTRAINT pk_consent")
    op.create_table(
        "consent",
        sa.Column("callee", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn", sa.BigInteger(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("callee", "holder", "purpose", name=op.f("pk_consent")),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO consent (callee, holder, purpose, until, channel, evidence, given, withdrawn, provenance, per_day) "
        "SELECT callee, holder, purpose, until, channel, evidence, given, withdrawn, 'unknown', 0 "
        "FROM consent_before ORDER BY callee, holder, purpose"
    )
    op.drop_table("consent_before")
    op.create_table(
        "consent_asked",
        sa.Column("callee", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("per_day", sa.Integer(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("callee", "holder", "purpose", name=op.f("pk_consent_asked")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("consent_asked") as batch_op:
        batch_op.create_index("ix_consent_asked_code", ["code"])
    op.create_table(
        "consent_receipt",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("callee", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("given", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_consent_receipt")),
    )
    with op.batch_alter_table("consent_receipt") as batch_op:
        batch_op.create_index("ix_consent_receipt_callee", ["callee"])
    op.create_table(
        "evidence",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("callee", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.BigInteger(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence") as batch_op:
        for column in ("callee", "kept"):
            batch_op.create_index(f"ix_evidence_{column}", [column])


def downgrade() -> None:
    """There is no way back: where numbers came from would be lost."""
    message = "downgrading would lose receipts and the provenance of numbers; restore a backup instead"
    raise NotImplementedError(message)
