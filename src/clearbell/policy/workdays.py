"""Working days (工作日): weekends, and the holidays and shifted working days that the State Council publishes."""

from __future__ import annotations

import datetime
import importlib.resources
import tomllib
from collections.abc import Mapping

import msgspec


class Year(msgspec.Struct, frozen=True):
    """What is published for a year."""

    source: str
    off: tuple[str, ...]
    """Days off: ``MM-DD`` or ``MM-DD..MM-DD``."""
    work: tuple[str, ...]
    """Weekend days that are worked."""


class Workdays:
    """The working days of a country. A year that is not listed has its weekends off and nothing else."""

    def __init__(self, years: Mapping[int, Year]) -> None:
        self._off: set[datetime.date] = set()
        self._work: set[datetime.date] = set()
        self.years = frozenset(years)
        """Years whose holidays are known."""
        for number, year in years.items():
            for days, spans in ((self._off, year.off), (self._work, year.work)):
                for span in spans:
                    first, _, last = span.partition("..")
                    day = datetime.date.fromisoformat(f"{number}-{first}")
                    end = datetime.date.fromisoformat(f"{number}-{last or first}")
                    while day <= end:
                        days.add(day)
                        day += datetime.timedelta(1)

    def is_working(self, day: datetime.date) -> bool:
        """Whether the day is worked."""
        return day in self._work or (day.weekday() < 5 and day not in self._off)

    def add(self, day: datetime.date, count: int) -> datetime.date:
        """The day that is ``count`` working days after ``day``."""
        while count > 0:
            day += datetime.timedelta(1)
            count -= self.is_working(day)
        return day

    def between(self, first: datetime.date, last: datetime.date) -> int:
        """Working days after ``first`` up to and with ``last``."""
        days = (last - first).days
        return sum(self.is_working(first + datetime.timedelta(n)) for n in range(1, days + 1))


def builtin_workdays(country: str) -> Workdays:
    """The working days of a country by its pack's name; only weekends where nothing is listed."""
    file = importlib.resources.files("clearbell") / "packs" / f"{country}-workdays.toml"
    if not file.is_file():
        return Workdays({})
    raw = tomllib.loads(file.read_text(encoding="utf-8"))
    return Workdays({int(number): msgspec.convert(year, Year) for number, year in raw.items()})
