"""Lines that receive, answered by a served node: each by a process of its own, on one node at a time.

Such a process also makes the planned test calls of its line, since a line is one telephone.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import socket
import sys
import threading
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import msgspec
import structlog

from clearbell.ledger import Clock, Store
from clearbell.policy.model import ContentRules
from clearbell.serving.dialling import check_calls
from clearbell.serving.node import Node
from clearbell.vault import Vault, load_secret
from clearbell.verification.rules import CallRules, call_rules
from clearbell.verification.settings import LineSettings, VerificationSettings

log = structlog.get_logger()

_LOOK_SECONDS = 0.5
_AGAIN_SECONDS = 5.0
"""A process that ended by itself is started again after so long."""
_STOP_SECONDS = 30.0
"""How long what was heard may take to be judged when the node stops."""


class _Job(msgspec.Struct, frozen=True):
    """What the process of a line needs; it shares nothing with the node."""

    url: str
    clock: Clock
    home: Path
    rules: CallRules
    content: ContentRules
    settings: VerificationSettings
    line: LineSettings
    owner: str


class Answering:
    """Keeps a process for each line of the configuration that receives."""

    def __init__(self, node: Node, settings: VerificationSettings) -> None:
        """Raises :class:`~clearbell.serving.config.ConfigError` where calls could not be taken."""
        lines = tuple(line for line in settings.line if line.receives) if settings.answers else ()
        if lines:
            check_calls(settings, "answers")
        url = node.store.engine.url.render_as_string(hide_password=False)
        # The folder tells two nodes on one machine apart.
        owner = f"{socket.gethostname()}:{node.home.absolute()}"
        self._jobs = [
            _Job(url, node.store.clock, node.home, call_rules(node.pack), node.pack.content, settings, line, owner)
            for line in lines
        ]
        # A process begun anew inherits no thread, lock or connection of the node's.
        self._context = multiprocessing.get_context("spawn")
        self._running: dict[str, BaseProcess] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if lines:
            self._thread = threading.Thread(target=self._run, name="answering", daemon=True)

    def start(self) -> None:
        """Begin, where the node has lines that receive."""
        if self._thread is not None:
            self._thread.start()

    def stop(self) -> None:
        """End; a call that is up is hung up, and what was heard is recorded."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        for process in self._running.values():
            process.terminate()
        until = time.monotonic() + _STOP_SECONDS
        for process in self._running.values():
            process.join(max(0.1, until - time.monotonic()))

    def _run(self) -> None:
        again: dict[str, float] = {}
        while True:
            for job in self._jobs:
                name = job.line.name
                process = self._running.get(name)
                if process is not None and not process.is_alive():
                    log.warning("line-process-ended", line=name, code=process.exitcode)
                    del self._running[name]
                    again[name] = time.monotonic() + _AGAIN_SECONDS
                if name not in self._running and time.monotonic() >= again.get(name, 0.0):
                    self._begin(job)
            if self._stop.wait(_LOOK_SECONDS):
                return

    def _begin(self, job: _Job) -> None:
        process = self._context.Process(target=_answer, args=(job,), name=f"line-{job.line.name}", daemon=True)
        try:
            process.start()
        except OSError as error:
            log.warning("line-process-not-started", line=job.line.name, error=str(error))
            return
        self._running[job.line.name] = process


def _answer(job: _Job) -> None:
    """Answer one line, in a process of its own."""
    from clearbell.content.model import ModelError
    from clearbell.verification.attending import Attendant
    from clearbell.verification.lines import Holder
    from clearbell.verification.opening import open_caller
    from clearbell.verification.transcriber import TranscriberError

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    stop = threading.Event()
    parent = os.getppid()
    attendants: list[Attendant] = []

    def asked(*_: object) -> None:
        stop.set()
        if any(one.dialling for one in attendants):
            sys.exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, asked)
    with contextlib.suppress(OSError):
        # A judgement goes first, also where the machine has one core.
        os.nice(5)
    vault = Vault(job.home / "documents", load_secret(job.home / "document-key", os.urandom), os.urandom)
    try:
        caller = open_caller(
            Store.open(job.url, clock=job.clock), vault, job.rules, job.content, job.settings, "system:verification"
        )
    except (TranscriberError, ModelError) as error:
        log.warning("line-cannot-be-answered", line=job.line.name, error=error.en)
        sys.exit(2)
    attendant = Attendant(
        caller,
        job.line,
        Holder(job.owner, os.urandom(8).hex()),
        new_id=lambda: os.urandom(8).hex(),
        chance=random.SystemRandom().random,
        stopped=stop.is_set,
        # A node that was killed is not followed in the middle of a call, but after it.
        leaving=lambda: os.getppid() != parent,
        dials=job.settings.dials,
    )
    attendants.append(attendant)
    attendant.run()
