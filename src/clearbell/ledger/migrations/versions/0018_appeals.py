"""Appeals against anything that was decided; those against labels are carried over.

Revision: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0037"
branch_labels = None
depends_on = None

_CARRY = """
INSERT INTO appeal (appeal, subject, id, number, name, case_id, rests_on, appellant, contact, language, proven, ground,
    since, statement, filer, door, state, filed, due, papers_words, papers_asked, papers_due, late, reviewer, officer,
    reason, decided, undone)
SELECT appeal, 'label', CAST(number AS TEXT), number, '', '', '', 'mislabelled', 0, 'zh', :never, ground,
    since, statement, filer, 'desk', CASE state WHEN 'refused' THEN 'rejected' ELSE state END, filed, due, '', 0, 0, 0,
    '', officer, reason, decided, ''
FROM label_appeal
"""
_CARRY_PAPERS = """
INSERT INTO appeal_paper (appeal, digest, media, size, name, at)
SELECT appeal, evidence, '', 0, '', filed FROM label_appeal WHERE evidence <> ''
"""
_CARRY_BACK = """
INSERT INTO label_appeal (appeal, number, ground, since, statement, evidence, state, filed, due, decided, filer, officer,
    reason)
SELECT appeal, number, ground, since, statement, COALESCE((SELECT MIN(digest) FROM appeal_paper
    WHERE appeal_paper.appeal = appeal.appeal), ''),
    CASE state WHEN 'upheld' THEN 'upheld' WHEN 'rejected' THEN 'refused' WHEN 'withdrawn' THEN 'refused'
    ELSE 'received' END, filed, due, decided, filer, officer, reason
FROM appeal WHERE subject = 'label' AND ground <> 'mistaken'
"""


def upgrade() -> None:
    """Make the change."""
    op.create_table(
        "appeal",
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("rests_on", sa.Text(), nullable=False),
        sa.Column("appellant", sa.Text(), nullable=False),
        sa.Column("contact", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("filer", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("filed", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("papers_words", sa.Text(), nullable=False),
        sa.Column("papers_asked", sa.BigInteger(), nullable=False),
        sa.Column("papers_due", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=False),
        sa.Column("undone", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appeal", name=op.f("pk_appeal")),
    )
    op.create_index("ix_appeal_subject", "appeal", ["subject", "id"])
    op.create_index("ix_appeal_number", "appeal", ["number"])
    op.create_index("ix_appeal_contact", "appeal", ["contact"])
    op.create_index("ix_appeal_case_id", "appeal", ["case_id"])
    op.create_index("ix_appeal_state", "appeal", ["state", "due"])
    op.create_table(
        "appeal_paper",
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("media", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("appeal", "digest", name=op.f("pk_appeal_paper")),
    )
    op.create_index("ix_appeal_paper_digest", "appeal_paper", ["digest"])
    op.get_bind().execute(sa.text(_CARRY), {"never": False})
    op.execute(_CARRY_PAPERS)
    op.drop_table("label_appeal")


def downgrade() -> None:
    """Take the change back; what the old table cannot hold is lost."""
    op.create_table(
        "label_appeal",
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("filed", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("decided", sa.BigInteger(), nullable=False),
        sa.Column("filer", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("appeal", name=op.f("pk_label_appeal")),
    )
    op.create_index("ix_label_appeal_number", "label_appeal", ["number"])
    op.create_index("ix_label_appeal_state", "label_appeal", ["state", "due"])
    op.execute(_CARRY_BACK)
    op.drop_table("appeal_paper")
    op.drop_table("appeal")
