"""Chinese working days: holidays and shifted weekends count as published."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.policy.workdays import Workdays, builtin_workdays

CHINA = builtin_workdays("cn")
DAYS = st.dates(datetime.date(2025, 1, 1), datetime.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2026-02-16", False),  # Spring Festival, a Monday
        ("2026-02-14", True),  # a Saturday worked for it
        ("2026-10-10", True),
        ("2026-10-07", False),
        ("2026-11-24", True),
        ("2026-11-22", False),
    ],
)
def test_published_days(day, worked):
    assert CHINA.is_working(datetime.date.fromisoformat(day)) is worked


def test_a_span_over_the_national_holiday():
    assert CHINA.add(datetime.date(2026, 9, 30), 3) == datetime.date(2026, 10, 10)
    assert CHINA.between(datetime.date(2026, 9, 30), datetime.date(2026, 10, 10)) == 3


def test_an_unlisted_country_has_weekends():
    assert builtin_workdays("nowhere").years == frozenset()
    assert Workdays({}).add(datetime.date(2026, 11, 20), 1) == datetime.date(2026, 11, 23)


@given(DAYS, st.integers(1, 60))
def test_adding_and_counting_agree(day, count):
    later = CHINA.add(day, count)
    assert CHINA.is_working(later)
    assert CHINA.between(day, later) == count
