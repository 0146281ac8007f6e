"""Parquet files become one: their pages are copied as they are, and a column that a file has not is empty in its rows.

Writing millions of nulls costs an engine more than the columns that hold something, and here some bytes a row group.
Meaning of the numbered fields: parquet.thrift of Apache Parquet.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import pyarrow as pa
import pyarrow.parquet as pq

from clearbell.discovery.parquet.compact import BINARY, I32, I64, LIST, STRUCT, Field, Items, Struct, decoded, encoded

_MAGIC = b"PAR1"
_TAIL = 8
"""The footer's length and the magic word."""
_VERSION, _SCHEMA, _ROWS, _GROUPS, _WRITER, _ORDERS = 1, 2, 3, 4, 6, 7
_COLUMNS, _GROUP_BYTES, _GROUP_ROWS, _GROUP_COMPRESSED = 1, 2, 3, 6
_CHUNK_OFFSET, _CHUNK, _CHUNK_PLACES = 2, 3, (2, 4, 6)
_TYPE, _PATH, _DATA_PAGE, _PLACES = 1, 3, 9, (9, 10, 11, 14)
"""Of a column chunk: its type, the names on the way to it, and the fields that tell places in the file."""
_NAME, _CHILDREN = 4, 5
"""Of an element of the schema."""
_PLAIN, _RLE = 0, 3


class _Part(NamedTuple):
    path: Path
    footer: Struct
    ends: int
    """Where its pages end."""


def joinable(parts: Sequence[Path], schema: pa.Schema) -> bool:
    """Whether the files hold columns of the schema alone, of its types and such as may be empty, and all alike."""
    elements: dict[str, pq.ColumnSchema] = {}
    for part in parts:
        with pq.ParquetFile(part) as opened:
            fields, columns = opened.schema_arrow, opened.schema
            for place, field in enumerate(fields):
                column = columns.column(place)
                known = elements.setdefault(field.name, column)
                told = field.name in schema.names and field.type == schema.field(field.name).type
                if not told or column.max_definition_level != 1 or column.max_repetition_level or known != column:
                    return False
    return elements.keys() == set(schema.names)


def join(parts: Sequence[Path], names: Sequence[str], out: Path) -> int:
    """Write one file with the rows of all parts, which must be :func:`joinable`, and the columns in that order.

    Returns the rows.
    """
    opened = [_opened(part) for part in parts]
    elements = {_name(element): element for part in opened for element in _structs(part.footer[_SCHEMA])[1:]}
    rows, groups = 0, []
    with out.open("wb") as written:
        written.write(_MAGIC)
        for part in opened:
            moved = written.tell() - len(_MAGIC)
            with part.path.open("rb") as pages:
                pages.seek(len(_MAGIC))
                _copy(pages, written, part.ends - len(_MAGIC))
            for group in _structs(part.footer[_GROUPS]):
                rows += cast("int", group[_GROUP_ROWS].value)
                groups.append(_group(group, moved, names, elements, written))
        footer = encoded(_footer([part.footer for part in opened], [elements[name] for name in names], rows, groups))
        written.write(footer + len(footer).to_bytes(4, "little") + _MAGIC)
    return rows


def _opened(path: Path) -> _Part:
    with path.open("rb") as file:
        size = file.seek(-_TAIL, 2) + _TAIL
        length = int.from_bytes(file.read(4), "little")
        ends = size - _TAIL - length
        file.seek(ends)
        return _Part(path, decoded(file.read(length)), ends)


def _copy(pages: BinaryIO, out: BinaryIO, size: int) -> None:
    """All but the footer."""
    begins = out.tell()
    shutil.copyfileobj(pages, out, 1 << 20)
    out.seek(begins + size)
    out.truncate()


def _structs(field: Field) -> list[Struct]:
    return cast("list[Struct]", cast("Items", field.value).values)


def _name(element: Struct) -> str:
    return cast("bytes", element[_NAME].value).decode()


def _group(group: Struct, moved: int, names: Sequence[str], elements: Mapping[str, Struct], out: BinaryIO) -> Struct:
    """The row group at its new place, with empty chunks for what it has not, whose pages are written here."""
    chunks = {}
    for chunk in _structs(group[_COLUMNS]):
        column = cast("Struct", chunk[_CHUNK].value)
        (known,) = cast("Items", column[_PATH].value).values
        chunks[cast("bytes", known).decode()] = _moved(
            {**chunk, _CHUNK: Field(STRUCT, _moved(column, _PLACES, moved))}, _CHUNK_PLACES, moved
        )
    rows, added = cast("int", group[_GROUP_ROWS].value), 0
    page = _empty_page(rows)
    for name in names:
        if name not in chunks:
            chunks[name] = _empty_chunk(elements[name], rows, out.tell(), len(page))
            added += out.write(page)
    return {
        _COLUMNS: Field(LIST, Items(STRUCT, [chunks[name] for name in names])),
        _GROUP_ROWS: group[_GROUP_ROWS],
        **{
            size: Field(I64, cast("int", group[size].value) + added)
            for size in (_GROUP_BYTES, _GROUP_COMPRESSED)
            if size in group
        },
    }


def _moved(struct: Struct, places: Sequence[int], by: int) -> Struct:
    # A place of 0 stands for none.
    told = {place: struct[place] for place in places if place in struct and struct[place].value}
    return {**struct, **{place: Field(kind, cast("int", value) + by) for place, (kind, value) in told.items()}}


def _empty_page(rows: int) -> bytes:
    """A page of nulls alone: one run of definition levels 0, and no values."""
    levels, count = bytearray(), rows << 1
    while count >= 0x80:
        levels.append(count & 0x7F | 0x80)
        count >>= 7
    levels += bytes((count, 0))
    body = len(levels).to_bytes(4, "little") + levels
    page: Struct = {
        1: Field(I32, rows),
        2: Field(I32, _PLAIN),
        3: Field(I32, _RLE),
        4: Field(I32, _RLE),
    }
    size = Field(I32, len(body))
    return encoded({1: Field(I32, 0), 2: size, 3: size, 5: Field(STRUCT, page)}) + body


def _empty_chunk(element: Struct, rows: int, place: int, size: int) -> Struct:
    column: Struct = {
        _TYPE: element[_TYPE],
        2: Field(LIST, Items(I32, [_PLAIN, _RLE])),
        _PATH: Field(LIST, Items(BINARY, [element[_NAME].value])),
        4: Field(I32, 0),
        5: Field(I64, rows),
        6: Field(I64, size),
        7: Field(I64, size),
        _DATA_PAGE: Field(I64, place),
        12: Field(STRUCT, {3: Field(I64, rows)}),
    }
    return {_CHUNK_OFFSET: Field(I64, 0), _CHUNK: Field(STRUCT, column)}


def _footer(footers: Sequence[Struct], elements: Sequence[Struct], rows: int, groups: list[Struct]) -> Struct:
    """Without the parts' own notes, which tell of other columns."""
    first = footers[0]
    root = {**_structs(first[_SCHEMA])[0], _CHILDREN: Field(I32, len(elements))}
    footer: Struct = {
        _VERSION: first[_VERSION],
        _SCHEMA: Field(LIST, Items(STRUCT, [root, *elements])),
        _ROWS: Field(I64, rows),
        _GROUPS: Field(LIST, Items(STRUCT, [*groups])),
    }
    if _WRITER in first:
        footer[_WRITER] = first[_WRITER]
    if all(_ORDERS in one for one in footers):
        order = _structs(first[_ORDERS])[0]
        footer[_ORDERS] = Field(LIST, Items(STRUCT, [order] * len(elements)))
    return footer
