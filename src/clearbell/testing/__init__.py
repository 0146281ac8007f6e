"""Public fakes: use them to test your own policies and adapters without a network or a clock."""

from clearbell.testing.clock import MovableClock
from clearbell.testing.store import fresh_store

__all__ = ["MovableClock", "fresh_store"]
