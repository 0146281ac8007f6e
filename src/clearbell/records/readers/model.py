"""What a reader of call records is: it opens a file and makes records of its rows, or says what is wrong with them."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import msgspec

from clearbell.intake import BadCell, IntakeError
from clearbell.intake.cells import CellError
from clearbell.intake.lines import MAX_LINE, LineFile
from clearbell.intake.reached import Place
from clearbell.intake.rows import Batch, RowFile
from clearbell.records.model import CallRecord

CSV_CHUNK = 50_000
"""Lines of CSV that are put into the lake at once."""
_NEAR = 100
"""Rows at the beginning of a file that are looked at for one that tells its columns."""
JSON_CHUNK = 5_000
LONGEST_JSON = 1 << 20
"""Longest line of JSON, bytes."""

Bad = tuple[int, int, list[BadCell], str]
"""Row number, line, what is wrong, the row as it stood."""


class Assembled(msgspec.Struct):
    """What came of some rows: the weights of the records and the bad rows are all that are settled."""

    records: list[CallRecord]
    bad: list[Bad]
    rows_of: Callable[[int], list[tuple[int, int, str]]]
    """Row number, line and text of the rows that a record, by its place, was made of."""
    weights: list[int] | None = None
    """Of how many rows each record was made; None: of one each."""


class Rows(Protocol):
    """A file as rows."""

    def seek(self, position: int, line: int) -> None:
        """Go to where a batch ended."""
        ...

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield batches of about ``size`` lines until the file ends."""
        ...


class Assembler(Protocol):
    """Makes records of rows. One that waits for later rows is fed the file from its beginning when a run goes on."""

    @property
    def waits(self) -> bool:
        """Whether a record may be made of several rows."""
        ...

    def take(self, batch: Batch, number: int) -> tuple[Assembled, int]:
        """Take rows after row ``number``; returns what is settled, and the number of the last row."""
        ...

    def end(self) -> Assembled:
        """The file has ended."""
        ...


class Opened(msgspec.Struct):
    """A file whose first row was found."""

    rows: Rows
    start: Place
    header: str
    """The header line; empty where there is none."""
    assembler: Assembler


class Reader(Protocol):
    """Reads the records that one kind of switch writes."""

    @property
    def name(self) -> str:
        """Kind of the run, with all settings that read a file differently."""
        ...

    @property
    def source(self) -> str:
        """The source that its records name."""
        ...

    @property
    def chunk(self) -> int:
        """Lines that are put into the lake at once."""
        ...

    @property
    def longest_line(self) -> int:
        """Longest line that is read, bytes."""
        ...

    def open(self, file: LineFile, encoding: str) -> Opened:
        """Find header and first row. Raises :class:`~clearbell.intake.IntakeError` for a file of another kind."""
        ...


Read = Callable[[Any], CallRecord]
"""Makes a record of one row; raises :class:`~clearbell.intake.cells.CellError`."""


class RowByRow:
    """Each row is a record."""

    waits = False

    def __init__(self, read: Read, widths: frozenset[int] = frozenset()) -> None:
        """``widths``: how many cells a row may have; empty: any number."""
        self._read = read
        self._widths = widths

    def take(self, batch: Batch, number: int) -> tuple[Assembled, int]:
        """Read the rows."""
        read, widths = self._read, self._widths
        records: list[CallRecord] = []
        bad: list[Bad] = []
        places: list[tuple[int, int]] = []
        for at, row in enumerate(batch.rows):
            if not row:
                continue
            number += 1
            try:
                if isinstance(row, BadCell):
                    raise CellError(row)
                if widths and len(row) not in widths:
                    raise CellError(wrong_width(len(row), widths))
                records.append(read(row))
                places.append((number, at))
            except CellError as error:
                bad.append((number, batch.lines[at], [error.bad], batch.raws[at]))

        def rows_of(place: int) -> list[tuple[int, int, str]]:
            row_number, at = places[place]
            return [(row_number, batch.lines[at], batch.raws[at])]

        return Assembled(records, bad, rows_of), number

    def end(self) -> Assembled:
        """Nothing is waited for."""
        return Assembled([], [], lambda _: [])


def wrong_width(found: int, widths: frozenset[int]) -> BadCell:
    """A row with a number of cells that the format does not have."""
    wanted = "/".join(map(str, sorted(widths)))
    return BadCell("", "columns", f"有 {found} 列,应有 {wanted} 列", f"it has {found} cells where {wanted} are wanted")


def open_csv(
    file: LineFile,
    encoding: str,
    bind: Callable[[list[str]], tuple[bool, Assembler]],
    delimiter: str = ",",
) -> Opened:
    """Open a CSV file; ``bind`` gets the first row and tells whether it is a header, and what makes records of rows."""
    rows = RowFile(file, encoding, delimiter)
    try:
        first, position, line = rows.header()
        is_header, assembler = bind(first)
    except IntakeError:
        # Where the file has no header, a broken first row is no reason to refuse the others.
        sound = _first_sound(rows, bind)
        if sound is None:
            raise
        first, assembler = sound
        is_header, position, line = False, 0, 0
    rows.widths = frozenset({len(first)})
    if is_header:
        return Opened(rows, Place(position, line), rows.header_line, assembler)
    return Opened(rows, Place(), "", assembler)


def _first_sound(
    rows: RowFile, bind: Callable[[list[str]], tuple[bool, Assembler]]
) -> tuple[list[str], Assembler] | None:
    """The first row near the beginning that tells, without being a header, what makes records of rows."""
    rows.seek(0, 0)
    for batch in itertools.islice(rows.batches(1), _NEAR):
        for row in batch.rows:
            if isinstance(row, list) and row:
                with contextlib.suppress(IntakeError):
                    is_header, assembler = bind(row)
                    return None if is_header else (row, assembler)
    return None


class CsvSettings:
    """What readers of CSV have in common."""

    chunk = CSV_CHUNK
    longest_line = MAX_LINE
