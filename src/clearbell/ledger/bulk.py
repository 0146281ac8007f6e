"""Many rows into a table at the driver's own speed, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table


def insert_rows(conn: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert ``rows`` (values in the order of ``columns``) in the connection's transaction.

    Raises the driver's integrity error, wrapped by SQLAlchemy on SQLite, when a row breaks a constraint.
    """
    if not rows:
        return
    quoted = _quoted(table, columns)
    if conn.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})'  # noqa: S608 names are our own columns
        conn.exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    _copy(conn, f'"{table.name}" ({quoted})', rows)


def put_rows(
    conn: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]], keys: Sequence[str]
) -> None:
    """Insert ``rows``, each in the place of one with the same ``keys``, which are the primary key or unique.

    No two of the rows may have the same keys.
    """
    if not rows:
        return
    quoted = _quoted(table, columns)
    replaced = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in keys)
    conflict = f"ON CONFLICT ({_quoted(table, keys)}) DO UPDATE SET {replaced}"
    if conn.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        statement = f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks}) {conflict}'  # noqa: S608 own columns
        conn.exec_driver_sql(statement, [tuple(row) for row in rows])
        return
    staged = _stage(conn, table, columns, rows)
    conn.exec_driver_sql(f'INSERT INTO "{table.name}" ({quoted}) SELECT {quoted} FROM {staged} {conflict}')  # noqa: S608


def delete_rows(conn: Connection, table: Table, keys: Sequence[str], values: Sequence[Sequence[Any]]) -> None:
    """Delete the rows whose ``keys`` have one of the ``values``."""
    if not values:
        return
    if conn.dialect.name == "sqlite":
        where = " AND ".join(f'"{table.c[name].name}" = ?' for name in keys)
        conn.exec_driver_sql(f'DELETE FROM "{table.name}" WHERE {where}', [tuple(value) for value in values])  # noqa: S608
        return
    staged = _stage(conn, table, keys, values)
    conn.exec_driver_sql(f'DELETE FROM "{table.name}" AS t USING {staged} AS s WHERE {_same(table, keys)}')  # noqa: S608


def update_rows(
    conn: Connection, table: Table, change: Mapping[str, int], keys: Sequence[str], values: Sequence[Sequence[Any]]
) -> None:
    """Set the columns of ``change`` in the rows whose ``keys`` have one of the ``values``."""
    if not values:
        return
    new = ", ".join(f'"{table.c[name].name}" = {int(value)}' for name, value in change.items())
    if conn.dialect.name == "sqlite":
        where = " AND ".join(f'"{table.c[name].name}" = ?' for name in keys)
        statement = f'UPDATE "{table.name}" SET {new} WHERE {where}'  # noqa: S608 names are our own columns
        conn.exec_driver_sql(statement, [tuple(value) for value in values])
        return
    staged = _stage(conn, table, keys, values)
    conn.exec_driver_sql(f'UPDATE "{table.name}" AS t SET {new} FROM {staged} AS s WHERE {_same(table, keys)}')  # noqa: S608


def stage_rows(conn: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Put ``rows`` into a temporary table with ``columns`` of ``table``; returns its quoted name.

    It lives until the transaction ends on PostgreSQL, until the next staging on SQLite.
    """
    if conn.dialect.name == "postgresql":
        return _stage(conn, table, columns, rows)
    name = f"staged_{table.name}"
    conn.exec_driver_sql(f'DROP TABLE IF EXISTS temp."{name}"')
    conn.exec_driver_sql(f'CREATE TEMP TABLE "{name}" ({_quoted(table, columns)})')
    marks = ", ".join("?" * len(columns))
    if rows:
        conn.exec_driver_sql(f'INSERT INTO temp."{name}" VALUES ({marks})', [tuple(row) for row in rows])  # noqa: S608
    return f'temp."{name}"'


def _stage(conn: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    name = f'"staged_{table.name}"'
    conn.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    quoted = _quoted(table, columns)
    conn.exec_driver_sql(
        f'CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT {quoted} FROM "{table.name}" WITH NO DATA'  # noqa: S608
    )
    _copy(conn, f"{name} ({quoted})", rows)
    return name


def _copy(conn: Connection, target: str, rows: Sequence[Sequence[Any]]) -> None:
    driver = conn.connection.driver_connection
    assert driver is not None, "BUG: a pooled connection always has a driver connection"  # noqa: S101
    with driver.cursor() as cursor, cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _quoted(table: Table, columns: Sequence[str]) -> str:
    return ", ".join(f'"{table.c[name].name}"' for name in columns)


def _same(table: Table, keys: Sequence[str]) -> str:
    return " AND ".join(f't."{table.c[name].name}" = s."{table.c[name].name}"' for name in keys)
