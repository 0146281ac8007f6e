"""Wishes by the hour: when calls of a category are not wanted, by the clock on the subscriber's wall (regime 6.3).

Hours are said once and mean local time for ever, also after a change to summer time: what the clock does not show on
the night of the change is no time of any call, and what it shows twice counts both times.
"""

from __future__ import annotations

import datetime
import functools
import re
import zoneinfo
from collections.abc import Iterable, Sequence

import msgspec

from clearbell.calls import DAY, HOUR, SECOND
from clearbell.consent.errors import BadHoursError, BadZoneError, TooManyHoursError

ANY = "*"
"""Calls of whatever category, as long as it is known."""
EVERY_DAY = 0b1111111
HOURS_MOST = 24
"""Lines of one subscriber."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LINE = re.compile(r"(\S{1,64}) +(\d\d):(\d\d)-(\d\d):(\d\d)(?: +(\S+))?")
_MIDNIGHT = 24 * 60
_AHEAD = 9
"""Days within which hours that recur every week begin and end again, whatever the clocks do."""

_STRIDE = 6 * HOUR


class QuietHours(msgspec.Struct, frozen=True, gc=False):
    """No calls of a category at these hours."""

    category: str
    """Category code of the pack, or :data:`ANY`."""
    start: int
    """Minutes since local midnight, 0 to 1439."""
    end: int
    """Minutes since local midnight, 1 to 1440, itself not within; before ``start``: of the next day."""
    days: int = EVERY_DAY
    """Days on which the hours begin; bit 0: Monday."""

    def holds(self, weekday: int, minute: int) -> bool:
        """Whether they hold at a minute of a local day (0: Monday)."""
        today = self.days >> weekday & 1
        if self.start < self.end:
            return bool(today) and self.start <= minute < self.end
        yesterday = self.days >> (weekday - 1) % 7 & 1
        return (bool(today) and minute >= self.start) or (bool(yesterday) and minute < self.end)

    def window(self) -> str:
        """``22:00-07:00``."""
        return "-".join(f"{one // 60:02d}:{one % 60:02d}" for one in (self.start, self.end))


class LocalTime(msgspec.Struct, frozen=True):
    """What calendar and clock show somewhere."""

    weekday: int
    """0: Monday."""
    minute: int
    """Since midnight."""

    def __str__(self) -> str:
        """``22:30``."""
        return f"{self.minute // 60:02d}:{self.minute % 60:02d}"


@functools.cache
def zone_names() -> frozenset[str]:
    """Time zones that a subscriber may be in: places of the IANA database, and UTC."""
    return frozenset(one for one in zoneinfo.available_timezones() if "/" in one and not one.startswith("Etc/")) | {
        "UTC"
    }


@functools.lru_cache(maxsize=1_000)
def zone_of(name: str, usual: str) -> zoneinfo.ZoneInfo:
    """The zone, or the ``usual`` one of the pack where none was said or this machine's database lacks it."""
    try:
        return zoneinfo.ZoneInfo(name or usual)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return zoneinfo.ZoneInfo(usual)


def local_time(at: int, zone: datetime.tzinfo) -> LocalTime:
    """What the clock shows at ``at`` (µs UTC)."""
    shown = datetime.datetime.fromtimestamp(at // SECOND, zone)
    return LocalTime(shown.weekday(), shown.hour * 60 + shown.minute)


def quiet_at(hours: Iterable[QuietHours], category: str, at: int, zone: datetime.tzinfo) -> QuietHours | None:
    """The first hours that keep a call of the category away at ``at`` (µs UTC); None: it may ring."""
    concerned = [one for one in hours if one.category in (category, ANY)]
    if not concerned:
        return None
    now = local_time(at, zone)
    return next((one for one in concerned if one.holds(now.weekday, now.minute)), None)


def next_change(hours: Sequence[QuietHours], category: str, at: int, zone: datetime.tzinfo) -> int:
    """When it next becomes quiet, or next ceases to be, after ``at``; µs UTC, 0: never."""
    concerned = [one for one in hours if one.category in (category, ANY)]
    quiet = quiet_at(concerned, category, at, zone) is not None
    for moment in _moments(concerned, at, zone):
        if (quiet_at(concerned, category, moment, zone) is not None) != quiet:
            return moment
    return 0


def _moments(hours: Sequence[QuietHours], at: int, zone: datetime.tzinfo) -> list[int]:
    """Every moment after ``at`` at which the answer may change: hours begin or end, or the clock is put forward or back."""
    found = set()
    first = datetime.datetime.fromtimestamp(at // SECOND, zone).date()
    for ahead in range(-1, _AHEAD):
        midnight = datetime.datetime.combine(first + datetime.timedelta(ahead), datetime.time())
        for minute in {one for line in hours for one in (line.start, line.end)}:
            shown = midnight + datetime.timedelta(minutes=minute)
            for fold in (0, 1):
                found.add(int(shown.replace(tzinfo=zone, fold=fold).timestamp()) * SECOND)
    found |= _clock_changes(at, zone)
    return sorted(one for one in found if one > at)


def _clock_changes(at: int, zone: datetime.tzinfo) -> set[int]:
    """When the clock is put forward or back within the days after ``at``, to the second."""

    def offset(moment: int) -> datetime.timedelta | None:
        return datetime.datetime.fromtimestamp(moment // SECOND, zone).utcoffset()

    found = set()
    first = at // SECOND * SECOND
    before = offset(first)
    # No clock is changed twice within hours.
    for ahead in range(_STRIDE, _AHEAD * DAY + 1, _STRIDE):
        early, late = first + ahead - _STRIDE, first + ahead
        after = offset(late)
        if after != before:
            while late - early > SECOND:
                middle = (early + late) // 2 // SECOND * SECOND
                early, late = (middle, late) if offset(middle) == before else (early, middle)
            found.add(late)
            before = after
    return found


def check_hours(hours: Sequence[QuietHours], zone: str) -> None:
    """Raise :class:`BadHoursError`, :class:`TooManyHoursError` or :class:`BadZoneError` for what cannot be kept."""
    if len(hours) > HOURS_MOST:
        raise TooManyHoursError(HOURS_MOST)
    for one in hours:
        whole = 0 <= one.start < _MIDNIGHT and 0 < one.end <= _MIDNIGHT and one.start != one.end
        if not whole or not 0 < one.days <= EVERY_DAY or not one.category or any(map(str.isspace, one.category)):
            raise BadHoursError(write_hours([one]))
    if zone and zone not in zone_names():
        raise BadZoneError(zone)


def write_hours(hours: Iterable[QuietHours]) -> str:
    """Hours as one text, as files, the command line and the store have it: ``loans 22:00-07:00 fri,sat; * 00:00-08:00``."""
    lines = []
    for one in hours:
        days = f" {','.join(days_of(one.days))}" if one.days != EVERY_DAY else ""
        lines.append(f"{one.category} {one.window()}{days}")
    return "; ".join(lines)


def days_of(bits: int) -> list[str]:
    """The names of days, Monday first."""
    return [name for place, name in enumerate(DAYS) if bits >> place & 1]


def read_hours(text: str) -> tuple[QuietHours, ...]:
    """The hours of such a text; days also as ``mon-fri``. Raises :class:`BadHoursError`."""
    return tuple(_read_line(line.strip()) for line in text.split(";") if line.strip())


def _read_line(line: str) -> QuietHours:
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadHoursError(line)
    category, *clock, days = found.groups()
    hour, minute, last_hour, last_minute = map(int, clock)
    if minute > 59 or last_minute > 59:
        raise BadHoursError(line)
    # The end of a day may be said as its last midnight or as the first of the next.
    end = last_hour * 60 + last_minute or _MIDNIGHT
    read = QuietHours(category, hour * 60 + minute, end, read_days(days) if days else EVERY_DAY)
    try:
        check_hours([read], "")
    except BadHoursError:
        raise BadHoursError(line) from None
    return read


def read_days(text: str) -> int:
    """Days as bits, from ``mon,wed`` or ``fri-mon``. Raises :class:`BadHoursError`."""
    found = 0
    for part in text.lower().split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise BadHoursError(text)
        place, end = DAYS.index(first), DAYS.index(last or first)
        found |= 1 << end
        while place != end:
            found |= 1 << place
            place = (place + 1) % 7
    return found


def minute_of(text: str) -> int:
    """Minutes since midnight of ``HH:MM``; -1: it is none."""
    found = re.fullmatch(r"(\d\d):(\d\d)(?::\d\d)?", text)
    minutes = int(found[1]) * 60 + int(found[2]) if found else -1
    return minutes if found and int(found[2]) < 60 and minutes <= _MIDNIGHT else -1
