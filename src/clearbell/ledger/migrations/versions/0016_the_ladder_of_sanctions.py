"""Sanctions go by a ladder, and say who is told by which ways; contacts of numbers, holders and parties.

What was put in force for a case before has its place in the ladder's history.

Revision: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the change."""
    op.add_column("restriction", sa.Column("sanction", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "sanction",
        sa.Column("sanction", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("current", sa.Text(), nullable=False),
        sa.Column("proposed", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("announced", sa.BigInteger(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("bitten", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        sa.Column("different", sa.Boolean(), nullable=False),
        sa.Column("at_once", sa.Boolean(), nullable=False),
        sa.Column("restriction", sa.Text(), nullable=False),
        sa.Column("restrictions", sa.Integer(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("undelivered", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sanction", name=op.f("pk_sanction")),
    )
    op.create_index("ix_sanction_number", "sanction", ["number"])
    op.create_index("ix_sanction_name", "sanction", ["target", "name"])
    op.create_index("ix_sanction_case_id", "sanction", ["case_id"])
    op.create_index("ix_sanction_state", "sanction", ["state", "until"])
    op.create_table(
        "sanction_notice",
        sa.Column("sanction", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("sanction", "event", "notice", name=op.f("pk_sanction_notice")),
    )
    op.create_table(
        "contact",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "unit", "channel", "address", name=op.f("pk_contact")),
    )
    op.create_index("ix_contact_address", "contact", ["channel", "address"])
    # Restrictions of cases: their id is that of the case with a number.
    op.execute(
        sa.text(
            'INSERT INTO sanction (sanction, case_id, target, number, name, rung, "current", proposed, reason, words, '
            '"order", officer, state, announced, start, latest, bitten, until, ends, ended, stages, channels, '
            '"different", at_once, restriction, restrictions, undone, undelivered) '
            "SELECT r.restriction, e.\"case\", r.target, r.number, r.name, r.rung, r.rung, '', r.reason, '', "
            "r.\"order\", e.source, CASE WHEN r.lifted > 0 THEN 'lifted' ELSE 'in-force' END, r.start, r.start, r.start, "
            "r.start, r.until, r.until, r.lifted, "
            '\'[{"rung":"\' || r.rung || \'","until":\' || r.until || \',"limit":\' || r."limit" || \'}]\', '
            "0, :no, :yes, CASE WHEN r.lifted > 0 THEN '' ELSE r.restriction END, 1, "
            "CASE WHEN c.verdict = 'cleared' THEN :yes ELSE :no END, '[]' "
            "FROM restriction r JOIN case_evidence e ON e.kind = 'sanction' AND e.reference = r.restriction "
            'AND r.restriction LIKE e."case" || \'/%\' JOIN case_file c ON c."case" = e."case"'
        ).bindparams(sa.bindparam("yes", True, sa.Boolean()), sa.bindparam("no", False, sa.Boolean()))
    )
    op.execute("UPDATE restriction SET sanction = restriction WHERE restriction IN (SELECT sanction FROM sanction)")


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("contact")
    op.drop_table("sanction_notice")
    op.drop_table("sanction")
    op.drop_column("restriction", "sanction")
