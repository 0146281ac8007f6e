"""Hours are those of the clock on the subscriber's wall: over midnight, in summer time and on the nights it changes."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from clearbell.calls import HOUR, MINUTE, SECOND
from clearbell.consent.errors import BadHoursError, BadZoneError, TooManyHoursError
from clearbell.consent.hours import (
    ANY,
    EVERY_DAY,
    HOURS_MOST,
    QuietHours,
    check_hours,
    local_time,
    minute_of,
    next_change,
    quiet_at,
    read_days,
    read_hours,
    write_hours,
    zone_names,
    zone_of,
)

ZONES = ["Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/Nuuk"]
lines = st.builds(
    lambda category, start, end, days: QuietHours(category, start, end if end != start else end % 1440 + 1, days),
    st.sampled_from(["loans", "insurance", ANY]),
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.integers(1, EVERY_DAY),
)
# The nights on which clocks change are met often.
changes = [
    datetime.datetime(2026, 3, 29, 1, tzinfo=datetime.UTC),
    datetime.datetime(2026, 10, 25, 1, tzinfo=datetime.UTC),
    datetime.datetime(2026, 3, 8, 7, tzinfo=datetime.UTC),
    datetime.datetime(2026, 11, 1, 6, tzinfo=datetime.UTC),
    datetime.datetime(2026, 4, 4, 15, tzinfo=datetime.UTC),
    datetime.datetime(2026, 10, 3, 15, 30, tzinfo=datetime.UTC),
]
moments = st.builds(
    lambda base, minutes: int(base.timestamp()) * SECOND + minutes * MINUTE,
    st.sampled_from(changes),
    st.integers(-3 * 1440, 3 * 1440),
)


def micros(*when, zone, fold=0):
    return int(datetime.datetime(*when, tzinfo=ZoneInfo(zone), fold=fold).timestamp()) * SECOND


def by_the_calendar(line, at, zone):
    """Whether the wall's calendar and clock stand within an interval that begins on one of the days, said without modulo."""
    shown = datetime.datetime.fromtimestamp(at // SECOND, zone).replace(tzinfo=None)
    for ago in (0, 1):
        day = datetime.datetime.combine(shown.date() - datetime.timedelta(ago), datetime.time())
        begin = day + datetime.timedelta(minutes=line.start)
        end = day + datetime.timedelta(minutes=line.end, days=int(line.end < line.start))
        if line.days & 1 << day.weekday() and begin <= shown < end:
            return True
    return False


@settings(max_examples=400, deadline=None)
@given(st.lists(lines, min_size=1, max_size=4), moments, st.sampled_from(ZONES), st.sampled_from(["loans", "retail"]))
def test_quiet_is_what_calendar_and_clock_say(hours, at, name, category):
    zone = ZoneInfo(name)
    concerned = [one for one in hours if one.category in (category, ANY)]
    assert (quiet_at(hours, category, at, zone) is not None) is any(by_the_calendar(one, at, zone) for one in concerned)


@settings(max_examples=60, deadline=None)
@given(st.lists(lines, min_size=1, max_size=3), moments, st.sampled_from(ZONES))
@example([QuietHours("loans", 60, 120)], micros(2026, 3, 28, 12, zone="Europe/London"), "Europe/London")
@example([QuietHours("loans", 60, 120)], micros(2026, 10, 25, 1, 59, zone="Europe/London"), "Europe/London")
@example([QuietHours(ANY, 0, 1440)], micros(2026, 10, 25, 1, zone="Asia/Shanghai"), "Asia/Shanghai")
def test_the_next_change_is_the_first_minute_at_which_the_answer_differs(hours, at, name):
    zone = ZoneInfo(name)

    def quiet(moment):
        return quiet_at(hours, "loans", moment, zone) is not None

    found = next_change(hours, "loans", at, zone)
    now = quiet(at)
    walked = next((at + n * MINUTE for n in range(1, 8 * 1440) if quiet(at + n * MINUTE) is not now), 0)
    assert found == walked


def test_hours_over_midnight_belong_to_the_day_on_which_they_begin():
    zone = ZoneInfo("Asia/Shanghai")
    friday_night = [QuietHours("loans", 22 * 60, 7 * 60, read_days("fri"))]
    shown = {
        (4, 21, 59): False,
        (4, 22, 0): True,
        (5, 6, 59): True,
        (5, 7, 0): False,
        (5, 22, 0): False,
        # The morning of Friday belongs to Thursday's night.
        (4, 6, 0): False,
    }
    for (day, hour, minute), quiet in shown.items():
        at = micros(2026, 12, day, hour, minute, zone="Asia/Shanghai")
        assert (quiet_at(friday_night, "loans", at, zone) is not None) is quiet, (day, hour)


def quiet_minutes(hours, first, last, name):
    zone = ZoneInfo(name)
    return sum(quiet_at(hours, "loans", at, zone) is not None for at in range(first, last, MINUTE))


def test_an_hour_that_the_clock_leaves_out_is_none_and_one_that_it_shows_twice_is_two():
    hours = [QuietHours("loans", 60, 120)]
    for month, day, minutes in ((3, 28, 60), (3, 29, 0), (10, 25, 120), (10, 26, 60)):
        first = micros(2026, month, day, zone="Europe/London")
        last = micros(2026, month, day, 23, 59, zone="Europe/London")
        assert quiet_minutes(hours, first, last, "Europe/London") == minutes


def test_the_hours_stay_when_summer_time_comes():
    hours, name = [QuietHours(ANY, 21 * 60, 8 * 60)], "America/New_York"
    for month in (1, 7):
        at = micros(2026, month, 15, 20, 59, zone=name)
        assert quiet_at(hours, "loans", at, ZoneInfo(name)) is None
        assert next_change(hours, "loans", at, ZoneInfo(name)) == at + MINUTE
        assert next_change(hours, "loans", at + MINUTE, ZoneInfo(name)) == at + MINUTE + 11 * HOUR


def test_one_subscriber_in_two_zones_is_left_alone_at_different_hours():
    night = [QuietHours(ANY, 22 * 60, 8 * 60)]
    noon_here = micros(2026, 7, 1, 12, zone="Asia/Shanghai")
    assert quiet_at(night, "loans", noon_here, zone_of("", "Asia/Shanghai")) is None
    assert quiet_at(night, "loans", noon_here, zone_of("America/New_York", "Asia/Shanghai")) is not None
    assert str(local_time(noon_here, zone_of("America/New_York", "Asia/Shanghai"))) == "00:00"
    assert zone_of("Nowhere/At_All", "Asia/Shanghai").key == "Asia/Shanghai"


@given(st.lists(lines, max_size=5))
def test_hours_are_written_and_read_as_the_same(hours):
    assert read_hours(write_hours(hours)) == tuple(hours)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("", ()),
        ("* 22:00-07:00", (QuietHours(ANY, 1320, 420),)),
        ("loans 00:00-24:00 sat,sun", (QuietHours("loans", 0, 1440, 0b1100000),)),
        ("loans 20:00-00:00 fri-mon", (QuietHours("loans", 1200, 1440, 0b1110001),)),
        ("loans 09:00-12:00; loans 14:00-18:00;", (QuietHours("loans", 540, 720), QuietHours("loans", 840, 1080))),
    ],
)
def test_hours_as_people_write_them(text, read):
    assert read_hours(text) == read


@pytest.mark.parametrize(
    "text",
    ["loans", "22:00-07:00", "loans 22-7", "loans 25:00-07:00", "loans 07:00-07:00", "loans 07:60-08:00", "x 1:00-2:00",
     "loans 22:00-07:00 monday", "loans 22:00-07:00 mon sun", "loans 24:00-07:00"],
)  # fmt: skip
def test_what_is_no_hours_is_said_with_an_example(text):
    with pytest.raises(BadHoursError) as refused:
        read_hours(text)
    assert refused.value.column == "hours"
    assert "22:00-07:00 mon-fri" in refused.value.en
    assert "22:00-07:00 mon-fri" in refused.value.zh


def test_hours_and_zones_that_cannot_be_kept_are_refused():
    with pytest.raises(TooManyHoursError):
        check_hours([QuietHours(ANY, 0, 60)] * (HOURS_MOST + 1), "")
    for wrong in (QuietHours("", 0, 60), QuietHours("a b", 0, 60), QuietHours("a", 0, 60, 0), QuietHours("a", -1, 60)):
        with pytest.raises(BadHoursError):
            check_hours([wrong], "")
    for zone in ("Mars/Base", "../../etc/passwd", "localtime", "+08:00"):
        with pytest.raises(BadZoneError):
            check_hours([], zone)
    check_hours([QuietHours(ANY, 0, 60)] * HOURS_MOST, "Asia/Shanghai")
    assert {"UTC", "Asia/Shanghai", "Europe/London"} <= zone_names()


@pytest.mark.parametrize(
    ("text", "minutes"), [("00:00", 0), ("23:59", 1439), ("24:00", 1440), ("07:30:00", 450), ("7:30", -1), ("07:60", -1),
                          ("24:01", -1), ("", -1)]
)  # fmt: skip
def test_times_of_day_as_browsers_send_them(text, minutes):
    assert minute_of(text) == minutes
