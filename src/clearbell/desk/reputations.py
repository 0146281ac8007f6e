"""Reputations of what the registry knows: all numbers of a holder together."""

from __future__ import annotations

from sqlalchemy import Connection, select

from clearbell.registry.tables import resource
from clearbell.reports.queries import Unit, unit_score


def holder_reputation(conn: Connection, holder: str, at: int) -> Unit:
    """Spread and mass of the complaints about a holder's numbers at ``at`` (µs UTC)."""
    rows = conn.execute(select(resource.c.first, resource.c.last).where(resource.c.holder == holder))
    return unit_score(conn, [(row.first, row.last) for row in rows], at)
