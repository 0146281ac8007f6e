"""Files with one thing a line that is no CSV: JSON lines, log lines. Each line is read for itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import msgspec

from clearbell.intake.lines import LineFile
from clearbell.intake.model import BadCell
from clearbell.intake.rows import NUL, Batch, undecodable

MOST_BYTES = 64 << 20
"""Lines of a batch are at most so long together: what a switch tells of one call as JSON may be 20,000 bytes."""


_PLACE = re.compile(r"\(byte (\d+)\)")


class LinesFile:
    """Lines of a file, batch by batch, from a place on; a blank line is an empty list, as in a CSV file."""

    def __init__(self, file: LineFile, encoding: str, read: Callable[[str], Any]) -> None:
        """``read`` makes an item, or a :class:`BadCell`, of a line that is not blank."""
        self._file = file
        self._encoding = encoding
        self._read = read
        self._line = 0

    def seek(self, position: int, line: int) -> None:
        """Go to where a batch ended."""
        self._file.seek(position)
        self._line = line

    def batches(self, size: int) -> Iterator[Batch]:
        """Yield batches of at most ``size`` lines until the file ends."""
        while lines := self._file.peek(size):
            total = 0
            for count, line in enumerate(lines):
                total += len(line)
                if count and total > MOST_BYTES:
                    lines = lines[:count]
                    break
            yield self._batch(lines)

    def _batch(self, lines: list[bytes]) -> Batch:
        rows = [self._item(line, first=not self._line and not at) for at, line in enumerate(lines)]
        first = self._line + 1
        self._line += len(lines)
        raws = _Raws(lines, self._encoding)
        return Batch(cast("Any", rows), range(first, self._line + 1), raws, self._file.take(len(lines)), self._line)

    def _item(self, line: bytes, *, first: bool) -> Any:
        if len(line) > self._file.most:
            return _too_long(self._file.most)
        try:
            text = line.decode(self._encoding)
        except UnicodeDecodeError:
            return undecodable(self._encoding)
        if first:
            text = text.removeprefix("\ufeff")
        text = text.strip()
        if not text:
            return []
        return NUL if "\0" in text else self._read(text)


class _Raws(Sequence[str]):
    """Lines as they are shown, made when asked for: hardly any is."""

    def __init__(self, lines: list[bytes], encoding: str) -> None:
        self._lines = lines
        self._encoding = encoding

    def __getitem__(self, at: Any) -> Any:
        return self._lines[at].rstrip(b"\r").decode(self._encoding, "backslashreplace").replace("\0", "\\x00")

    def __len__(self) -> int:
        return len(self._lines)


def json_object(line: str) -> dict[str, Any] | BadCell:
    """A line as a JSON object."""
    try:
        found = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        place = _PLACE.search(str(error))
        if place is None:
            return BadCell("", "not-json", "JSON 不完整或嵌套过深", "its JSON is cut off or nested too deeply")
        at = int(place[1]) + 1
        return BadCell("", "not-json", f"第 {at} 字节处不是有效的 JSON", f"at byte {at} it is not valid JSON")
    if not isinstance(found, dict):
        return BadCell("", "not-an-object", "应为一个 JSON 对象 {…}", "it should be one JSON object {…}")
    return found


def _too_long(most: int) -> BadCell:
    return BadCell("", "too-long", f"长度超过 {most} 字节", f"it is longer than {most} bytes")
