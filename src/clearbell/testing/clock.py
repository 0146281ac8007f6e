"""A clock that stands still until it is moved."""

from __future__ import annotations

START = 1_789_000_000_000_000
"""Where :class:`MovableClock` starts unless told otherwise: 2026-09-10 00:26:40 UTC, µs."""


class MovableClock:
    """A clock for tests: it tells the time it was set to."""

    def __init__(self, now: int = START) -> None:
        self._now = now

    def now(self) -> int:
        """Return the set time, µs UTC."""
        return self._now

    def move(self, by: int) -> None:
        """Move the clock forward by ``by`` µs."""
        self._now += by
