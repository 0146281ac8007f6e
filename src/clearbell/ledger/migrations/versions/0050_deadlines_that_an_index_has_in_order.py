"""Every kind of deadline is read down an index; documents keep since when they prove nothing any more.

Revision: 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0046"
branch_labels = None
depends_on = None

_MADE = (
    ("ix_appeal_papers_due", "appeal", ["state", "papers_due"], ""),
    ("ix_application_due", "application", ["state", "due"], ""),
    ("ix_application_recheck_at", "application", ["state", "recheck_at"], ""),
    ("ix_application_valid_until", "application", ["state", "valid_until"], ""),
    ("ix_consent_given", "consent", ["given", "callee"], "withdrawn = 0 AND until = 0"),
    ("ix_consent_until", "consent", ["until", "callee"], "withdrawn = 0 AND until > 0"),
    ("ix_contract_offered", "contract", ["state", "offered"], ""),
    ("ix_evidence_ended", "evidence", ["ended", "digest"], ""),
    ("ix_regulator_order_acknowledge_by", "regulator_order", ["state", "acknowledge_by"], ""),
    ("ix_sanction_latest", "sanction", ["state", "latest", "sanction"], "channels > 0"),
    ("ix_sanction_start", "sanction", ["state", "start", "sanction"], "channels = 0"),
)
_LONGER = (
    ("ix_card_state", "card", ["state"], ["state", "until"]),
    ("ix_label_until", "label", ["until"], ["until", "number"]),
    ("ix_number_disconnect_free", "number_disconnect", ["free"], ["free", "number"]),
)
# The end of the last consent that a document proves, or when it was kept; 0: one of them has no end.
_ENDED = """
UPDATE evidence SET ended = CASE
  WHEN kind <> 'consent' THEN kept
  WHEN EXISTS (SELECT 1 FROM consent c WHERE c.callee = evidence.callee AND c.holder = evidence.holder
    AND c.evidence = evidence.digest AND c.until = 0 AND c.withdrawn = 0) THEN 0
  ELSE (SELECT CASE WHEN coalesce(max(e), 0) > evidence.kept THEN max(e) ELSE evidence.kept END FROM (
    SELECT CASE WHEN c.withdrawn <> 0 AND (c.until = 0 OR c.withdrawn < c.until) THEN c.withdrawn ELSE c.until END AS e
    FROM consent c WHERE c.callee = evidence.callee AND c.holder = evidence.holder AND c.evidence = evidence.digest
  ) ends) END
"""


def upgrade() -> None:
    """Make the change."""
    op.add_column("evidence", sa.Column("ended", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute(_ENDED)
    op.drop_index("ix_evidence_kept", "evidence")
    for name, table, columns, where in _MADE:
        condition = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)
    for name, table, _before, after in _LONGER:
        _replace(name, table, after)


def downgrade() -> None:
    """Take the change back."""
    for name, table, before, _after in _LONGER:
        _replace(name, table, before)
    for name, table, *_ in _MADE:
        op.drop_index(name, table)
    op.create_index("ix_evidence_kept", "evidence", ["kept"])
    op.drop_column("evidence", "ended")


def _replace(name: str, table: str, made: list[str]) -> None:
    op.drop_index(name, table)
    op.create_index(name, table, made)
