"""Setting a number's past aside: complaints of calls before a day are not about whoever uses it now.

As with the question of the US Reassigned Numbers Database, the date decides: a call on the day itself, or later, is the
present user's. What was filed stays on file; later reports of earlier calls do not count either.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select

from clearbell.ledger import Act
from clearbell.ledger.bulk import put_rows
from clearbell.reports import sums
from clearbell.reports.model import NumberReset
from clearbell.reports.reputation import ReputationSettings
from clearbell.reports.tables import report, reputation, reputation_reset


def do_reset_number(act: Act, number: int, before: int, settings: ReputationSettings) -> NumberReset:
    """Count only complaints of calls at or after ``before`` (µs UTC) from now on.

    An earlier reset that reaches further stays. Appends ``reports.reset``, sealed about the number. Raises
    :class:`~clearbell.reports.refusals.RefusedHalfLivesError`.
    """
    scale = sums.scale_for(act, settings)
    before = max(before, sums.resets_of(act.conn, [number]).get(number, 0))
    put_rows(act.conn, reputation_reset, ("number", "before"), [(number, before)], ("number",))
    sums.recount_number(act, number, scale)
    fact = NumberReset(number, before)
    act.append("reports.reset", [fact], about=lambda f: f.number)
    return fact


def do_reset_unreported(act: Act, resets: Sequence[NumberReset]) -> None:
    """Reset many numbers that :func:`reported` does not know: there is nothing to recount. Appends one entry."""
    if resets:
        rows = [(fact.number, fact.before) for fact in resets]
        put_rows(act.conn, reputation_reset, ("number", "before"), rows, ("number",))
        act.append("reports.reset", resets, about=lambda f: f.number)


def reported(conn: Connection, numbers: Sequence[int]) -> set[int]:
    """Those of up to some hundred numbers that have reports, a reputation or a reset."""
    columns = (report.c.number, reputation.c.number, reputation_reset.c.number)
    found: set[int] = set()
    for column in columns:
        found |= set(conn.execute(select(column).where(column.in_(numbers)).distinct()).scalars())
    return found
