"""Looking after the process that does a node's chores: it is begun again when it ends, and ends with the node."""

from __future__ import annotations

import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection

import structlog

from clearbell.records.checking import Damage
from clearbell.serving.chores_process import END_SECONDS, MAKE_VIEWS, Done, Job, Made, do_chores
from clearbell.serving.config import NodeConfig
from clearbell.serving.node import Node

log = structlog.get_logger()

FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before it is begun again: twice as long after each time that it ended soon."""
SOUND_SECONDS = 60.0
"""One that lived so long had no trouble to begin with."""
STALLED_SECONDS = 900.0
"""After so long without a round done, something is wrong with it."""
_LOOK_SECONDS = 0.5


class Chores:
    """A node's chores, done by a process of their own. Safe to call from several threads."""

    def __init__(self, node: Node, config: NodeConfig, configure_logs: Callable[[], None]) -> None:
        """``configure_logs``: sets the logs of the process up; a function of a module, as it is called there."""
        url = node.store.engine.url.render_as_string(hide_password=False)
        self._job = Job(
            url,
            node.store.clock,
            node.home,
            node.pack,
            config.notices,
            config.verification,
            config.http.public_url,
            configure_logs,
        )
        # A process begun anew inherits no thread, lock or connection of the node's.
        self._context = multiprocessing.get_context("spawn")
        self._stop = threading.Event()
        self._news = threading.Condition()
        self._pipe: Connection | None = None
        """To the process that runs; None between two."""
        self._made: Made | None = None
        self._damaged: tuple[Damage, ...] = ()
        self._ended = False
        """The last one ended, and none has done a round since."""
        self._begun = False
        """The one that runs has done its first round."""
        self._heard = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="chores", daemon=True)

    @property
    def well(self) -> bool:
        """Whether chores are being done: False from the end of a process until another one has done its first round."""
        return not self._ended and time.monotonic() - self._heard < STALLED_SECONDS

    @property
    def damaged(self) -> tuple[Damage, ...]:
        """Segments of the journal of which not everything can be read, as far as they were read again."""
        return self._damaged

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns when the process has ended. A chore that takes longer than some seconds is left undone."""
        self._stop.set()
        with self._news:
            self._news.notify_all()
        if self._thread.ident is not None:
            self._thread.join()

    def make_views(self) -> bool:
        """Have the views made anew and kept in the node's folder; False: they could not be kept.

        Waits for it, also for a process to be there. Raises ``OSError`` when the process ended over it.
        """
        with self._news:
            self._news.wait_for(lambda: self._pipe is not None or self._stop.is_set())
            pipe, self._made = self._pipe, None
            if pipe is not None:
                pipe.send(MAKE_VIEWS)
                self._news.wait_for(lambda: self._made is not None or self._pipe is not pipe)
            made = self._made
        if made is None:
            raise OSError("the process that makes them ended")
        if made.fault:
            raise OSError(made.fault)
        return made.kept

    def _run(self) -> None:
        wait = FIRST_WAIT
        while not self._stop.is_set():
            began = time.monotonic()
            code = self._look_after_one()
            if self._stop.is_set():
                return
            wait = FIRST_WAIT if time.monotonic() - began > SOUND_SECONDS else wait
            log.error("chores-ended", code=code, again_in_seconds=wait)
            self._ended = True
            self._stop.wait(wait)
            wait = min(2 * wait, LONGEST_WAIT)

    def _look_after_one(self) -> int | None:
        """Begin a process and hear what it tells until it ends; returns its exit code."""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=do_chores, args=(self._job, theirs), name="chores", daemon=True)
        # Ctrl-C reaches every process of a terminal, also one that does not know yet that it is none of its business.
        resource_tracker.ensure_running()  # its beginning lets the signal through again
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        theirs.close()
        self._begun = False
        with self._news:
            self._pipe = ours
            self._news.notify_all()
        try:
            while not self._stop.is_set():
                if ours.poll(_LOOK_SECONDS):
                    self._hear(ours.recv())
        except (EOFError, OSError):
            pass
        with self._news:
            self._pipe = None
            self._news.notify_all()
        # It ends when nobody holds the other end.
        ours.close()
        process.join(END_SECONDS + 5)
        if process.is_alive():
            process.kill()
            process.join()
        return process.exitcode

    def _hear(self, told: Done | Made) -> None:
        if isinstance(told, Done):
            self._damaged = told.damaged
            if not self._begun:
                self._begun = True
                log.info("chores-begun")
            self._heard, self._ended = time.monotonic(), False
            return
        with self._news:
            self._made = told
            self._news.notify_all()
