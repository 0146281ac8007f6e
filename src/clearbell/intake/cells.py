"""Cells of a row as values, for loaders."""

from __future__ import annotations

import datetime
import enum
import zoneinfo
from collections.abc import Sequence
from typing import TypeVar

from clearbell.intake.model import BadCell
from clearbell.numbering import Refusal, parse

E = TypeVar("E", bound=enum.Enum)


class CellError(Exception):
    """A cell cannot be read; carries the reason for the quarantine."""

    def __init__(self, bad: BadCell) -> None:
        super().__init__(bad.en)
        self.bad = bad


class Row:
    """One row, read by column name."""

    __slots__ = ("_cells", "_places")

    def __init__(self, places: dict[str, int], cells: Sequence[str]) -> None:
        self._places = places
        self._cells = cells

    def text(self, column: str, default: str = "") -> str:
        """The cell's text without surrounding space; ``default`` when it is empty or the file has no such column."""
        place = self._places.get(column)
        return (self._cells[place].strip() if place is not None else "") or default

    def needed(self, column: str) -> str:
        """The cell's text; quarantines the row when it is empty."""
        found = self.text(column)
        if not found:
            raise CellError(BadCell(column, "empty", "不能为空", "it must not be empty"))
        return found

    def number(self, column: str, *, optional: bool = False) -> int:
        """The cell as E.164 digits; 0 when it is optional and empty."""
        found = self.text(column)
        if not found and optional:
            return 0
        read = parse(found)
        if isinstance(read, Refusal):
            raise CellError(BadCell(column, f"number-{read.reason.name.lower()}", read.zh, read.en))
        return read.key

    def choice(self, column: str, kind: type[E], default: E | None = None) -> E:
        """The cell as a member of an enum by value."""
        found = self.text(column)
        if not found and default is not None:
            return default
        try:
            return kind(found)
        except ValueError:
            known = ", ".join(str(member.value) for member in kind)
            raise CellError(
                BadCell(column, "not-a-choice", f"「{found}」应为 {known} 之一", f"`{found}` should be one of {known}")
            ) from None

    def count(self, column: str) -> int:
        """The cell as a number of things; 0 when it is empty."""
        found = self.text(column)
        if not found:
            return 0
        if not found.isdigit() or not found.isascii() or len(found) > 9:
            raise CellError(
                BadCell(column, "not-a-count", f"「{found}」应为非负整数", f"`{found}` should be a whole number from 0")
            )
        return int(found)

    def flag(self, column: str, *, default: bool = False) -> bool:
        """The cell as yes or no."""
        found = self.text(column).lower()
        if not found:
            return default
        if found in ("1", "true", "yes", "y", "是"):
            return True
        if found in ("0", "false", "no", "n", "否"):
            return False
        raise CellError(
            BadCell(column, "not-a-flag", f"「{found}」应为 true 或 false", f"`{found}` should be true or false")
        )

    def moment(self, column: str, zone: str = "Asia/Shanghai") -> int:
        """The cell as µs UTC: ISO 8601 with a zone, or a date, which means its beginning in ``zone``; 0 when empty."""
        found = self.text(column)
        if not found:
            return 0
        try:
            read = datetime.datetime.fromisoformat(found)
        except ValueError:
            read = None
        if read is not None and read.tzinfo is None and len(found) == len("2026-01-01"):
            read = read.replace(tzinfo=zoneinfo.ZoneInfo(zone))
        if read is None or read.tzinfo is None:
            raise CellError(
                BadCell(
                    column,
                    "not-a-time",
                    f"「{found}」应为日期或带时区的时间",
                    f"`{found}` should be a date or a time with its zone",
                )
            )
        return int(read.timestamp() * 1_000_000)
