"""A file as lines of bytes, of bounded size, with the place each ends at. Plain or gzip."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import IO

from clearbell.intake.model import BadFileError

MAX_LINE = 65_536
"""Longest line that is read, bytes; of a longer one this much and one byte is kept, which marks it."""
_BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"


class LineFile:
    """Lines of a file from a place on. ``taken`` gives them, as many as asked for or as there are."""

    def __init__(self, path: Path, most: int = MAX_LINE) -> None:
        """Open the file; of lines longer than ``most`` bytes that much and one byte is kept.

        Raises :class:`BadFileError` when it cannot be opened.
        """
        self.most = most
        try:
            self._raw: IO[bytes] = path.open("rb")
        except OSError as error:
            reason = error.strerror or str(error)
            raise BadFileError(f"无法打开 {path.name}:{reason}", f"cannot open {path.name}: {reason}") from error
        self._name = path.name
        magic = self._raw.read(2)
        self._raw.seek(0)
        self._file: IO[bytes] = gzip.GzipFile(fileobj=self._raw) if magic == _GZIP else self._raw  # type: ignore[assignment]
        self._rest = b""
        self._dropped = 0
        """Bytes of the rest that were thrown away because its line is too long."""
        self._offset = 0
        self._lines: list[bytes] = []
        self._ends: list[int] = []
        self._next = 0
        self._ended = False

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._raw.close()

    def seek(self, position: int) -> None:
        """Go to a place that a line ended at. In a gzip file what stands before is read over."""
        try:
            self._file.seek(position)
        except (OSError, EOFError, zlib.error) as error:
            raise self._broken(error) from error
        self._offset = position
        self._rest, self._dropped, self._ended = b"", 0, False
        self._lines, self._ends, self._next = [], [], 0

    def read_so_far(self) -> int:
        """Bytes read from the disk."""
        return self._raw.tell()

    def peek(self, count: int) -> list[bytes]:
        """Up to ``count`` next lines without their line feeds; fewer only at the end of the file."""
        while len(self._lines) - self._next < count and not self._ended:
            self._read_block()
        return self._lines[self._next : self._next + count]

    def take(self, count: int) -> int:
        """Step over ``count`` peeked lines; returns the place where the last one ended."""
        if not count:
            return self._ends[self._next - 1] if self._next else self._offset
        self._next += count
        return self._ends[self._next - 1]

    def _read_block(self) -> None:
        try:
            data = self._file.read(_BLOCK)
        except (OSError, EOFError, zlib.error) as error:
            raise self._broken(error) from error
        del self._lines[: self._next], self._ends[: self._next]
        self._next = 0
        if not data:
            self._ended = True
            if self._rest or self._dropped:
                self._offset += len(self._rest) + self._dropped
                self._lines.append(self._rest)
                self._ends.append(self._offset)
                self._rest, self._dropped = b"", 0
            return
        lines = (self._rest + data).split(b"\n")
        self._rest = lines.pop()
        if lines:
            ends = list(accumulate((len(line) + 1 for line in lines), initial=self._offset + self._dropped))[1:]
            self._lines.extend(lines)
            self._ends.extend(ends)
            self._offset = ends[-1]
            self._dropped = 0
        # A line without end must not fill the memory: what is kept is enough to show it and to see it is too long.
        spare = len(self._rest) - (self.most + 1)
        if spare > 0:
            self._rest = self._rest[: self.most + 1]
            self._dropped += spare

    def _broken(self, error: Exception) -> BadFileError:
        return BadFileError(
            f"{self._name} 的压缩数据已损坏({error});此前各行已存入。请重新取得该文件",
            f"the compressed data of {self._name} is damaged ({error}); the rows before it are stored. Fetch the file anew",
        )


def blocks(path: Path) -> Iterator[bytes]:
    """The file as it is on disk, block by block."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
