"""The demo goes on while somebody has it open: its city's day is told as it passes, so that there is something live to see."""

from __future__ import annotations

import datetime
import threading
import time
import zoneinfo
from collections.abc import Iterator

from clearbell.calls import DAY, MINUTE, SECOND
from clearbell.ledger import Store
from clearbell.serving.demo.making import SEED, SIZE, StoryClock
from clearbell.serving.node import Node
from clearbell.serving.telling import Telling
from clearbell.simulation import Attempt, City, Event
from clearbell.simulation.renumbering import events_of_nobody

_BEFORE = 15 * MINUTE
"""So much of what went before is told at once, so that the page of live decisions does not begin empty."""
_LONGEST_WAIT = 1.0


class _Today:
    """The city's present day, from a little before now, each event at its time."""

    def __init__(self, midnight: int, stop: threading.Event) -> None:
        self.start, self.end = midnight, midnight + DAY
        self._stop = stop

    def events(self) -> Iterator[Event]:
        """What happens, when it happens; ends early when it is told to stop."""
        since = time.time_ns() // 1000 - _BEFORE
        for event in events_of_nobody(City(SIZE, SEED, self.start), f"live-{self.start // DAY}-"):
            at = event.call.at if isinstance(event, Attempt) else event.at
            if at < since:
                continue
            while (ahead := (at - time.time_ns() // 1000) / SECOND) > 0:
                if self._stop.wait(min(ahead, _LONGEST_WAIT)):
                    return
            if self._stop.is_set():
                return
            yield event


class Living:
    """One thread that tells it."""

    def __init__(self, node: Node, store: Store) -> None:
        self._node, self._store = node, store
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="demo-living", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns when the thread has ended."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        zone = zoneinfo.ZoneInfo(self._node.pack.timezone)
        while not self._stop.is_set():
            today = datetime.datetime.now(zone).date()
            midnight = int(datetime.datetime.combine(today, datetime.time(), zone).timestamp()) * 1_000_000
            telling = Telling(
                _Today(midnight, self._stop), self._node, self._store, StoryClock(), records=True, follows=True
            )
            for _ in telling.tell(0.0, self._stop):
                if self._stop.is_set():
                    return
            self._stop.wait(_LONGEST_WAIT)
