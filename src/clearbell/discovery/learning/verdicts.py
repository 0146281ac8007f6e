"""Verdicts: how cases about numbers ended. The only thing that is learned from."""

from __future__ import annotations

import csv
import datetime
import enum
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from clearbell.discovery.learning.refusals import BadTableError
from clearbell.intake import BadCell, BadFileError
from clearbell.intake.cells import CellError, Row
from clearbell.intake.lines import LineFile
from clearbell.intake.rows import RowFile, wrong_width

COLUMNS = ("number", "verdict", "decided_at")
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_BATCH = 5000


class Outcome(enum.Enum):
    """How a case ended."""

    CONFIRMED = "confirmed"
    CLEARED = "cleared"
    INCONCLUSIVE = "inconclusive"
    """Teaches nothing, and is left out."""


class Verdict(msgspec.Struct, frozen=True, order=True):
    """A case about a number was decided."""

    number: int
    decided_at: int
    """µs UTC."""
    confirmed: bool
    """Whether it was a nuisance caller; otherwise it was cleared."""


class BadRow(msgspec.Struct, frozen=True):
    """A row that cannot be used, and why."""

    line: int
    """Line of a CSV file, or row of a Parquet file, from 1."""
    column: str
    code: str
    zh: str
    en: str
    raw: str


class ReadVerdicts(msgspec.Struct, frozen=True):
    """What a file held: every row is a verdict, an exact duplicate, inconclusive or bad."""

    verdicts: tuple[Verdict, ...]
    """In order of numbers, then time; each once."""
    duplicates: int
    inconclusive: int
    bad: tuple[BadRow, ...]


def read_verdicts(path: Path, zone: str = "Asia/Shanghai") -> ReadVerdicts:
    """Read a CSV or Parquet file with the columns of :data:`COLUMNS`.

    ``verdict`` is a value of :class:`Outcome`. ``decided_at`` is ISO 8601 with a zone or a date, which means its
    beginning in ``zone``; in Parquet also a timestamp with a zone, or µs UTC. Raises
    :class:`~clearbell.discovery.learning.refusals.BadTableError` when the file as a whole cannot be read.
    """
    found: set[Verdict] = set()
    bad: list[BadRow] = []
    rows = inconclusive = 0
    for line, row, raw in _parquet_rows(path) if path.suffix == ".parquet" else _csv_rows(path):
        rows += 1
        try:
            if isinstance(row, BadCell):
                raise CellError(row)
            number = row.number("number")
            row.needed("verdict")
            outcome = row.choice("verdict", Outcome)
            row.needed("decided_at")
            decided_at = row.moment("decided_at", zone)
        except CellError as error:
            bad.append(BadRow(line, error.bad.column, error.bad.code, error.bad.zh, error.bad.en, raw))
            continue
        if outcome is Outcome.INCONCLUSIVE:
            inconclusive += 1
        else:
            found.add(Verdict(number, decided_at, outcome is Outcome.CONFIRMED))
    return ReadVerdicts(tuple(sorted(found)), rows - inconclusive - len(bad) - len(found), inconclusive, tuple(bad))


def write_bad_rows(path: Path, bad: Sequence[BadRow], language: str) -> None:
    """Write the rows that could not be used, with the reasons, as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["line", "column", "code", "reason", "raw"])
        for one in bad:
            writer.writerow([one.line, one.column, one.code, one.zh if language == "zh" else one.en, one.raw])


def _places(file: str, header: Sequence[str]) -> dict[str, int]:
    names = [name.strip() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise BadTableError(
            file,
            f"缺少列 {', '.join(missing)}",
            f"the column(s) {', '.join(missing)} are missing; give {', '.join(COLUMNS)}",
        )
    return {name: names.index(name) for name in COLUMNS}


def _csv_rows(path: Path) -> Iterator[tuple[int, Row | BadCell, str]]:
    try:
        lines = LineFile(path)
        try:
            file = RowFile(lines, "utf-8")
            header, position, line = file.header()
            places = _places(path.name, header)
            file.seek(position, line)
            file.widths = frozenset({len(header)})
            for batch in file.batches(_BATCH):
                for cells, at, raw in zip(batch.rows, batch.lines, batch.raws, strict=True):
                    if isinstance(cells, BadCell):
                        yield at, cells, raw
                    elif cells and len(cells) != len(header):
                        yield at, wrong_width(len(cells), len(header)), raw
                    elif cells:
                        yield at, Row(places, cells), raw
            if lines.damage is not None:
                raise lines.damage
        finally:
            lines.close()
    except BadFileError as error:
        raise BadTableError(path.name, error.zh, error.en) from error


def _parquet_rows(path: Path) -> Iterator[tuple[int, Row | BadCell, str]]:
    try:
        header = pq.read_schema(path).names
        places = _places(path.name, header)
        table = pq.read_table(path, columns=list(places))
    except (OSError, pa.ArrowException) as error:
        raise BadTableError(
            path.name, f"无法作为 Parquet 读取:{error}", f"cannot be read as Parquet: {error}"
        ) from error
    columns = [table.column(name).to_pylist() for name in COLUMNS]
    places = {name: place for place, name in enumerate(COLUMNS)}
    for at, values in enumerate(zip(*columns, strict=True), 1):
        cells = [_text(name, value) for name, value in zip(COLUMNS, values, strict=True)]
        yield at, Row(places, cells), ",".join(cells)


def _text(column: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and column == "number":
        return f"+{value}"
    if isinstance(value, int) and column == "decided_at":
        return (_EPOCH + datetime.timedelta(microseconds=value)).isoformat()
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    return str(value)
