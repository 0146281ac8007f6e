"""Many rows into a table at the driver's own speed, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table


def insert_rows(conn: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert ``rows`` (values in the order of ``columns``) in the connection's transaction.

    Raises the driver's integrity error, wrapped by SQLAlchemy on SQLite, when a row breaks a constraint.
    """
    if not rows:
        return
    quoted = ", ".join(f'"{table.c[name].name}"' for name in columns)
    if conn.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})'  # noqa: S608 names are our own columns
        conn.exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    driver = conn.connection.driver_connection
    assert driver is not None, "BUG: a pooled connection always has a driver connection"  # noqa: S101
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(row)
