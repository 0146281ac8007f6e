"""Facts and terms of reports. Every struct here is one fact kind of the ledger, sealed for the number it names."""

from __future__ import annotations

import msgspec


class Reported(msgspec.Struct, frozen=True, gc=False):
    """Someone complained about a call (kind ``reports.received``)."""

    report: str
    """Unique id of the report; the same id again is a duplicate."""
    source: str
    """Where it came in: ``desk``, ``api``, ``csv``, ``ftc`` …"""
    number: int
    """The number complained about."""
    at: int
    """When the call was, µs UTC (start of the day where only the day is known)."""
    received: int
    """When the complaint was made, µs UTC."""
    reporter: int = 0
    """The reporter's number; 0 when the source does not tell."""
    category: str = ""
    """Category code of the pack; empty when not said."""
    automatic: bool = False
    """A recorded message or robot, as the reporter said."""
    area: str = ""
    """Area of the reporter, as the source gives it."""


class ReportWithdrawn(msgspec.Struct, frozen=True):
    """The reporter took the report back (kind ``reports.withdrawn``)."""

    report: str
    number: int


class NumberReset(msgspec.Struct, frozen=True):
    """Complaints of calls before a time count no more: another used the number then (kind ``reports.reset``)."""

    number: int
    before: int
    """µs UTC."""


FACTS: dict[str, type[msgspec.Struct]] = {
    "reports.received": Reported,
    "reports.withdrawn": ReportWithdrawn,
    "reports.reset": NumberReset,
}
