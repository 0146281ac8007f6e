"""Reading what was taken in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from clearbell.intake.model import Run
from clearbell.intake.tables import intake_run, quarantined_row


def runs(conn: Connection) -> list[Run]:
    """All files that were taken in or begun, newest first."""
    columns = [intake_run.c[name] for name in Run.__struct_fields__]
    query = select(*columns).order_by(intake_run.c.started_at.desc(), intake_run.c.run)
    return [Run(*row) for row in conn.execute(query)]


def runs_of(conn: Connection, loaders: Select[Any], limit: int, start: int = 0) -> list[Run]:
    """Files that were taken in or begun by any of the loaders, the newest first."""
    columns = [intake_run.c[name] for name in Run.__struct_fields__]
    query = select(*columns).where(intake_run.c.loader.in_(loaders))
    newest = query.order_by(intake_run.c.started_at.desc(), intake_run.c.run)
    return [Run(*row) for row in conn.execute(newest.limit(limit).offset(start))]


def run_of(conn: Connection, run: str) -> Run | None:
    """The run of that id."""
    columns = [intake_run.c[name] for name in Run.__struct_fields__]
    row = conn.execute(select(*columns).where(intake_run.c.run == run)).first()
    return Run(*row) if row is not None else None


def faults(conn: Connection, run: str, limit: int, start: int = 0) -> Sequence[Row[Any]]:
    """What was wrong with the rows of a run, in the order of the file."""
    q = quarantined_row.c
    query = select(quarantined_row).where(q.run == run).order_by(q.row, q.item)
    return conn.execute(query.limit(limit).offset(start)).all()


def reasons(conn: Connection, run: str) -> list[tuple[str, str, str, int]]:
    """Why rows of a run were quarantined: (code, zh, en, how many), most frequent first.

    The words are those of one row where they tell of the row's own content.
    """
    q = quarantined_row.c
    query = (
        select(q.code, func.min(q.zh), func.min(q.en), func.count())
        .where(q.run == run)
        .group_by(q.code)
        .order_by(func.count().desc(), q.code)
    )
    return [(code, zh, en, count) for code, zh, en, count in conn.execute(query)]
