"""Keeps the screening views equal to the ledger while calls are being answered from them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.ledger import Store
from clearbell.screening.views import Views

log = structlog.get_logger()

POLL_SECONDS = 0.2
"""How often the ledger is asked for news; a change is in force within this plus the time to apply it."""
STALE_SECONDS = 10.0
"""Views that could not be compared with the ledger for so long are marked stale in every decision."""
BATCH = 50


def load_views(store: Store, progress: Callable[[int, int], None] | None = None) -> Views:
    """Build views from the whole ledger. ``progress(entries done, newest entry)`` is called now and then."""
    views = Views()
    head = store.head()
    while entries := store.entries(views.seq, Views.KINDS, limit=500):
        for entry in entries:
            views.apply(entry)
        if progress is not None:
            progress(views.seq, head)
    return views


class ViewsFollower:
    """A thread that applies new entries to the views, a few at a time, under the lock that screening takes.

    When facts were erased the views are rebuilt beside the old ones and swapped, since nothing in memory may
    outlive an erasure. While the store is away the views stay as they are and say that they are stale.
    """

    def __init__(
        self, store: Store, lock: threading.Lock, get: Callable[[], Views], put: Callable[[Views], None]
    ) -> None:
        self._store = store
        self._lock = lock
        self._get = get
        self._put = put
        self._stop = threading.Event()
        self._misses = 0
        self._thread = threading.Thread(target=self._run, name="views-follower", daemon=True)

    @property
    def stale(self) -> bool:
        """Whether the ledger could not be read for longer than ``STALE_SECONDS``."""
        return self._misses * POLL_SECONDS > STALE_SECONDS

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following; returns when the thread has ended."""
        self._stop.set()
        self._thread.join()

    def catch_up(self) -> int:
        """Apply everything that is new; returns the number of entries. Raises what the store raises."""
        applied = 0
        views = self._get()
        while entries := self._store.entries(views.seq, Views.KINDS, BATCH):
            for entry in entries:
                with self._lock:
                    views.apply(entry)
            applied += len(entries)
        if views.needs_rebuild:
            rebuilt = load_views(self._store)
            with self._lock:
                self._put(rebuilt)
        return applied

    def _run(self) -> None:
        while not self._stop.wait(POLL_SECONDS):
            try:
                self.catch_up()
            except (SQLAlchemyError, OSError) as error:
                self._misses += 1
                if self._misses == 1:
                    log.warning("ledger-unreadable", error=str(error))
            else:
                if self._misses:
                    log.info("ledger-readable-again", misses=self._misses)
                self._misses = 0
