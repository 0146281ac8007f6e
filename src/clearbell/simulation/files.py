"""A city's story in files: CSV or Parquet, calls and reports apart."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from clearbell.simulation.model import Attempt, Event, Report

CALL_COLUMNS = (
    "id",
    "at",
    "caller",
    "callee",
    "trunk",
    "kind",
    "wanted",
    "answered",
    "ring_us",
    "duration_us",
    "hangup",
)
REPORT_COLUMNS = ("at", "reporter", "number", "called_at", "category", "honest")
_CALL_SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("at", pa.int64()),
        ("caller", pa.int64()),
        ("callee", pa.int64()),
        ("trunk", pa.string()),
        ("kind", pa.string()),
        ("wanted", pa.bool_()),
        ("answered", pa.bool_()),
        ("ring_us", pa.int64()),
        ("duration_us", pa.int64()),
        ("hangup", pa.string()),
    ]
)
_REPORT_SCHEMA = pa.schema(
    [
        ("at", pa.int64()),
        ("reporter", pa.int64()),
        ("number", pa.int64()),
        ("called_at", pa.int64()),
        ("category", pa.string()),
        ("honest", pa.bool_()),
    ]
)
_BATCH = 50_000


class _Sheet:
    """One file being written, in either format."""

    def __init__(self, path: Path, columns: tuple[str, ...], schema: pa.Schema, form: str) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.columns = columns
        self.schema = schema
        self.written = 0
        self._parquet = pq.ParquetWriter(path, schema) if form == "parquet" else None
        self._file = None if form == "parquet" else path.open("w", newline="", encoding="utf-8")
        self._csv = csv.writer(self._file) if self._file else None
        if self._csv:
            self._csv.writerow(columns)

    def add(self, row: tuple[Any, ...]) -> None:
        self.rows.append(row)
        if len(self.rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        if self._parquet is not None and self.rows:
            columns = zip(*self.rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self.schema, strict=True)]
            self._parquet.write_table(pa.Table.from_arrays(arrays, schema=self.schema))
        elif self._csv is not None:
            self._csv.writerows(self.rows)
        self.written += len(self.rows)
        self.rows.clear()

    def close(self) -> None:
        self.flush()
        if self._parquet is not None:
            self._parquet.close()
        if self._file is not None:
            self._file.close()


def write_files(events: Iterable[Event], folder: Path, form: Literal["parquet", "csv"]) -> Iterator[int]:
    """Write ``calls`` and ``reports`` into the folder; yields the number of events so far, now and then."""
    folder.mkdir(parents=True, exist_ok=True)
    calls = _Sheet(folder / f"calls.{form}", CALL_COLUMNS, _CALL_SCHEMA, form)
    reports = _Sheet(folder / f"reports.{form}", REPORT_COLUMNS, _REPORT_SCHEMA, form)
    open_calls: dict[str, Attempt] = {}
    seen = 0
    try:
        for seen, event in enumerate(events, 1):
            if isinstance(event, Attempt):
                open_calls[event.call.id] = event
            elif isinstance(event, Report):
                reports.add((event.at, event.reporter, event.number, event.called_at, event.category, event.honest))
            elif (attempt := open_calls.pop(getattr(event, "id", ""), None)) is not None:
                end: Any = event
                call = attempt.call
                calls.add(
                    (
                        call.id,
                        call.at,
                        call.caller,
                        call.callee,
                        call.trunk,
                        attempt.kind.label,
                        attempt.wanted,
                        end.answered,
                        end.ring,
                        end.duration,
                        end.hangup.value,
                    )
                )
            if seen % _BATCH == 0:
                yield seen
        for attempt in open_calls.values():
            call = attempt.call
            calls.add(
                (
                    call.id,
                    call.at,
                    call.caller,
                    call.callee,
                    call.trunk,
                    attempt.kind.label,
                    attempt.wanted,
                    None,
                    None,
                    None,
                    None,
                )
            )
    finally:
        calls.close()
        reports.close()
    yield seen
