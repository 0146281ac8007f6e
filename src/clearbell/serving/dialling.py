"""Test calls from a served node: each that is due is made by a process of its own.

Listening and writing down what was said is work for seconds; in the node's own process it would keep callers waiting.
"""

from __future__ import annotations

import contextlib
import importlib.util
import multiprocessing
import os
import random
import shutil
import signal
import sys
import threading
from multiprocessing.process import BaseProcess
from pathlib import Path

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from clearbell.ledger import Clock, Store
from clearbell.policy.model import ContentRules
from clearbell.serving.config import ConfigError
from clearbell.serving.node import Node
from clearbell.vault import Vault, load_secret
from clearbell.verification.model import State
from clearbell.verification.queries import call_of, due_calls, in_progress
from clearbell.verification.rules import CallRules, call_rules
from clearbell.verification.settings import VerificationSettings, line_of

log = structlog.get_logger()

_LOOK_SECONDS = 1.0
_AGAIN_LOOKS = 60
"""A call whose process ended without taking it in hand is tried again after so many looks."""
_STOP_SECONDS = 15.0


class _Job(msgspec.Struct, frozen=True):
    """What the process of a call needs; it shares nothing with the node."""

    url: str
    clock: Clock
    home: Path
    rules: CallRules
    content: ContentRules
    settings: VerificationSettings
    call: str


class _Running(msgspec.Struct):
    process: BaseProcess
    line: str
    pool: str


class Dialling:
    """A thread that sees to it that planned calls are made: one at a time on a line, so many of a pool at a time."""

    def __init__(self, node: Node, settings: VerificationSettings) -> None:
        """Raises :class:`~clearbell.serving.config.ConfigError` where calls could not be made."""
        self._node = node
        self._settings = settings
        self._rules = call_rules(node.pack)
        self._url = node.store.engine.url.render_as_string(hide_password=False)
        # A process begun anew inherits no thread, lock or connection of the node's.
        self._context = multiprocessing.get_context("spawn")
        self._running: dict[str, _Running] = {}
        self._wait: dict[str, int] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if settings.dials and settings.line:
            check_calls(settings, "dials")
            self._thread = threading.Thread(target=self._run, name="dialling", daemon=True)

    def start(self) -> None:
        """Begin, where the node has lines."""
        if self._thread is not None:
            self._thread.start()

    def stop(self) -> None:
        """End; a call that is being made is ended and marked as failed."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        for one in self._running.values():
            one.process.terminate()
        for one in self._running.values():
            one.process.join(_STOP_SECONDS)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                self._look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("test-calls-not-made", error=str(error))

    def _look(self) -> None:
        self._wait = {call: looks - 1 for call, looks in self._wait.items() if looks > 1}
        for call, one in list(self._running.items()):
            if not one.process.is_alive():
                del self._running[call]
                self._tell(call, one.process.exitcode or 0)
        with self._node.store.read() as conn:
            for call in due_calls(conn, self._node.store.clock.now()):
                row = call_of(conn, call)
                if row is None or call in self._running or call in self._wait:
                    continue
                line = line_of(self._settings, row.line)
                if line is None or any(one.line == row.line for one in self._running.values()):
                    # Another node's line, or one that is in a call.
                    continue
                if line.receives and self._settings.answers:
                    # Whoever answers the line makes its calls.
                    continue
                ours = sum(one.pool == row.pool for one in self._running.values())
                if max(ours, in_progress(conn, row.pool)) < self._rules.rules.concurrency:
                    self._begin(call, row.line, row.pool)

    def _begin(self, call: str, line: str, pool: str) -> None:
        job = _Job(
            self._url,
            self._node.store.clock,
            self._node.home,
            self._rules,
            self._node.pack.content,
            self._settings,
            call,
        )
        process = self._context.Process(target=_make, args=(job,), name=f"test-call-{call}", daemon=True)
        process.start()
        self._running[call] = _Running(process, line, pool)

    def _tell(self, call: str, code: int) -> None:
        with self._node.store.read() as conn:
            row = call_of(conn, call)
        if row is None:
            return
        if row.state == State.PLANNED.value and row.due <= self._node.store.clock.now():
            self._wait[call] = _AGAIN_LOOKS
        log.info("test-call", call=call, state=row.state, outcome=row.outcome, reason=row.reason, code=code)


def check_calls(settings: VerificationSettings, switch: str) -> None:
    """What would keep every call from being made or taken is said at the start, not when the first is due.

    ``switch``: the setting that turns them off. Raises :class:`~clearbell.serving.config.ConfigError`.
    """
    if importlib.util.find_spec("numpy") is None:
        raise ConfigError(
            "verification",
            "line",
            f"拨测需要 numpy:pip install 'clearbell[voice]';或设 {switch} = false",
            f"test calls need numpy: pip install 'clearbell[voice]', or set {switch} = false",
        )
    if shutil.which(settings.program) is None:
        raise ConfigError(
            "verification",
            "program",
            f"没有程序 {settings.program};请安装 baresip(Debian 软件包 baresip-core),或设 {switch} = false",
            f"there is no program {settings.program}: install baresip (Debian package baresip-core), "
            f"or set {switch} = false",
        )
    if settings.content_model and not Path(settings.content_model).is_file():
        raise ConfigError(
            "verification",
            "content_model",
            f"没有文件 {settings.content_model};请以 clearbell content train 写出",
            f"there is no file {settings.content_model}: write it with clearbell content train",
        )


def _make(job: _Job) -> None:
    """Make one call, in a process of its own."""
    from clearbell.content.model import ModelError
    from clearbell.verification.calling import make_due_call
    from clearbell.verification.opening import open_caller
    from clearbell.verification.transcriber import TranscriberError

    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with contextlib.suppress(OSError):
        # A judgement goes first, also where the machine has one core.
        os.nice(5)
    vault = Vault(job.home / "documents", load_secret(job.home / "document-key", os.urandom), os.urandom)
    store = Store.open(job.url, clock=job.clock)
    try:
        caller = open_caller(store, vault, job.rules, job.content, job.settings, "system:verification")
    except (TranscriberError, ModelError) as error:
        log.warning("test-call-cannot-be-made", call=job.call, error=error.en)
        sys.exit(2)
    found = make_due_call(caller, job.call, random.SystemRandom().random)
    if isinstance(found, Exception):
        log.info("test-call-not-made", call=job.call, error=str(found))
