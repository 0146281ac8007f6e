"""Lists of any length, a page at a time: each page begins past the last row of the one before, which an index finds at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import msgspec
from sqlalchemy import ColumnElement, Select, tuple_

Place: TypeAlias = tuple[int | float | str, ...]
"""Where a row stands in its order: the values of the order's columns."""


class Order(msgspec.Struct, frozen=True):
    """An order of rows. The last of its columns, or all together, tell any two rows apart."""

    columns: tuple[ColumnElement[Any], ...]
    """Not null; the select has them under their names."""
    descending: bool = False

    def turned(self) -> Order:
        """The same order from the other end."""
        return Order(self.columns, not self.descending)

    def place_of(self, row: Any) -> Place:
        """Where a row stands."""
        return tuple(getattr(row, str(column.key)) for column in self.columns)

    def fits(self, place: Sequence[object]) -> bool:
        """Whether a place, as somebody gave it, can be one of this order."""
        kinds = [(str,) if column.type.python_type is str else (int, float) for column in self.columns]
        return len(place) == len(kinds) and all(
            isinstance(value, kind) and not isinstance(value, bool) for value, kind in zip(place, kinds, strict=True)
        )


def page(query: Select[Any], order: Order, after: Place, limit: int) -> Select[Any]:
    """The next ``limit`` rows of a query in an order, past a place; an empty place: from the beginning."""
    if after:
        here = tuple_(*order.columns)
        there = tuple_(*after, types=[column.type for column in order.columns])
        first = order.columns[0]
        # The first says the same of itself: an index of it alone is of use too.
        query = query.where(
            here < there if order.descending else here > there,
            first <= after[0] if order.descending else first >= after[0],
        )
    columns = [column.desc() if order.descending else column.asc() for column in order.columns]
    return query.order_by(*columns).limit(limit)


def slice_of(rows: Sequence[Any], order: Order, after: Place, limit: int) -> list[Any]:
    """The same of rows that were reckoned and stand in no table: few enough to be all at hand."""
    ordered = sorted(rows, key=order.place_of, reverse=order.descending)
    if after:
        ordered = [
            row for row in ordered if (order.place_of(row) < after) == order.descending and order.place_of(row) != after
        ]
    return ordered[:limit]
