"""So many a second, evenly spaced: SMS centres count bursts against their limit."""

from __future__ import annotations

from collections.abc import Callable


class Throttle:
    """Tells when the next may go."""

    def __init__(self, per_second: float, monotonic: Callable[[], float]) -> None:
        self._gap = 1 / per_second
        self._monotonic = monotonic
        self._next = 0.0

    def wait(self) -> float:
        """Seconds until the next may go; 0: now."""
        return max(0.0, self._next - self._monotonic())

    def went(self) -> None:
        """One goes now."""
        self._next = max(self._next, self._monotonic()) + self._gap

    def pause(self, seconds: float) -> None:
        """Let nothing go for so long."""
        self._next = max(self._next, self._monotonic() + seconds)
