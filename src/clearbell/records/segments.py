"""Append-only segment files that a killed process cannot tear.

A segment is a file of fixed size mapped into memory. A record is written into the mapping, its length last,
so a reader sees it whole or not at all; once written it survives the process (``kill -9``), since the pages
belong to the system. Nothing waits for the disk: a machine that loses power may lose its last seconds.
"""

from __future__ import annotations

import mmap
import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

MAGIC = b"CLEARBELL-SEG-1\n"
HEAD = struct.Struct("<II")
"""Before each record: its length, and the CRC-32 of it."""
DEFAULT_BYTES = 16 * 1024 * 1024
MAX_RECORD = 1024 * 1024
SUFFIX = ".segment"
_COMPILED = not __file__.endswith(".py")
_HEAD_BYTES = HEAD.size
_pack_head, _crc32 = HEAD.pack_into, zlib.crc32
_NO_BYTES = memoryview(bytearray())


def read_segment(path: Path) -> Iterator[bytes]:
    """Yield the records of one segment file, oldest first; stops at the first that is not whole."""
    for _, payload in read_segment_from(path, 0):
        yield payload


def read_segment_from(path: Path, offset: int) -> Iterator[tuple[int, bytes]]:
    """Yield (place after it, record) from a place in a segment file on; 0 is its beginning."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return
        at = max(offset, len(MAGIC))
        file.seek(at)
        while True:
            head = file.read(HEAD.size)
            if len(head) < HEAD.size:
                return
            length, crc = HEAD.unpack(head)
            if not 0 < length <= MAX_RECORD:
                return
            payload = file.read(length)
            if len(payload) < length or zlib.crc32(payload) != crc:
                return
            at += HEAD.size + length
            yield at, payload


_BLOCK = HEAD.size + MAX_RECORD
"""Bytes that are read at once: any record fits."""


def read_some(path: Path, offset: int, most: int, until: int = 0) -> tuple[list[bytes], int]:
    """Up to ``most`` records from a place in a segment file on, oldest first, and the place after the last of them.

    0 is its beginning. With ``until``, no record that begins at that place or after it. As with
    :func:`read_segment_from`, reading ends before the first record that is not whole.
    """
    found: list[bytes] = []
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            return found, offset
        at = max(offset, len(MAGIC))
        while True:
            file.seek(at)
            data = file.read(_BLOCK)
            place = 0
            while len(found) < most and (not until or at < until):
                body = place + HEAD.size
                if body > len(data):
                    break
                length, crc = HEAD.unpack_from(data, place)
                end = body + length
                if not 0 < length <= MAX_RECORD or end > len(data):
                    break
                payload = data[body:end]
                if zlib.crc32(payload) != crc:
                    break
                found.append(payload)
                at += end - place
                place = end
            else:
                return found, at
            if not place:
                return found, at


def is_whole(data: bytes, at: int) -> bool:
    """Whether a whole record stands at a place of some bytes."""
    if at + HEAD.size > len(data):
        return False
    length, crc = HEAD.unpack_from(data, at)
    body = at + HEAD.size
    return bool(0 < length <= min(MAX_RECORD, len(data) - body) and zlib.crc32(data[body : body + length]) == crc)


def _reserve(file: int, size: int) -> None:
    """Make a file so large. Where the system can reserve the room, a full disk is an ``OSError`` here, not a crash later."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:
        os.truncate(file, size)


def segments(folder: Path) -> list[Path]:
    """The folder's segments, oldest first."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def segments_from(folder: Path, name: str) -> Iterator[Path]:
    """The folder's segments from the one of that name on, oldest first; an empty name: all."""
    path = folder / name
    if not name or not path.exists():
        yield from (one for one in segments(folder) if one.name >= name)
        return
    # A folder may have thousands; they are numbered without a gap.
    while path.exists():
        yield path
        path = folder / _name(int(path.stem) + 1)


def _name(number: int) -> str:
    return f"{number:012d}{SUFFIX}"


def read_folder(folder: Path) -> Iterator[bytes]:
    """Yield every record of every segment in the folder, oldest first."""
    for path in segments(folder):
        yield from read_segment(path)


class SegmentWriter:
    """Writes records into segments of one folder. One writer a folder; it takes up a new segment when opened."""

    def __init__(self, folder: Path, size: int = DEFAULT_BYTES) -> None:
        if size < MAX_RECORD // 16:
            message = f"BUG: a segment of {size} bytes is smaller than a record may be"
            raise ValueError(message)
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.size = size
        self._most = min(MAX_RECORD, size - len(MAGIC) - 2 * HEAD.size)
        self._at = 0
        self.written = 0
        """Records since it was opened."""
        self._map: mmap.mmap
        self._bytes: memoryview
        self._open_next()

    def _open_next(self) -> None:
        existing = segments(self.folder)
        number = int(existing[-1].stem) + 1 if existing else 1
        self.path = self.folder / _name(number)
        with self.path.open("xb+") as file:
            _reserve(file.fileno(), self.size)
            self._map = mmap.mmap(file.fileno(), self.size)
        self._map[: len(MAGIC)] = MAGIC
        self._bytes = memoryview(self._map)
        self._at = len(MAGIC)

    def write(self, record: bytes) -> None:
        """Append one record. Raises ``ValueError`` when it is empty or larger than ``MAX_RECORD`` or a segment."""
        length = len(record)
        need = _HEAD_BYTES + length
        if not 0 < length <= self._most:
            message = f"BUG: a record of {length} bytes does not fit a segment"
            raise ValueError(message)
        if self._at + need + _HEAD_BYTES > self.size:
            self._close_segment()
            self._open_next()
        at = self._at
        body = at + _HEAD_BYTES
        if _COMPILED:
            self._lay(body, record, length)
        else:
            self._bytes[body : body + length] = record
        # The length makes the record visible, so it comes after the bytes it stands for.
        _pack_head(self._map, at, length, _crc32(record))
        self._at = body + length
        self.written += 1

    def _lay(self, at: int, record: bytes, length: int) -> None:
        view = self._bytes
        for place in range(length):
            view[at + place] = record[place]

    def _close_segment(self) -> None:
        if not len(self._bytes):
            return
        self._bytes = _NO_BYTES
        self._map.close()
        with self.path.open("rb+") as file:
            file.truncate(self._at)
        # Should the next one not open, there is no room until it does.
        self._at = self.size

    def close(self) -> None:
        """Cut the segment to what was written. Further writes fail."""
        self._close_segment()
        self._most = 0
