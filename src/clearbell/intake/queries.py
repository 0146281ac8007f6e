"""Reading what was taken in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from clearbell.intake.model import Run
from clearbell.intake.tables import intake_run, quarantined_row
from clearbell.ledger.paging import Order, Place, page


def runs(conn: Connection) -> list[Run]:
    """All files that were taken in or begun, newest first."""
    columns = [intake_run.c[name] for name in Run.__struct_fields__]
    query = select(*columns).order_by(intake_run.c.started_at.desc(), intake_run.c.run)
    return [Run(*row) for row in conn.execute(query)]


BY_START = Order((intake_run.c.started_at, intake_run.c.run), descending=True)
BY_FILE = Order((intake_run.c.file, intake_run.c.run))
BY_ROW = Order((quarantined_row.c.row, quarantined_row.c.item))


def runs_of(
    conn: Connection, loaders: Select[Any], limit: int, order: Order = BY_START, after: Place = (), named: str = ""
) -> list[Run]:
    """Files that were taken in or begun by any of the loaders, past a place of the order; the newest first.

    ``named``: only those with this in their names.
    """
    columns = [intake_run.c[name] for name in Run.__struct_fields__]
    query = select(*columns).where(intake_run.c.loader.in_(loaders))
    if named:
        query = query.where(intake_run.c.file.contains(named, autoescape=True))
    return [Run(*row) for row in conn.execute(page(query, order, after, limit))]


def run_of(conn: Connection, run: str) -> Run | None:
    """The run of that id."""
    columns = [intake_run.c[name] for name in Run.__struct_fields__]
    row = conn.execute(select(*columns).where(intake_run.c.run == run)).first()
    return Run(*row) if row is not None else None


def faults(
    conn: Connection, run: str, limit: int, order: Order = BY_ROW, after: Place = (), code: str = ""
) -> Sequence[Row[Any]]:
    """What was wrong with the rows of a run, past a place of the order; in the order of the file."""
    query = select(quarantined_row).where(quarantined_row.c.run == run)
    if code:
        query = query.where(quarantined_row.c.code == code)
    return conn.execute(page(query, order, after, limit)).all()


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
