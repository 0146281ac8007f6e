"""Business name cards, and the history of disconnected numbers.

Revision: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _number() -> sa.Column[int]:
    return sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False)


def _revision() -> sa.Column[int]:
    return sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False)


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "card",
        _text("card"),
        _revision(),
        *(_text(name) for name in ("holder", "licence", "legal", "name_zh", "name_en", "department_zh")),
        *(
            _text(name)
            for name in ("department_en", "logo", "state", "reason", "filed_by", "reviewed_by", "decided_by")
        ),
        *(_big(name) for name in ("filed_at", "changed_at", "until")),
        sa.PrimaryKeyConstraint("card", "revision", name=op.f("pk_card")),
    )
    op.create_index("ix_card_state", "card", ["state"])
    op.create_index("ix_card_holder", "card", ["holder"])
    op.create_table(
        "card_number",
        _text("card"),
        _revision(),
        _number(),
        *(_text(name) for name in ("number_class", "purpose", "owner_unit")),
        _big("authenticated"),
        _text("lifecycle"),
        sa.PrimaryKeyConstraint("card", "revision", "number", name=op.f("pk_card_number")),
    )
    op.create_index("ix_card_number_number", "card_number", ["number"])
    op.create_table(
        "card_document",
        _text("card"),
        _revision(),
        *(_text(name) for name in ("kind", "digest", "media")),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("card", "revision", "kind", name=op.f("pk_card_document")),
    )
    op.create_table(
        "card_shown",
        _number(),
        _big("version"),
        _text("card"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _text("hidden"),
        *(_big(name) for name in ("at", "until")),
        sa.Column("bucket", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_card_shown")),
    )
    op.create_index("ix_card_shown_version", "card_shown", ["version"], unique=True)
    op.create_index("ix_card_shown_card", "card_shown", ["card", "revision"])
    op.create_index("ix_card_shown_bucket", "card_shown", ["bucket"])
    op.create_table(
        "number_disconnect",
        _number(),
        _text("day"),
        _big("free"),
        _text("source"),
        _big("recorded"),
        *(_text(name) for name in ("reassigned", "holder")),
        sa.PrimaryKeyConstraint("number", "day", name=op.f("pk_number_disconnect")),
    )
    op.create_index("ix_number_disconnect_free", "number_disconnect", ["free"])
    op.create_table(
        "disconnect_cover",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        _text("first"),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_disconnect_cover")),
    )
    op.create_index("ix_refusal_caller", "refusal", ["caller"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_refusal_caller", "refusal")
    for table in ("disconnect_cover", "number_disconnect", "card_shown", "card_document", "card_number", "card"):
        op.drop_table(table)
