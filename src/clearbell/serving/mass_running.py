"""A node sees that what was started is sent: a sender process for each mass notice that nobody sends."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from clearbell.ledger import Store
from clearbell.notices.mass.model import MassState
from clearbell.notices.mass.tables import mass

log = structlog.get_logger()

Starter = Callable[[int], "subprocess.Popen[bytes]"]
"""Starts the sender of a notice."""
_LOOK_SECONDS = 1.0
_AGAIN_SECONDS = 30.0
"""After a sender that ended with a fault."""
_END_SECONDS = 20.0


class MassRunning:
    """One thread that starts senders, and tells them to end when the node does."""

    def __init__(self, store: Store, start: Starter) -> None:
        self._store, self._start = store, start
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._not_before: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mass-notices", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End the senders; what is on the wire gets a moment to be answered, and the rest goes on at the next start."""
        self._stop.set()
        self._thread.join()
        for process in self._running.values():
            process.send_signal(signal.SIGTERM)
        until = time.monotonic() + _END_SECONDS
        for number, process in self._running.items():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("mass-sender-left", mass=number)

    def step(self) -> None:
        """Look once."""
        for number, process in list(self._running.items()):
            code = process.poll()
            if code is not None:
                del self._running[number]
                self._not_before[number] = time.monotonic() + (_AGAIN_SECONDS if code else _LOOK_SECONDS)
                if code:
                    log.warning("mass-sender-failed", mass=number, code=code)
        for number in self._waiting():
            if number not in self._running and time.monotonic() >= self._not_before.get(number, 0.0):
                log.info("mass-sender-started", mass=number)
                self._running[number] = self._start(number)

    def _waiting(self) -> list[int]:
        with self._store.read() as conn:
            free = mass.c.lease <= self._store.clock.now()
            query = select(mass.c.mass).where(mass.c.state == MassState.SENDING.value, free)
            return list(conn.execute(query.order_by(mass.c.mass)).scalars())

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                self.step()
            except (SQLAlchemyError, OSError) as error:
                log.warning("mass-senders-not-looked-after", error=str(error))
