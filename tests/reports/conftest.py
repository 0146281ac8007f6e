from __future__ import annotations

import pytest

from clearbell.calls import DAY, HOUR
from clearbell.reports.model import Reported
from clearbell.testing import MovableClock, fresh_store


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


@pytest.fixture
def reported(clock):
    def make(report, number=8613800000001, days_ago=1.0, **more):
        at = clock.now() - int(days_ago * DAY)
        return Reported(
            **{"report": report, "source": "desk", "number": number, "at": at, "received": at + HOUR // 2} | more
        )

    return make
