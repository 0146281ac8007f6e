"""What an ONNX model says of itself, without an engine: the file's few fields beside the graph, which is skipped.

An ONNX file is one message in Protocol Buffers' encoding; ``metadata_props`` is its field 14, of pairs ``key`` (1) and
``value`` (2). Rule's source: onnx.proto of ONNX 1.16, message ModelProto.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

_METADATA = 14
_SIZED = 2
_FIXED = {1: 8, 5: 4}
_MOST = 1 << 20
"""Bytes of one entry; a model's normalisation, which also stands there, has some thousands."""


class OnnxError(Exception):
    """The file is no ONNX model."""


def metadata_of(file: Path) -> dict[str, str]:
    """The metadata of a model. Raises :class:`OnnxError` and ``OSError``."""
    found: dict[str, str] = {}
    size = file.stat().st_size
    with file.open("rb") as source:
        while source.tell() < size:
            field, kind = _tag(source)
            if kind == _SIZED:
                length = _number(source)
                if source.tell() + length > size:
                    raise OnnxError
                if field == _METADATA and length <= _MOST:
                    key, value = _pair(source, source.tell() + length)
                    found[key] = value
                else:
                    source.seek(length, 1)
            elif kind == 0:
                _number(source)
            elif kind in _FIXED:
                source.seek(_FIXED[kind], 1)
            else:
                raise OnnxError
    return found


def _pair(source: BinaryIO, end: int) -> tuple[str, str]:
    text = {1: "", 2: ""}
    while source.tell() < end:
        field, kind = _tag(source)
        length = _number(source)
        if kind != _SIZED or source.tell() + length > end:
            raise OnnxError
        text[field] = source.read(length).decode("utf-8", "replace")
    return text[1], text[2]


def _tag(source: BinaryIO) -> tuple[int, int]:
    value = _number(source)
    if not value >> 3:
        raise OnnxError
    return value >> 3, value & 7


def _number(source: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = source.read(1)
        if not byte:
            raise OnnxError
        value |= (byte[0] & 0x7F) << shift
        if not byte[0] & 0x80:
            return value
    raise OnnxError
