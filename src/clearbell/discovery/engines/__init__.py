"""Engines that work the expressions out: DuckDB in this process by default, a Spark cluster where that is outgrown."""

from __future__ import annotations

import contextlib
import urllib.parse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import ibis.expr.types as ir

PART = "part"
"""Name of the folders that :meth:`Engine.write` makes: ``part=20400`` holds the rows of that day."""


class EngineError(Exception):
    """The engine cannot be used. 计算引擎无法使用。"""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


class Engine(Protocol):
    """Reads Parquet, works Ibis tables out, writes Parquet. Not for several threads."""

    batch_bytes: int
    """How much of the lake is best worked out at once."""

    def read(self, files: Sequence[Path]) -> ir.Table:
        """The rows of all the files, at least one."""

    def hold(self, table: ir.Table) -> ir.Table:
        """The same rows, worked out once for those that build on them; until :meth:`release`."""

    def release(self) -> None:
        """Let go of what was held."""

    def write(self, table: ir.Table, folder: Path) -> None:
        """Write the rows by their ``day``, an int, into new folders ``part=DAY`` of the folder."""

    def write_whole(self, table: ir.Table, folder: Path) -> None:
        """Write the rows into one or more files of a new folder."""

    def close(self) -> None:
        """Free everything."""


@contextlib.contextmanager
def engine(url: str, scratch: Path) -> Iterator[Engine]:
    """The engine that a URL names: ``duckdb``, ``spark://host:port`` (standalone) or ``sc://host:port`` (Spark Connect).

    Settings follow as a query: ``duckdb?memory_limit=2GB``, ``spark://host:7077?spark.executor.memory=4g``. DuckDB spills
    into the folder ``scratch``. Spark's workers must see the lake and the partials under the same paths.
    Raises :class:`EngineError` for another URL, where the extra is not installed, or Spark does not answer.
    """
    base, _, query = url.partition("?")
    settings = dict(urllib.parse.parse_qsl(query))
    found: Engine
    if base == "duckdb":
        from clearbell.discovery.engines.duckdb import DuckDB

        found = DuckDB(scratch, settings)
    elif base.startswith(("spark://", "sc://")):
        try:
            from clearbell.discovery.engines.spark import Spark
        except ImportError as error:
            raise EngineError(
                "没有安装 PySpark;请运行:pip install 'clearbell[spark]'",
                "PySpark is not installed; run: pip install 'clearbell[spark]'",
            ) from error
        found = Spark(base, settings)
    else:
        raise EngineError(
            f"没有引擎 {url};可用:duckdb、spark://主机:端口、sc://主机:端口",
            f"there is no engine {url}; there are duckdb, spark://host:port and sc://host:port",
        )
    try:
        yield found
    finally:
        found.close()
