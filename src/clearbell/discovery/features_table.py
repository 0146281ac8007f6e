"""The feature table of days: brings the partials up to date, merges them, writes one Parquet file."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from clearbell.discovery.engines import Engine
from clearbell.discovery.features import FEATURES, WINDOWS
from clearbell.discovery.parquet.joining import join, joinable
from clearbell.discovery.partials.store import Made, NoCallsError, PartialStore
from clearbell.discovery.partials.window import Partials, window_features

Report = Callable[[str, int, int], None]
"""Told ``partials`` or ``features``, days done, days in all."""

SCHEMA = pa.schema(
    [("unit_kind", pa.string()), ("unit", pa.string()), ("day", pa.int64()), ("window", pa.int64())]
    + [(feature.name, pa.int64() if feature.integer else pa.float64()) for feature in FEATURES]
)
"""Columns of the file."""


def write_features(
    store: PartialStore,
    engine: Engine,
    days: Sequence[int],
    out: Path,
    report: Report,
    windows: Sequence[int] = WINDOWS,
) -> tuple[int, Made]:
    """Write the features of the windows that end on ``days`` (local days since 1970); returns rows, and what was made.

    Raises :class:`~clearbell.discovery.partials.store.NoCallsError` where the lake holds no calls.
    """
    first, last = min(days), max(days)
    made = store.bring_up(engine, first, last, lambda done, total: report("partials", done, total))
    work = out.with_name(f"{out.name}.making")
    shutil.rmtree(work, ignore_errors=True)
    rows = 0
    new = out.with_name(f"{out.name}.new")
    try:
        for done, day in enumerate(days):
            report("features", done, len(days))
            with contextlib.suppress(NoCallsError):
                _write(engine, store.partials(engine, day, day), day, windows, work / str(day))
        report("features", len(days), len(days))
        if files := sorted(work.rglob("*.parquet")):
            rows = _whole(files, new)
        if not rows:
            raise NoCallsError
        new.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        new.unlink(missing_ok=True)
    return rows, made


def _write(engine: Engine, partials: Partials, day: int, windows: Sequence[int], folder: Path) -> None:
    try:
        for name, table in window_features(partials, day, windows, engine.hold).items():
            engine.write_whole(table, folder / name)
    finally:
        engine.release()


def _whole(files: Sequence[Path], out: Path) -> int:
    """One file of what an engine wrote; returns its rows."""
    # An engine writes a file without rows too, of which Spark does not tell the columns' order.
    files = [file for file in files if pq.read_metadata(file).num_rows]
    if files and joinable(files, SCHEMA):
        return join(files, SCHEMA.names, out)
    rows = 0
    with pq.ParquetWriter(out, SCHEMA, compression="zstd") as writer:
        for file in files:
            for batch in pq.ParquetFile(file).iter_batches():
                known = dict(zip(batch.schema.names, batch.columns, strict=True))
                columns = [
                    known[field.name].cast(field.type) if field.name in known else pa.nulls(len(batch), field.type)
                    for field in SCHEMA
                ]
                writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=SCHEMA))
                rows += len(batch)
    return rows
