"""Cells of a complaint file to numbers and times."""

from __future__ import annotations

import datetime

from clearbell.calls import SECOND
from clearbell.intake import BadCell
from clearbell.numbering import Refusal, parse


def number_fault(column: str, text: str, home: str) -> BadCell:
    """Why a cell is no number."""
    read = parse(text, home)
    if isinstance(read, Refusal):
        return BadCell(column, f"number-{read.reason.name.lower().replace('_', '-')}", read.zh, read.en)
    return BadCell(column, "number", "不是号码", "it is no number")


def time_fault(column: str, form: str) -> BadCell:
    """A cell that should hold a time of this form and does not."""
    return BadCell(column, "time", f"不是时间,应为 {form}", f"it is no time; write {form}")


def micros(text: str, zone: datetime.tzinfo) -> int:
    """A local date or date and time (ISO 8601) in µs UTC. Raises ``ValueError``.

    A zone written in the text itself goes before ``zone``.
    """
    read = datetime.datetime.fromisoformat(text)
    if read.tzinfo is None:
        read = read.replace(tzinfo=zone)
    try:
        return round(read.timestamp()) * SECOND
    except OverflowError as error:
        raise ValueError(text) from error
