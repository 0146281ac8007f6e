"""Lines of bytes to rows of cells. Nothing a file holds is fatal: what is no row comes out as a broken one."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence

import msgspec

from clearbell.intake.lines import MAX_LINE, LineFile
from clearbell.intake.model import BadCell, BadFileError

MAX_QUOTED_LINES = 32
"""Lines a quoted cell may span. A quote that stays open longer is taken for a stray one: its line is quarantined
and the lines after it are read for themselves, so one bad quote cannot swallow a file."""


class Batch(msgspec.Struct):
    """Rows in the order of the file. ``rows[i]`` begins on line ``lines[i]`` and reads ``raws[i]``."""

    rows: list[list[str] | BadCell]
    """Cells; an empty list for a blank line; what is wrong for a row that cannot be told into cells."""
    lines: Sequence[int]
    raws: Sequence[str]
    position: int
    """Place in the (uncompressed) file where the batch ends."""
    line: int
    """Lines up to there."""


class RowFile:
    """Rows of a CSV file, batch by batch, from a place on."""

    def __init__(self, file: LineFile, encoding: str, delimiter: str = ",") -> None:
        self._file = file
        self._encoding = encoding
        self._delimiter = delimiter
        self._line = 0
        self.widths: frozenset[int] = frozenset()
        """Cells that a row may have, once that is known: a row over several lines that has others is none, and its first
        line alone is to blame."""
        self.header_line = ""
        """The header as it stands in the file, once :meth:`header` found it."""

    def seek(self, position: int, line: int) -> None:
        """Go to where a batch ended."""
        self._file.seek(position)
        self._line = line

    def header(self) -> tuple[list[str], int, int]:
        """Cells of the first line that is not blank, and the place and line it ends at.

        Raises :class:`BadFileError` when there is none that can be read.
        """
        self.seek(0, 0)
        while first := self._file.peek(1):
            if not self._line and first[0][:2] in (b"\xff\xfe", b"\xfe\xff"):
                raise BadFileError(
                    "文件为 UTF-16 编码,请另存为 UTF-8 的 CSV", "the file is UTF-16; save it as CSV in UTF-8"
                )
            batch = self._carefully(1)
            row = batch.rows[0]
            if isinstance(row, BadCell):
                raise BadFileError(f"表头无法读取:{row.zh}", f"the header cannot be read: {row.en}")
            if row:
                self.header_line = batch.raws[0].removeprefix("\ufeff").rstrip("\r")
                return row, batch.position, batch.line
        raise self._file.damage or BadFileError("文件为空", "the file is empty")

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield batches of about ``size`` lines until the file ends."""
        while lines := self._file.peek(size):
            yield self._at_once(lines) or self._carefully(size)

    def _at_once(self, lines: list[bytes]) -> Batch | None:
        """All lines in one go; None unless each of them is exactly one sound row."""
        if max(map(len, lines)) > MAX_LINE:
            return None
        try:
            text = b"\n".join(lines).decode(self._encoding)
        except UnicodeDecodeError:
            return None
        if "\0" in text or (not self._line and text[0:1] == "\ufeff"):
            return None
        raws = text.split("\n")
        rows: list[list[str] | BadCell] = []
        try:
            rows.extend(csv.reader(raws, strict=True, delimiter=self._delimiter))
        except csv.Error:
            return None
        if len(rows) != len(lines):
            return None
        first = self._line + 1
        self._line += len(lines)
        return Batch(rows, range(first, self._line + 1), raws, self._file.take(len(lines)), self._line)

    def _carefully(self, size: int) -> Batch:
        batch = Batch([], [], [], 0, 0)
        numbers: list[int] = []
        raws: list[str] = []
        until = self._line + size
        while self._line < until:
            ahead = self._file.peek(MAX_QUOTED_LINES)
            if not ahead:
                break
            row, used = self._row(ahead)
            batch.rows.append(row)
            numbers.append(self._line + 1)
            raws.append("\n".join(shown(line, self._encoding) for line in ahead[:used]))
            self._line += used
            batch.position = self._file.take(used)
        batch.lines, batch.raws, batch.line = numbers, raws, self._line
        return batch

    def _row(self, ahead: list[bytes]) -> tuple[list[str] | BadCell, int]:
        """The row that begins on the first line, and how many lines it takes."""
        feed = _Feed(ahead, self._encoding, first_of_file=not self._line)
        reader = csv.reader(feed, strict=True, delimiter=self._delimiter)
        try:
            row = next(reader, [])
            if feed.used == 1 or not self.widths or len(row) in self.widths:
                return row, feed.used
        except _UnreadableLineError as error:
            if feed.used == 1:
                return error.cell, 1
        except csv.Error as error:
            if feed.used == 1 and "unexpected end" not in str(error):
                return _QUOTING, 1
        # The quote was open over lines that end it badly or not at all: only its own line is to blame.
        return _OPEN_QUOTE, 1


class _UnreadableLineError(Exception):
    def __init__(self, cell: BadCell) -> None:
        self.cell = cell
        super().__init__(cell.code)


class _Feed:
    """Lines for the CSV reader, counted as it asks for them, until their sum is too long for one row."""

    def __init__(self, lines: list[bytes], encoding: str, *, first_of_file: bool) -> None:
        self._lines = lines
        self._encoding = encoding
        self._first_of_file = first_of_file
        self._bytes = 0
        self.used = 0

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if self.used == len(self._lines):
            raise StopIteration
        line = self._lines[self.used]
        self._bytes += len(line)
        self.used += 1
        if self._bytes > MAX_LINE:
            raise _UnreadableLineError(TOO_LONG)
        try:
            text = line.decode(self._encoding)
        except UnicodeDecodeError:
            raise _UnreadableLineError(undecodable(self._encoding)) from None
        if "\0" in text:
            raise _UnreadableLineError(NUL)
        if self._first_of_file and self.used == 1:
            text = text.removeprefix("\ufeff")
        return text + "\n"


def shown(line: bytes, encoding: str) -> str:
    """A line as it is kept in quarantine: what is no text in the encoding is written ``\\xNN``."""
    return line[: MAX_LINE + 1].decode(encoding, "backslashreplace").replace("\0", "\\x00")


UNDECODABLE = "undecodable"


def undecodable(encoding: str) -> BadCell:
    """A line that is no text in the encoding."""
    return BadCell(
        "",
        UNDECODABLE,
        f"含有不属于 {encoding} 编码的字节;请另存为 UTF-8,或用 --encoding 指明编码",
        f"it has bytes that are not {encoding}; save the file as UTF-8 or name its encoding with --encoding",
    )


NUL = BadCell("", "nul", "含有空字节(NUL)", "it has NUL bytes")
TOO_LONG = BadCell("", "too-long", f"长度超过 {MAX_LINE} 字节", f"it is longer than {MAX_LINE} bytes")
_QUOTING = BadCell(
    "",
    "quoting",
    "引号或回车的用法有误:单元格内的引号应写两遍",
    "its quotes or carriage returns are not as CSV has them; write a quote inside a cell twice",
)
_OPEN_QUOTE = BadCell(
    "",
    "open-quote",
    f"引号没有结束(最多跨 {MAX_QUOTED_LINES} 行)",
    f"a quote is opened and not closed (within {MAX_QUOTED_LINES} lines)",
)


def wrong_width(found: int, wanted: int) -> BadCell:
    """A row with another number of cells than the header."""
    return BadCell(
        "",
        "columns",
        f"有 {found} 列,表头有 {wanted} 列",
        f"it has {found} cells where the header has {wanted}",
    )
