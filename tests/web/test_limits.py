"""One asker's look-ups are limited, another's are not touched by it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import MINUTE, SECOND
from clearbell.web import limits
from clearbell.web.limits import Limiter


def test_who_asks_too_often_is_told_how_long_to_wait_and_may_then_ask():
    limiter = Limiter(6)
    assert [limiter.wait("a", 0) for _ in range(7)] == [0, 0, 0, 0, 0, 0, 10]
    assert limiter.wait("b", 0) == 0
    assert limiter.wait("a", 9 * SECOND) == 1
    assert limiter.wait("a", 10 * SECOND) == 0


def test_without_a_limit_nobody_waits():
    assert {Limiter(0).wait("a", 0) for _ in range(100)} == {0}


def test_only_so_many_askers_are_remembered(monkeypatch):
    monkeypatch.setattr(limits, "MOST_ASKERS", 2)
    limiter = Limiter(1)
    for asker in ("a", "b", "c"):
        assert limiter.wait(asker, 0) == 0
    assert limiter.wait("c", 0) == 60
    assert limiter.wait("a", 0) == 0


@given(st.lists(st.integers(0, 10 * SECOND), max_size=200), st.integers(1, 30))
def test_no_window_of_a_minute_ever_has_more_than_twice_the_limit(gaps, per_minute):
    limiter, at, passed = Limiter(per_minute), 0, []
    for gap in gaps:
        at += gap
        if not limiter.wait("a", at):
            passed.append(at)
    for start in passed:
        assert sum(start <= one < start + MINUTE for one in passed) <= 2 * per_minute
