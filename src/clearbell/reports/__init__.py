"""Reports of nuisance calls and the reputation of the numbers they name."""

from clearbell.reports.reputation import Reputation, ReputationSettings, Scale, Score, score_at, wilson_lower_bound
from clearbell.reports.service import (
    Filed,
    do_file_reports,
    do_forget_number,
    do_rebuild_reputation,
    do_withdraw_report,
)

__all__ = [
    "Filed",
    "Reputation",
    "ReputationSettings",
    "Scale",
    "Score",
    "do_file_reports",
    "do_forget_number",
    "do_rebuild_reputation",
    "do_withdraw_report",
    "score_at",
    "wilson_lower_bound",
]
