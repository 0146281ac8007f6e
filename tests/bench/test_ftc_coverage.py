"""The coverage bench looks at no day before it has made that day's lists."""

from __future__ import annotations

import datetime
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from bench.drawing import Curve, curves_svg
from bench.ftc_coverage import WAYS, measure

FIRST = datetime.date(2020, 3, 2)
HOT = 12_025_550_143


def days(count: int, surprise: int) -> dict[datetime.date, np.ndarray]:
    random = np.random.default_rng(3)
    found = {}
    for day in range(count):
        strangers = 13_000_000_000 + random.integers(0, 900_000_000, 300)
        last = [surprise] * 100 if day == count - 1 else []
        found[FIRST + datetime.timedelta(day)] = np.concatenate([[HOT] * 100, strangers, last]).astype(np.int64)
    return found


def test_every_way_lists_the_daily_number_and_none_the_one_that_first_comes_that_day() -> None:
    made = days(12, HOT + 5_000_000)
    last = max(made)
    [(day, complaints, shares, _)] = list(measure(made, {last}, least=100, sizes=(1,), threads=1))
    assert (day, complaints) == (last, 500)
    assert shares == {(way, 1): pytest.approx(0.2) for way in WAYS}


def test_curves_are_well_formed_and_name_every_way() -> None:
    drawn = curves_svg("t", "x", [Curve(way, [(1_000, place), (10_000, 2.0)]) for place, way in enumerate(WAYS)])
    text = "".join(ET.fromstring(drawn).itertext())
    assert all(way in text for way in WAYS)
