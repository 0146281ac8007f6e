"""The facts as they stood at a time: the ledger's entries are taken in up to then, and no further."""

from __future__ import annotations

import collections

from clearbell.ledger import Store
from clearbell.ledger.model import ERASED, Entry
from clearbell.screening.views import Views

_PAGE = 500
_FOLD = (250_000, 0.5)


class Past:
    """Views that go forward with the calls. Time moves one way."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next: collections.deque[Entry] = collections.deque()
        self._read = 0
        self._is_over = False
        self.views = Views()
        self.changed = 0
        """When the newest fact taken in was recorded, µs UTC; 0: none."""

    def to(self, at: int) -> None:
        """Take in what was recorded before then (µs UTC)."""
        while self._ready():
            if self._next[0].at >= at:
                return
            entry = self._next.popleft()
            if entry.kind != ERASED:
                self.changed = entry.at
            self.views.apply(entry)

    def _ready(self) -> bool:
        if self._next:
            return True
        if self._is_over:
            return False
        self.views.fold(*_FOLD)
        found = self._store.entries(self._read, Views.KINDS, _PAGE)
        if not found:
            self._is_over = True
            return False
        self._read = found[-1].seq
        self._next.extend(found)
        return True
