"""Thrift's compact protocol, in which the footer of a Parquet file is written.

Only as much as footers use, and without their meaning: a structure is its fields by number, so what a writer adds that
nobody here knows of is kept. Source: thrift/doc/specs/thrift-compact-protocol.md of Apache Thrift.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, STRUCT = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12
_INTEGERS = (I16, I32, I64)
_LONG = 15
"""A list of so many items or more has its length apart."""


class Items(NamedTuple):
    """A list."""

    kind: int
    """Of every item."""
    values: list[Value]


class Field(NamedTuple):
    """One field of a structure."""

    kind: int
    value: Value


Struct: TypeAlias = dict[int, "Field"]
Value: TypeAlias = "bool | int | bytes | Items | Struct"


def decoded(data: bytes) -> Struct:
    """The structure that the bytes begin with. Raises :class:`ValueError` where they hold something else."""
    return _read_struct(io.BytesIO(data))


def encoded(struct: Struct) -> bytes:
    """The bytes of a structure."""
    out = bytearray()
    _write_struct(out, struct)
    return bytes(out)


def _read_struct(data: io.BytesIO) -> Struct:
    fields: Struct = {}
    number = 0
    while head := _byte(data):
        kind = head & 0x0F
        number = number + (head >> 4) if head >> 4 else _zigzag(_varint(data))
        fields[number] = Field(kind, kind == TRUE if kind in (TRUE, FALSE) else _read(data, kind))
    return fields


def _read(data: io.BytesIO, kind: int) -> Value:
    if kind in _INTEGERS:
        return _zigzag(_varint(data))
    if kind == BINARY:
        return data.read(_varint(data))
    if kind == STRUCT:
        return _read_struct(data)
    if kind in (LIST, SET):
        head = _byte(data)
        size = head >> 4 if head >> 4 < _LONG else _varint(data)
        return Items(head & 0x0F, [_read(data, head & 0x0F) for _ in range(size)])
    if kind in (TRUE, FALSE):
        return _byte(data) == TRUE
    if kind == BYTE:
        return _byte(data)
    if kind == DOUBLE:
        return data.read(8)
    raise ValueError(f"a field of unknown type {kind} in the footer of a Parquet file")


def _byte(data: io.BytesIO) -> int:
    (value,) = data.read(1)
    return value


def _varint(data: io.BytesIO) -> int:
    value = shift = 0
    while True:
        byte = _byte(data)
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
        shift += 7


def _zigzag(value: int) -> int:
    return value >> 1 ^ -(value & 1)


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for number, (kind, value) in sorted(fields.items()):
        if kind in (TRUE, FALSE):
            kind = TRUE if value else FALSE
        if 0 < number - before < 16:
            out.append(number - before << 4 | kind)
        else:
            out.append(kind)
            _put(out, number << 1)
        if kind not in (TRUE, FALSE):
            _WRITERS[kind](out, value)
        before = number
    out.append(0)


def _write_items(out: bytearray, items: Items) -> None:
    size = len(items.values)
    out.append(min(size, _LONG) << 4 | items.kind)
    if size >= _LONG:
        _put(out, size)
    for value in items.values:
        _WRITERS[items.kind](out, value)


def _write_binary(out: bytearray, value: bytes) -> None:
    _put(out, len(value))
    out += value


def _write_integer(out: bytearray, value: int) -> None:
    _put(out, value << 1 if value >= 0 else (-value << 1) - 1)


def _put(out: bytearray, value: int) -> None:
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _write_flag(out: bytearray, value: bool) -> None:
    out.append(TRUE if value else FALSE)


_WRITERS: dict[int, Callable[..., None]] = {
    TRUE: _write_flag,
    FALSE: _write_flag,
    BYTE: bytearray.append,
    **dict.fromkeys(_INTEGERS, _write_integer),
    DOUBLE: bytearray.extend,
    BINARY: _write_binary,
    LIST: _write_items,
    SET: _write_items,
    STRUCT: _write_struct,
}
