"""Facts of reassignment. Every struct in ``FACTS`` is one fact kind of the ledger."""

from __future__ import annotations

import datetime

import msgspec


class Disconnected(msgspec.Struct, frozen=True):
    """A number was permanently disconnected (kind ``reassignment.disconnected``, sealed for it)."""

    number: int
    day: str
    """Last day on which it was the former user's, ISO date in the pack's zone."""
    free: int
    """From when it may be used again, µs UTC."""
    source: str
    """Who said so."""


class Reassigned(msgspec.Struct, frozen=True):
    """A number is used by someone else (kind ``reassignment.reassigned``, sealed for it)."""

    number: int
    day: str
    """First day of the present user, ISO date in the pack's zone."""
    holder: str
    """Empty for a subscriber who is not in the registry."""


class Covered(msgspec.Struct, frozen=True):
    """Disconnects are recorded without a gap from a day on (kind ``reassignment.covered``)."""

    first: str
    """ISO date."""


class Zone(msgspec.Struct, frozen=True):
    """The pack's days."""

    utc_offset_minutes: int

    def begins(self, day: datetime.date) -> int:
        """When a day begins, µs UTC."""
        zone = datetime.timezone(datetime.timedelta(minutes=self.utc_offset_minutes))
        return int(datetime.datetime.combine(day, datetime.time(), zone).timestamp()) * 1_000_000

    def day_of(self, at: int) -> datetime.date:
        """The day of a time (µs UTC)."""
        zone = datetime.timezone(datetime.timedelta(minutes=self.utc_offset_minutes))
        return datetime.datetime.fromtimestamp(at // 1_000_000, zone).date()


FACTS: dict[str, type[msgspec.Struct]] = {
    "reassignment.disconnected": Disconnected,
    "reassignment.reassigned": Reassigned,
    "reassignment.covered": Covered,
}
