"""Calling lists in files: CSV or Parquet in, the same rows out with what may be done with them."""

from __future__ import annotations

import csv
import datetime
import gzip
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from clearbell.consent.scrub import Verdict
from clearbell.numbering import to_key

NAMES = ("callee", "number", "phone", "号码", "手机号", "电话")
ADDED = ("may", "why", "until", "again")


class BadListError(Exception):
    """The list cannot be read. 名单无法读取。"""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class CallingList(msgspec.Struct):
    """A list as it was read."""

    table: pa.Table
    """Every column as text, in the file's order."""
    numbers: list[int]
    """Of each row its number as E.164 digits; 0 where there is none to be read."""


def read_list(path: Path, column: str = "", home: str = "CN") -> CallingList:
    """Read a CSV (plain or ``.gz``) or Parquet file. Raises :class:`BadListError` and ``OSError``."""
    table = _parquet(path) if path.suffix == ".parquet" else _csv(path)
    names = table.column_names
    if column and column not in names:
        raise BadListError(
            f"没有「{column}」列,只有:{'、'.join(names)}", f"no column `{column}`; it has: {', '.join(names)}"
        )
    chosen = column or next((name for name in names if name.strip().lower() in NAMES), names[0])
    texts = table.column(chosen).to_pylist()
    return CallingList(table, [to_key(str(text), home) if text is not None else 0 for text in texts])


def _parquet(path: Path) -> pa.Table:
    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise BadListError(f"不是有效的 Parquet:{error}", f"it is no Parquet file: {error}") from error
    if not table.num_columns:
        raise BadListError("没有任何列", "it has no columns")
    return table


def _csv(path: Path) -> pa.Table:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        try:
            raw = gzip.decompress(raw)
        except (OSError, EOFError) as error:
            raise BadListError(f"不是完整的 gzip:{error}", f"it is no whole gzip file: {error}") from error
    try:
        rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        header = next(rows, [])
        if not header:
            raise BadListError("文件是空的", "the file is empty")
        body = [row for row in rows if row]
    except UnicodeDecodeError as error:
        raise BadListError(
            f"第 {error.start} 字节不是 UTF-8;请另存为 UTF-8",
            f"byte {error.start} is not UTF-8; save the file as UTF-8",
        ) from error
    except csv.Error as error:
        raise BadListError(
            f"第 {rows.line_num} 行不是有效的 CSV:{error}", f"line {rows.line_num} is no CSV: {error}"
        ) from error
    width = len(header)
    for place, row in enumerate(body, 2):
        if len(row) != width:
            raise BadListError(
                f"第 {place} 行有 {len(row)} 列,表头有 {width} 列",
                f"row {place} has {len(row)} cells where the header has {width}",
            )
    columns: Sequence[Sequence[str]] = list(zip(*body, strict=True)) or [()] * width
    return pa.table(
        {
            name or f"column {n}": pa.array(cells, pa.string())
            for n, (name, cells) in enumerate(zip(header, columns, strict=True), 1)
        }
    )


def write_list(path: Path, given: CallingList, verdicts: Mapping[int, Verdict]) -> None:
    """Write the rows with ``may`` (yes, no), ``why`` (a code) and ``until`` (ISO 8601, UTC; empty: no end known).

    ``again``: from when, where only the hour keeps it from being called.
    """
    found = [verdicts[number] for number in given.numbers]
    times = {at: _iso(at) for at in {verdict.until for verdict in found} | {verdict.again for verdict in found}}
    table = given.table
    for name in ADDED:
        if name in table.column_names:
            table = table.drop_columns(name)
    added: dict[str, list[Any]] = {
        "may": ["yes" if verdict.may else "no" for verdict in found],
        "why": [verdict.why.code for verdict in found],
        "until": [times[verdict.until] for verdict in found],
        "again": [times[verdict.again] for verdict in found],
    }
    for name, values in added.items():
        table = table.append_column(name, pa.array(values, pa.string()))
    if path.suffix == ".parquet":
        pq.write_table(table, path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.column_names)
        for batch in table.to_batches(max_chunksize=50_000):
            writer.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _iso(at: int) -> str:
    return datetime.datetime.fromtimestamp(at // 1_000_000, datetime.UTC).isoformat() if at else ""
