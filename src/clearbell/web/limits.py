"""How often one asker may ask what is open to everyone."""

from __future__ import annotations

import threading
from collections import OrderedDict

from clearbell.calls import MINUTE, SECOND

MOST_ASKERS = 100_000
"""Askers remembered; the one that was silent longest is forgotten first."""


class Limiter:
    """A token bucket for each asker: ``per_minute`` at once, and as many a minute. Time is passed in, µs."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._askers: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait(self, asker: str, at: int) -> int:
        """Take one; returns 0, or the seconds to wait when there is none left."""
        if not self._per_minute:
            return 0
        # Requests are answered by several threads; between two of them an asker's bucket must not seem new.
        with self._lock:
            return self._take(asker, at)

    def _take(self, asker: str, at: int) -> int:
        left, before = self._askers.pop(asker, (float(self._per_minute), at))
        left = min(self._per_minute, left + max(0, at - before) * self._per_minute / MINUTE)
        if left >= 1.0:
            self._askers[asker] = (left - 1.0, at)
            waiting = 0
        else:
            self._askers[asker] = (left, at)
            waiting = max(1, -(-int((1.0 - left) * MINUTE / self._per_minute) // SECOND))
        if len(self._askers) > MOST_ASKERS:
            self._askers.popitem(last=False)
        return waiting
