"""Cells as numbers, times and lengths, remembered: the same texts come again and again in a file of calls."""

from __future__ import annotations

import datetime
import re
import zoneinfo

from clearbell.calls import SECOND
from clearbell.intake import BadCell
from clearbell.intake.cells import CellError
from clearbell.numbering import Refusal, parse, to_key

_MOST = 100_000
"""Texts remembered before the memory is emptied."""
EARLIEST = 946_684_800 * SECOND
"""2000-01-01 UTC, µs: no record of a call is older, nor later than :data:`LATEST`."""
LATEST = 4_102_444_800 * SECOND
_UTC = datetime.UTC
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")


class ZoneError(Exception):
    """There is no such time zone. 没有此时区。"""

    def __init__(self, name: str) -> None:
        self.zh = f"没有时区 {name};应如 Asia/Shanghai、UTC 或 +08:00"
        self.en = f"there is no time zone {name}; write it as Asia/Shanghai, UTC or +08:00"
        super().__init__(self.en)


def zone_of(name: str) -> datetime.tzinfo:
    """A zone by its IANA name, or an offset such as ``+08:00``. Raises :class:`ZoneError`."""
    offset = _OFFSET.fullmatch(name)
    if offset and int(offset[2]) < 24 and int(offset[3]) < 60:
        span = datetime.timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return datetime.timezone(span if offset[1] == "+" else -span)
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ZoneError(name) from None


def bad(column: str, code: str, zh: str, en: str) -> CellError:
    """What to raise for a cell."""
    return CellError(BadCell(column, code, zh, en))


def not_a_time(column: str, text: str, wanted: str) -> CellError:
    """A cell that is no time of the wanted form."""
    return bad(
        column, "not-a-time", f"「{text[:64]}」应为 {wanted} 的时间", f"`{text[:64]}` should be a time as {wanted}"
    )


def plausible(column: str, at: int) -> int:
    """The time, µs UTC, when it may be that of a call; refused otherwise."""
    if EARLIEST <= at < LATEST:
        return at
    raise bad(column, "not-a-time", "时间不在 2000 至 2099 年之间", "the time is not within the years 2000 to 2099")


class LocalTimes:
    """Local times of the form ``2026-09-01 09:00:00`` to µs UTC.

    A time that a clock set back shows twice is taken for the first; one that a clock set forward never shows is refused.
    """

    def __init__(self, zone: datetime.tzinfo) -> None:
        self._zone = zone
        self._minutes: dict[str, int] = {}

    def at(self, column: str, text: str) -> int:
        """The time; raises :class:`CellError`."""
        seconds = text[17:]
        if len(seconds) == 2 and text[16] == ":" and seconds.isdecimal() and seconds.isascii() and seconds < "60":
            start = self._minutes.get(text[:16])
            if start is None:
                start = self._minute(column, text)
            return start + int(seconds) * SECOND
        raise not_a_time(column, text, "2026-09-01 09:00:00")

    def _minute(self, column: str, text: str) -> int:
        minute = text[:16]
        try:
            local = datetime.datetime.strptime(minute, "%Y-%m-%d %H:%M").replace(tzinfo=self._zone)
        except ValueError:
            raise not_a_time(column, text, "2026-09-01 09:00:00") from None
        start = plausible(column, utc_of(column, local))
        if len(self._minutes) >= _MOST:
            self._minutes.clear()
        # Clocks are set at whole minutes, so all seconds of one are alike.
        self._minutes[minute] = start
        return start


def utc_of(column: str, local: datetime.datetime) -> int:
    """A time with its zone as µs UTC; one that its zone's clocks never showed is refused."""
    try:
        utc = local.astimezone(_UTC)
        never = utc.astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None)
    except OverflowError:
        raise bad(column, "not-a-time", "时间超出范围", "the time is out of range") from None
    if never:
        raise bad(
            column,
            "no-such-time",
            f"当地时钟当天没有 {local:%Y-%m-%d %H:%M}(夏令时拨快)",
            f"the clocks there never showed {local:%Y-%m-%d %H:%M}: they were set forward",
        )
    whole = utc.replace(microsecond=0)
    return int(whole.timestamp()) * SECOND + utc.microsecond


class Numbers:
    """Texts to numbers. ``home`` is the ISO code of the country whose national forms are understood."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._known: dict[str, int] = {}

    def caller(self, text: str) -> int:
        """A calling number; 0 when it is withheld or unreadable."""
        found = self._known.get(text)
        return self._look(text) if found is None else found

    def callee(self, column: str, text: str) -> int:
        """A called number; refused when it is none."""
        found = self._known.get(text)
        if found is None:
            found = self._look(text)
        if found:
            return found
        read = parse(text, self._home)
        zh, en, code = (
            (read.zh, read.en, read.reason.name.lower())
            if isinstance(read, Refusal)
            else ("不是号码", "no number", "none")
        )
        raise bad(
            column,
            f"number-{code}",
            f"被叫不是公网号码:{zh}",
            f"what was called is no public number: {en}",
        )

    def _look(self, text: str) -> int:
        found = to_key(text, self._home)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[text] = found
        return found


def talked(column: str, answered_at: int, ended: int) -> int:
    """How long a call was talked on, µs; refused where the end is before the answer."""
    if ended < answered_at:
        raise bad(column, "ends-before", "通话结束早于接通", "the call ends before it is answered")
    return ended - answered_at


def whole(column: str, text: str) -> int:
    """A whole number from 0 with at most 15 digits; 0 when the cell is empty."""
    if text.isdecimal() and text.isascii() and len(text) <= 15:
        return int(text)
    if not text.strip():
        return 0
    raise bad(column, "not-a-count", f"「{text[:64]}」应为非负整数", f"`{text[:64]}` should be a whole number from 0")


def missing_zone(what: str) -> tuple[str, str]:
    """Why a file cannot be read without its zone, in Chinese and English."""
    return (
        f"{what}中的时间不带时区;请用 --zone 指明写文件的机器所在时区,如 --zone Asia/Shanghai",
        f"the times of {what} do not tell their zone; name that of the machine that wrote the file, "
        "such as --zone Asia/Shanghai",
    )
