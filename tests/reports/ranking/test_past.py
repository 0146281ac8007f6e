"""Ranking reads the reports on file, and none from the day that the list is for."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from clearbell.calls import DAY, HOUR
from clearbell.cli.ranking import _write
from clearbell.reports import ReputationSettings, do_file_reports
from clearbell.reports.model import Reported
from clearbell.reports.ranking.choosing import Listing
from clearbell.reports.ranking.past import TooFewDaysError, rank, reported_days
from clearbell.testing.clock import MovableClock
from clearbell.testing.store import fresh_store

START = 20_000 * DAY
HOT = 8613800000001


@pytest.fixture
def store(tmp_path):
    return fresh_store(tmp_path, MovableClock(START + 20 * DAY))


def file(store, day, numbers):
    at = START + day * DAY + HOUR
    reports = [Reported(f"r{day}-{place}", "csv", number, at, at) for place, number in enumerate(numbers)]
    with store.act("test") as act:
        do_file_reports(act, reports, ReputationSettings(utc_offset_minutes=480))


def test_days_are_local_and_end_before_the_time_given(store):
    for day in range(3):
        file(store, day, [HOT + day])
    with store.read() as conn:
        found = list(reported_days(conn, START + 2 * DAY, 480))
    assert [(day, numbers.tolist()) for day, numbers in found] == [(20_000, [HOT]), (20_001, [HOT + 1])]


def test_a_number_of_the_listed_day_itself_is_not_yet_known(store):
    for day in range(12):
        file(store, day, [HOT] * 20 + [HOT + 1_000 * day + place for place in range(1, 40)])
    file(store, 12, [HOT + 77_777] * 50)
    with store.read() as conn:
        listing = rank(conn, START + 12 * DAY + 2 * HOUR, 480, 5, least=10)
    assert listing.entries <= 5
    assert listing.covers(np.array([HOT, HOT + 77_777])).tolist() == [True, False]


def test_too_few_days_are_refused_in_words(store):
    file(store, 0, [HOT])
    with store.read() as conn, pytest.raises(TooFewDaysError) as refused:
        rank(conn, START + 5 * DAY, 480, 5)
    assert refused.value.zh == "有 500 件以上举报的日子只有 0 天,至少需要 9 天;可用 --least 降低每日件数"
    assert refused.value.en == (
        "only 0 days have 500 or more reports, and 9 are needed; with --least fewer reports make a day"
    )


def test_a_list_is_written_as_first_and_last_number():
    file = io.StringIO()
    _write(file, Listing(np.array([HOT]), {100: np.array([8613800000100])}, 8))
    rows = list(csv.reader(io.StringIO(file.getvalue())))
    assert rows[0] == ["first", "last", "numbers"]
    assert rows[1:] == [["+8613800000001", "+8613800000001", "1"], ["+8613800000100", "+8613800000199", "100"]]
