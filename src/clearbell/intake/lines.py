"""A file as lines of bytes, of bounded size, with the place each ends at. Plain or gzip.

Compressed data that is cut off ends the file there: the lines before are read, what the last line has is kept apart
(:attr:`LineFile.cut`), and :attr:`LineFile.damage` tells it. Data that is damaged in its midst may say anything before it is
found out, so :func:`check_sound` refuses such a file before a line of it is used.
"""

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
        self.damage: BadFileError | None = None
        """Why the file was read no further, once that is so; its lines before are read like any."""
        self.cut = b""
        """What was read of the line that the damage broke off."""

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        self._raw.close()

    def seek(self, position: int) -> None:
        """Go to a place that a line ended at. In a gzip file what stands before is read over.

        Raises :class:`BadFileError` when damage lies before the place.
        """
        try:
            self._file.seek(position)
        except (OSError, EOFError, zlib.error) as error:
            raise self._broken(error) from error
        self._offset = position
        self._rest, self._dropped, self._ended = b"", 0, False
        self._lines, self._ends, self._next = [], [], 0
        self.damage, self.cut = None, b""

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
        data = self._block()
        del self._lines[: self._next], self._ends[: self._next]
        self._next = 0
        if not data:
            self._ended = True
            if self.damage is not None:
                self.cut, self._rest, self._dropped = self._rest, b"", 0
                return
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

    def _block(self) -> bytes:
        """About a block; nothing at the end and where the file is damaged."""
        pieces: list[bytes] = []
        size = 0
        # One by one: a read that fails gives nothing of what it had read before.
        while size < _BLOCK and self.damage is None:
            try:
                piece = self._file.read1(_BLOCK - size)  # type: ignore[attr-defined]
            except (OSError, EOFError, zlib.error) as error:
                self.damage = self._broken(error)
                break
            if not piece:
                break
            pieces.append(piece)
            size += len(piece)
        return b"".join(pieces)

    def _broken(self, error: Exception) -> BadFileError:
        if isinstance(error, EOFError):
            return BadFileError(
                f"{self._name} 的压缩数据不完整,在中途结束;请重新取得完整的文件",
                f"the compressed data of {self._name} is cut off; fetch the whole file anew",
            )
        return _damaged(self._name, error)


def check_sound(path: Path) -> None:
    """Raise :class:`BadFileError` when the file is gzip and its data is not what was compressed.

    One that is cut off passes: what it has is sound as far as can be told.
    """
    try:
        with path.open("rb") as raw:
            if raw.read(2) != _GZIP:
                return
            raw.seek(0)
            with gzip.GzipFile(fileobj=raw) as file:
                while file.read(_BLOCK):
                    pass
    except EOFError:
        return
    except (OSError, zlib.error) as error:
        raise _damaged(path.name, error) from error


def _damaged(name: str, error: Exception) -> BadFileError:
    if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
        reason = error.strerror or str(error)
        return BadFileError(f"{name} 无法继续读取:{reason}", f"{name} cannot be read any further: {reason}")
    return BadFileError(
        f"{name} 的压缩数据已损坏({error}),其中的内容不可信;请重新取得该文件",
        f"the compressed data of {name} is damaged ({error}) and nothing in it can be relied on; fetch the file anew",
    )


def blocks(path: Path) -> Iterator[bytes]:
    """The file as it is on disk, block by block."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
