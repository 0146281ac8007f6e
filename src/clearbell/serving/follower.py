"""Keeps the screening views equal to the ledger while calls are being answered from them."""

from __future__ import annotations

import contextlib
import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.ledger import Store
from clearbell.screening.views import FACTS, Views
from clearbell.serving.snapshots import SUFFIX, breathe, read_views, save_views

log = structlog.get_logger()

POLL_SECONDS = 0.2
"""How often the ledger is asked for news; a change is in force within this plus the time to apply it."""
STALE_SECONDS = 10.0
"""Views that could not be compared with the ledger for so long are marked stale in every decision."""
BATCH = 200
"""Entries that are read at once."""
PIECE = 25
"""Facts that are applied while calls wait: some tenths of a millisecond."""
BUSY_SECONDS = 0.0005
"""So long it works between two such pauses, about."""
FOLD_LOADING = (250_000, 0.5)
"""Changes, and their share of a table, at which views that nobody screens with yet are folded."""
FRESHEN = 100_000
"""Changes that are read again at each start, at most; with more the views are made anew and kept."""
FRESHEN_SHARE = 0.02
"""The same as a share of all rows, so that making views of tens of millions anew stays rare."""


def load_views(store: Store, progress: Callable[[int, int], None] | None = None, views: Views | None = None) -> Views:
    """Build views from the whole ledger, or bring ``views`` up to its newest entry.

    ``progress(entries done, newest entry)`` is called now and then.
    """
    from_nothing = views is None
    if views is None:
        views = Views()
    head = store.head()
    while entries := store.entries(views.seq, Views.KINDS, limit=500):
        for entry in entries:
            views.apply(entry)
            if from_nothing and entry.seq <= head:
                # Erased before this began to read: it never saw what was erased.
                views.needs_rebuild = False
        views.fold(*FOLD_LOADING)
        if progress is not None:
            progress(views.seq, head)
    return views


def open_views(store: Store, folder: Path, progress: Callable[[int, int], None] | None = None) -> Views:
    """Views up to the newest entry of the ledger, from what is kept in ``folder`` where that is of use.

    Where they changed much since they were kept, or were never kept though they are large, they are kept anew.
    """
    kept = read_views(store, folder)
    views = load_views(store, progress, kept)
    if views.needs_rebuild:
        # What was kept still holds what was erased since.
        kept = None
        views = load_views(store, progress)
    if kept is None and not any(folder.glob(f"*{SUFFIX}")) and views.rows < FRESHEN:
        return views
    if kept is None or worth_freshening(views):
        try:
            save_views(views, store, folder)
        except OSError as error:
            # They serve as well from memory of this process alone; the next start takes longer.
            log.warning("views-not-kept", folder=str(folder), error=str(error))
        else:
            anew = read_views(store, folder)
            if anew is not None:
                # Both at once would take twice the memory.
                views.let_go(breathe)
                views = anew
            views = load_views(store, progress, views)
    return views


def make_views(store: Store, folder: Path) -> bool:
    """Make views up to the newest entry and keep them in ``folder``, for another process to open; False: they cannot be kept.

    Raises what the store raises.
    """
    views = load_views(store, views=read_views(store, folder))
    if views.needs_rebuild:
        # What was kept still holds what was erased since.
        views = load_views(store)
    try:
        save_views(views, store, folder)
    except OSError as error:
        log.warning("views-not-kept", folder=str(folder), error=str(error))
        return False
    return True


def worth_freshening(views: Views) -> bool:
    """Whether so much changed since the views were folded that they should be made anew."""
    return views.changes >= max(FRESHEN, FRESHEN_SHARE * views.rows)


class _Pace:
    """Lets calls have their turn now and then."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    def breathe(self) -> None:
        """Rest for a moment, if it is time to."""
        if time.perf_counter() - self._since > BUSY_SECONDS:
            breathe()
            self._since = time.perf_counter()


class ViewsFollower:
    """A thread that applies new entries to the views, a few at a time, under the lock that screening takes.

    When facts were erased, or much changed, the views are made anew beside the old ones by another process (``maker``), or
    a thread where there is none, and swapped in once they are as far as these: nothing in memory outlives an erasure, and no call waits. While the store is away
    the views stay as they are and say that they are stale.
    """

    def __init__(
        self,
        store: Store,
        lock: threading.Lock,
        get: Callable[[], Views],
        put: Callable[[Views], None],
        folder: Path,
    ) -> None:
        self._store = store
        self._lock = lock
        self._get = get
        self._put = put
        self._folder = folder
        self._stop = threading.Event()
        self.stale = False
        """Whether the ledger could not be read for longer than ``STALE_SECONDS``."""
        self._misses = 0
        self._thread = threading.Thread(target=self._run, name="views-follower", daemon=True)
        self.maker: Callable[[], bool] | None = None
        """Has views made and kept by another process; False: they could not be kept. Raises ``OSError`` when it ended over it."""
        self._making: threading.Thread | None = None
        self._made: Views | None = None

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Stop following, if it ever began; returns when the thread has ended."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def catch_up(self) -> int:
        """Apply everything that is new; returns the number of entries. Raises what the store raises."""
        views = self._get()
        applied = self._apply_new(views, self._lock)
        if self._made is not None:
            made, self._made = self._made, None
            self._apply_new(made, contextlib.nullcontext())
            # Only this thread moves either, so neither is behind the other now.
            if not made.needs_rebuild:
                with self._lock:
                    self._put(made)
                views.let_go(breathe)
        elif (views.needs_rebuild or worth_freshening(views)) and not self._is_making:
            self._making = threading.Thread(target=self._make, name="views-maker", daemon=True)
            self._making.start()
        return applied

    def settle(self) -> None:
        """Catch up, and return only when views that had to be made anew are in use."""
        self.catch_up()
        while self._is_making or self._made is not None:
            if self._making is not None:
                self._making.join()
            self.catch_up()

    @property
    def _is_making(self) -> bool:
        return self._making is not None and self._making.is_alive()

    def _apply_new(self, views: Views, lock: contextlib.AbstractContextManager[object]) -> int:
        applied = 0
        pace = _Pace()
        while entries := self._store.entries(views.seq, Views.KINDS, BATCH):
            pace.breathe()
            for entry in entries:
                # Read before calls have to wait, and by pieces: an entry may hold thousands of facts.
                facts = iter(entry.decode(FACTS))
                piece = list(itertools.islice(facts, PIECE))
                while True:
                    following = list(itertools.islice(facts, PIECE))
                    with lock:
                        views.take_in(entry, piece)
                        if not following:
                            views.passed(entry)
                    pace.breathe()
                    if not following:
                        break
                    piece = following
            applied += len(entries)
        return applied

    def _make(self) -> None:
        try:
            if self.maker is not None and self.maker():
                self._made = read_views(self._store, self._folder)
            else:
                self._made = open_views(self._store, self._folder)
        except (SQLAlchemyError, OSError) as error:
            # The follower begins again with the next look at the ledger.
            log.warning("views-not-made", error=str(error))

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
            self.stale = self._misses * POLL_SECONDS > STALE_SECONDS
