"""Recording consents, a handful or a million in one act."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from clearbell.consent.errors import BadFrequencyError, LapsedBeforeGivenError
from clearbell.consent.evidence import do_reckon_proofs
from clearbell.consent.model import ConsentGranted
from clearbell.consent.tables import asking, consent, refusal
from clearbell.ledger import Act
from clearbell.ledger.bulk import delete_rows, put_rows, update_rows

MOST_A_DAY = 8
"""Calls a day a consent may name; screening remembers no more of one holder to one callee."""
_COLUMNS = tuple(column.name for column in consent.columns)


def do_grant(act: Act, grants: Sequence[ConsentGranted]) -> None:
    """Record consents, all or none. Each ends an earlier refusal of its holder by its subscriber.

    Raises :class:`LapsedBeforeGivenError` for one that would end before the act, and :class:`BadFrequencyError` for a
    number of calls a day that cannot be watched.
    """
    if not grants:
        return
    at = act.at
    # Of two grants in one batch for the same subscriber, holder and purpose the later one counts.
    rows: dict[tuple[int, str, str], tuple[object, ...]] = {}
    for grant in grants:
        if grant.until and grant.until <= at:
            raise LapsedBeforeGivenError
        if not 0 <= grant.per_day <= MOST_A_DAY:
            raise BadFrequencyError(MOST_A_DAY)
        key = (grant.callee, grant.holder, grant.purpose)
        rows[key] = (
            *key,
            grant.until,
            grant.channel.value,
            grant.evidence,
            at,
            0,
            grant.provenance.value,
            grant.per_day,
        )
    # In the order of the tree: neighbours land on the same pages.
    keys = sorted(rows)
    put_rows(act.conn, consent, _COLUMNS, [rows[key] for key in keys], ("callee", "holder", "purpose"))
    do_reckon_proofs(act.conn, list(dict.fromkeys(key[0] for key in keys)))
    if act.conn.execute(select(refusal.c.callee).limit(1)).first() is not None:
        delete_rows(act.conn, refusal, ("callee", "holder"), [key[:2] for key in keys])
    if act.conn.execute(select(asking.c.callee).where(asking.c.answered == 0).limit(1)).first() is not None:
        update_rows(act.conn, asking, {"answered": at}, ("callee", "holder", "purpose"), keys)
    act.append("consent.granted", grants, about=_callee)


def _callee(grant: ConsentGranted) -> int:
    return grant.callee
