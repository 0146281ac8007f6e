"""Opening the database safely: SQLite with settings under which two writers lose nothing, or PostgreSQL."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

SAFE_SQLITE = (3, 51, 3)
"""First SQLite without the WAL-reset bug, which can corrupt a file that two connections write."""


class UnsafeSqliteWarning(UserWarning):
    """The SQLite library linked here is older than 3.51.3 and can corrupt the store; install ``pysqlite3``.

    此处链接的 SQLite 早于 3.51.3,可能损坏数据库;请安装 pysqlite3。
    """


def _sqlite_module() -> ModuleType:
    try:
        import pysqlite3.dbapi2 as module
    except ImportError:
        import sqlite3 as module
    if module.sqlite_version_info < SAFE_SQLITE:
        warnings.warn(str(UnsafeSqliteWarning.__doc__), UnsafeSqliteWarning, stacklevel=3)
    loaded: ModuleType = module
    return loaded


def _settings(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: it would do so after the first SELECT, and a
    # read-modify-write from another process in between would be lost.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        "journal_size_limit=67108864",
        "temp_store=MEMORY",
        "cache_size=-64000",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("ro", False)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def open_engine(url: str) -> Engine:
    """Return an engine for ``url``: ``sqlite:////path/file.db`` or ``postgresql+psycopg://…``.

    For SQLite the folder is made when absent. Raises ``sqlalchemy.exc.ArgumentError`` for anything that is
    not a database URL.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, module=_sqlite_module())
    event.listen(engine, "connect", _settings)
    event.listen(engine, "begin", _begin)
    return engine
