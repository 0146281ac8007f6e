"""DuckDB, in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir

from clearbell.discovery.engines import PART, EngineError

_FORMAT = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 1000"
"""Quick to write; of features and partials neither more effort nor larger dictionaries make less."""


class DuckDB:
    """An in-memory DuckDB that spills to disk."""

    batch_bytes = 96 << 20
    """Some three million calls: enough that planning costs little, and memory stays small."""

    def __init__(self, scratch: Path, settings: Mapping[str, str]) -> None:
        # The order of rows means nothing here, and keeping it costs memory.
        chosen = {"temp_directory": str(scratch / "spilled"), "preserve_insertion_order": "false", **settings}
        try:
            self._backend = ibis.duckdb.connect(**chosen)
            # Ibis turns it on; the commands tell of their progress themselves.
            self._backend.raw_sql("SET enable_progress_bar = false")
        except duckdb.Error as error:
            raise EngineError(f"DuckDB 不接受设置:{error}", f"DuckDB does not take the settings: {error}") from error
        self._held: list[str] = []

    def read(self, files: Sequence[Path]) -> ir.Table:
        """See :meth:`Engine.read`."""
        return self._backend.read_parquet([str(file) for file in files], hive_partitioning=False)

    def hold(self, table: ir.Table) -> ir.Table:
        """See :meth:`Engine.hold`."""
        name = f"held_{len(self._held)}"
        self._held.append(name)
        return self._backend.create_table(name, table, temp=True)

    def release(self) -> None:
        """See :meth:`Engine.release`."""
        while self._held:
            self._backend.raw_sql(f"DROP TABLE {self._held.pop()}")

    def write(self, table: ir.Table, folder: Path) -> None:
        """See :meth:`Engine.write`."""
        rows = self._typed(table.mutate(**{PART: table.day}))
        quoted = str(folder).replace("'", "''")
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._backend.raw_sql(f"COPY ({rows}) TO '{quoted}' ({_FORMAT}, PARTITION_BY ({PART}))")

    def write_whole(self, table: ir.Table, folder: Path) -> None:
        """See :meth:`Engine.write_whole`."""
        folder.mkdir(parents=True)
        quoted = str(folder / "rows.parquet").replace("'", "''")
        # DuckDB writes a column in another way where it knows that none of its values is missing. A row that might be, but
        # never is, keeps it from knowing, so that files of one table are alike and can be joined as they are.
        nulls = ", ".join(["NULL"] * len(table.columns))
        rows = f"{self._typed(table)} UNION ALL SELECT {nulls} WHERE random() > 2"
        self._backend.raw_sql(f"COPY ({rows}) TO '{quoted}' ({_FORMAT})")

    def _typed(self, table: ir.Table) -> str:
        """The table's SQL with every column of the type that the table promises: DuckDB chooses narrower ones for literals."""
        columns = ", ".join(
            f'CAST("{name}" AS {self._backend.compiler.type_mapper.to_string(kind)}) AS "{name}"'
            for name, kind in table.schema().items()
        )
        return f"SELECT {columns} FROM ({self._backend.compile(table)})"  # noqa: S608 the names are our own

    def close(self) -> None:
        """See :meth:`Engine.close`."""
        self._backend.disconnect()
