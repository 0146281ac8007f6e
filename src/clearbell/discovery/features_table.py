"""The feature table of days: brings the partials up to date, merges them, writes one Parquet file."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from clearbell.discovery.engines import Engine
from clearbell.discovery.features import FEATURES, WINDOWS
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
        with contextlib.ExitStack() as open_files:
            writer: pq.ParquetWriter | None = None
            for done, day in enumerate(days):
                report("features", done, len(days))
                try:
                    partials = store.partials(engine, day, day)
                except NoCallsError:
                    continue
                _write(engine, partials, day, windows, work)
                files = sorted(work.rglob("*.parquet"))
                if len(days) == len(files) == 1 and _columns(pq.read_schema(files[0])) == _columns(SCHEMA):
                    # What the engine wrote is the whole file: no second pass is needed.
                    rows = pq.read_metadata(files[0]).num_rows
                    files[0].rename(new)
                else:
                    writer = writer or open_files.enter_context(pq.ParquetWriter(new, SCHEMA, compression="zstd"))
                    for batch in ds.dataset(files).to_batches(columns=SCHEMA.names):
                        writer.write_table(pa.Table.from_batches([batch]).cast(SCHEMA))
                        rows += batch.num_rows
                shutil.rmtree(work)
        report("features", len(days), len(days))
        if not rows:
            raise NoCallsError
        new.rename(out)
    finally:
        shutil.rmtree(work, ignore_errors=True)
        new.unlink(missing_ok=True)
    return rows, made


def _write(engine: Engine, partials: Partials, day: int, windows: Sequence[int], folder: Path) -> None:
    try:
        engine.write_whole(window_features(partials, day, windows, engine.hold), folder)
    finally:
        engine.release()


def _columns(schema: pa.Schema) -> list[tuple[str, pa.DataType]]:
    """Names and types; whether a column may be empty does not matter to a reader."""
    return [(field.name, field.type) for field in schema]
