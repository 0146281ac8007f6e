"""A fresh store in a folder, with every room's tables."""

from __future__ import annotations

from pathlib import Path

from clearbell.ledger import Clock, Store
from clearbell.testing.clock import MovableClock


def fresh_store(folder: Path, clock: Clock | None = None) -> Store:
    """Create a SQLite store in ``folder`` and return it open; a :class:`MovableClock` unless given a clock."""
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}", clock=clock or MovableClock())
    store.create()
    return store
