"""Reading applications."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from clearbell.registry.applications.model import State
from clearbell.registry.applications.tables import application, application_document


def queue(conn: Connection, states: Sequence[State] = (), limit: int = 100) -> Sequence[Row[Any]]:
    """Applications in the given states (default: those that wait for a reviewer), longest waiting first."""
    wanted = [state.value for state in states or (State.PENDING, State.REVIEWED)]
    return conn.execute(
        select(application)
        .where(application.c.state.in_(wanted))
        .order_by(application.c.changed_at, application.c.application)
        .limit(limit)
    ).all()


def due_for_recheck(conn: Connection, at: int, limit: int = 100) -> Sequence[Row[Any]]:
    """Approved applications to be checked again before ``at`` (µs UTC), and those that lapsed."""
    return conn.execute(
        select(application)
        .where(
            (application.c.state == State.LAPSED.value)
            | (
                (application.c.state == State.APPROVED.value)
                & (application.c.recheck_at != 0)
                & (application.c.recheck_at < at)
            )
        )
        .order_by(application.c.recheck_at)
        .limit(limit)
    ).all()


def documents_of(conn: Connection, name: str) -> Sequence[Row[Any]]:
    """Documents attached to an application."""
    return conn.execute(
        select(application_document)
        .where(application_document.c.application == name)
        .order_by(application_document.c.kind)
    ).all()
