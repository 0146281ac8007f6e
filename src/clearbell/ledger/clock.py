"""Where time comes from. Whoever needs the time is handed a clock."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> int:
        """Return the time in µs since 1970-01-01 UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Return the machine's time in µs UTC."""
        return time.time_ns() // 1000
