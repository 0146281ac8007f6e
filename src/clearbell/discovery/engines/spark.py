"""A Spark cluster: a standalone master, or Spark Connect."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import ibis
import ibis.expr.types as ir
from pyspark.sql import DataFrame, SparkSession

from clearbell.discovery.engines import PART


class Spark:
    """A Spark session behind the same expressions."""

    batch_bytes = 1 << 60
    """All days at once: the cluster divides the work itself."""

    def __init__(self, url: str, settings: Mapping[str, str]) -> None:
        builder = SparkSession.builder.appName("clearbell")
        builder = builder.remote(url) if url.startswith("sc://") else builder.master(url)
        for key, value in settings.items():
            builder = builder.config(key, value)
        self._session = builder.getOrCreate()
        self._session.conf.set("spark.sql.session.timeZone", "UTC")
        self._backend = ibis.pyspark.connect(self._session)
        self._tables = 0
        self._held: list[DataFrame] = []

    def read(self, files: Sequence[Path]) -> ir.Table:
        """See :meth:`Engine.read`."""
        # Recursive look-up keeps Spark from making columns of folder names.
        reader = self._session.read.option("recursiveFileLookup", "true")
        return self._named(reader.parquet(*(str(file) for file in files)))

    def _named(self, frame: DataFrame) -> ir.Table:
        self._tables += 1
        name = f"clearbell_{self._tables}"
        frame.createOrReplaceTempView(name)
        return self._backend.table(name)

    def hold(self, table: ir.Table) -> ir.Table:
        """See :meth:`Engine.hold`."""
        frame = self._session.sql(self._backend.compile(table)).persist()
        self._held.append(frame)
        return self._named(frame)

    def release(self) -> None:
        """See :meth:`Engine.release`."""
        while self._held:
            self._held.pop().unpersist()

    def write(self, table: ir.Table, folder: Path) -> None:
        """See :meth:`Engine.write`."""
        frame = self._session.sql(self._backend.compile(table.mutate(**{PART: table.day})))
        frame.write.partitionBy(PART).option("compression", "zstd").parquet(str(folder))

    def write_whole(self, table: ir.Table, folder: Path) -> None:
        """See :meth:`Engine.write_whole`."""
        frame = self._session.sql(self._backend.compile(table))
        frame.write.option("compression", "zstd").parquet(str(folder))

    def close(self) -> None:
        """See :meth:`Engine.close`."""
        self._session.stop()
        # PySpark leaves this behind, and would then refuse a standalone master in the same process.
        os.environ.pop("SPARK_CONNECT_MODE_ENABLED", None)
