"""Replays that the desk asks for: each runs in a process of its own, which gives way to the calls."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.ledger import Clock, Store
from clearbell.policy.model import Pack
from clearbell.policy.problems import PackError
from clearbell.replay.candidate import ChangeError, candidate_of
from clearbell.replay.files import ReplayFolder
from clearbell.replay.model import Asked, Replay, State
from clearbell.replay.running import run_replay
from clearbell.serving.node import Node
from clearbell.vault import load_secret

log = structlog.get_logger()

_STOP_SECONDS = 10.0
NICE = 15


class _Job(msgspec.Struct, frozen=True):
    """What the process of a replay needs; it shares nothing with the node."""

    url: str
    clock: Clock
    home: Path
    pack: Pack
    replay: str
    parent: int
    """Process of the node."""


class Replaying:
    """The replays of a node: one runs at a time."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._folder = ReplayFolder(node.home)
        # A process begun anew inherits no thread, lock or connection of the node's.
        self._context = multiprocessing.get_context("spawn")
        self._process: BaseProcess | None = None
        self._current = ""
        self._lock = threading.Lock()

    def begin(self, asked: Asked) -> Replay | None:
        """Begin a replay; None: another one runs. Raises as :func:`~clearbell.replay.candidate.candidate_of`."""
        candidate_of(self._node.pack, asked.change, asked.pack_text)
        with self._lock:
            if self._is_busy():
                return None
            made = self._folder.new(asked, self._node.randomness)
            self._start(made.replay)
            return made

    def go_on(self, name: str) -> bool:
        """Let one that was stopped go on; False: another one runs, or there is nothing to go on with."""
        with self._lock:
            found = self._folder.find(name)
            if found is None or found.state is not State.STOPPED or self._is_busy():
                return False
            self._start(name)
            return True

    def ask_to_stop(self, name: str) -> None:
        """Let one stop where it is."""
        self._folder.ask_to_stop(name)

    def find(self, name: str) -> Replay | None:
        """The replay of that name, as far as it is."""
        return self._seen(self._folder.find(name))

    def newest(self) -> list[Replay]:
        """The newest first."""
        return [one for one in map(self._seen, self._folder.newest()) if one is not None]

    def stop(self) -> None:
        """End; one that runs is kept as far as it is."""
        with self._lock:
            process = self._process
        if process is not None and process.is_alive():
            process.terminate()
            process.join(_STOP_SECONDS)

    def _seen(self, found: Replay | None) -> Replay | None:
        if found is not None and found.state is State.STOPPED and found.replay == self._current and self._is_busy():
            # Its process is about to begin.
            found.state = State.RUNNING
        return found

    def _is_busy(self) -> bool:
        if self._process is None or not self._process.is_alive():
            return False
        # The process of one that is over takes a moment to end.
        found = self._folder.find(self._current)
        return found is not None and found.state not in (State.DONE, State.FAILED)

    def _start(self, name: str) -> None:
        node = self._node
        job = _Job(
            node.store.engine.url.render_as_string(hide_password=False),
            node.store.clock,
            node.home,
            node.pack,
            name,
            os.getpid(),
        )
        process = self._context.Process(target=_replay, args=(job,), name=f"replay-{name}", daemon=True)
        process.start()
        self._process, self._current = process, name


def _replay(job: _Job) -> None:
    """Run one replay, in a process of its own."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    ended = threading.Event()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with contextlib.suppress(OSError):
        os.nice(NICE)

    def is_to_stop() -> bool:
        # A node that was killed leaves nobody to stop it.
        return ended.is_set() or os.getppid() != job.parent or folder.is_to_stop(job.replay)

    folder = ReplayFolder(job.home)
    store = Store.open(job.url, clock=job.clock)
    with folder.turn(job.replay) as mine:
        found = folder.find(job.replay) if mine else None
        if found is None:
            return
        try:
            run_replay(
                store,
                job.home / "journal",
                job.pack,
                found,
                load_secret(job.home / "replay-key", os.urandom),
                keep=folder.put,
                is_to_stop=is_to_stop,
                clock=time.monotonic,
            )
        except (PackError, ChangeError, SQLAlchemyError, OSError) as error:
            log.warning("replay-failed", replay=job.replay, error=str(error))
            found.state = State.FAILED
            found.fault_zh = found.fault_en = str(error)
            if isinstance(error, ChangeError):
                found.fault_zh, found.fault_en = error.zh, error.en
            folder.put(found)
        finally:
            store.close()
