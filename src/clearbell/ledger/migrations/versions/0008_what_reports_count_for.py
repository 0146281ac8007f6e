"""What reports count for: matched with calls, set aside, believed, void; votes for a number.

Revision: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NEW = ("wanted", "standing", "match", "why", "weight", "proven", "voice", "void")


def upgrade() -> None:
    """Make the change."""
    with op.batch_alter_table("report") as batch_op:
        batch_op.add_column(sa.Column("wanted", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("standing", sa.Text(), nullable=False, server_default="counted"))
        batch_op.add_column(sa.Column("match", sa.Text(), nullable=False, server_default="no-records"))
        batch_op.add_column(sa.Column("why", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("weight", sa.Float(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("proven", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("voice", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("void", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE report SET voice = reporter WHERE reporter <> 0")
    with op.batch_alter_table("report") as batch_op:
        for name in _NEW:
            batch_op.alter_column(name, server_default=None)
    _some("ix_report_voice", "voice <> 0", ["voice", "number"])
    _some("ix_report_waiting", "standing = 'waiting'", ["seq"])
    _some("ix_report_aside", "standing = 'aside'", ["number", "received"])
    with op.batch_alter_table("reputation") as batch_op:
        batch_op.add_column(sa.Column("wanted", sa.Float(), nullable=False, server_default="0"))
    with op.batch_alter_table("reputation") as batch_op:
        batch_op.alter_column("wanted", server_default=None)
    op.create_table(
        "report_detail",
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.BigInteger(), nullable=False),
        sa.Column("duration", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("forward", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("report", name=op.f("pk_report_detail")),
    )
    op.create_index("ix_report_detail_number", "report_detail", ["number"])
    op.create_index("ix_report_detail_reporter", "report_detail", ["reporter"])
    op.create_table(
        "reporter_standing",
        sa.Column(
            "reporter", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("reporter", name=op.f("pk_reporter_standing")),
    )
    op.create_table(
        "bad_faith",
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("reporter", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lifted", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_bad_faith")),
    )
    op.create_index("ix_bad_faith_reporter", "bad_faith", ["reporter"])


def _some(name: str, condition: str, columns: list[str]) -> None:
    where = sa.text(condition)
    op.create_index(name, "report", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("bad_faith")
    op.drop_table("reporter_standing")
    op.drop_table("report_detail")
    with op.batch_alter_table("reputation") as batch_op:
        batch_op.drop_column("wanted")
    for name in ("ix_report_aside", "ix_report_waiting", "ix_report_voice"):
        op.drop_index(name, "report")
    with op.batch_alter_table("report") as batch_op:
        for name in _NEW:
            batch_op.drop_column(name)
