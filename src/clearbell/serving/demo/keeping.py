"""Keeping the demo of a data folder: making it in a process of its own, opening it, removing it.

A process that makes it holds a lock, so that a node knows of a making that the command line began, and the other way
round. The folder is complete once it has its name; until then it has another one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog

from clearbell.serving.demo.making import Made, make_demo
from clearbell.serving.demo.opening import OpenDemo
from clearbell.web.demonstration import Standing, State
from clearbell.web.under import App

log = structlog.get_logger()

FOLDER = "demo"
_PART, _LOCK, _SHARE, _HELD = "demo.part", "demo.lock", "demo.share", "demo.open"
Starter = Callable[[str], "subprocess.Popen[bytes]"]
"""Starts the process that makes it, with words in a language."""


class DemoBusyError(Exception):
    """There is a demo already, one is being made, or a node has it open. 已有演示数据,或正在使用。"""


@contextlib.contextmanager
def _locked(home: Path, name: str = _LOCK) -> Iterator[bool]:
    """Hold the lock of who makes, or has it open; False: somebody else does."""
    home.mkdir(parents=True, exist_ok=True)
    handle = os.open(home / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)


def is_made(home: Path) -> bool:
    """Whether the data folder has a demo."""
    return (home / FOLDER).is_dir()


def make_in(
    home: Path, pack: str, language: str, randomness: Callable[[int], bytes], told: Callable[[float], None]
) -> Made:
    """Make the demo of a data folder in this process. Raises :class:`DemoBusyError`."""
    with _locked(home) as mine:
        if not mine or is_made(home):
            raise DemoBusyError
        part = home / _PART
        shutil.rmtree(part, ignore_errors=True)

        def share(far: float) -> None:
            (home / _SHARE).write_text(f"{far:.3f}", encoding="ascii")
            told(far)

        share(0.0)
        made = make_demo(part, pack, language, randomness, share)
        part.rename(home / FOLDER)
        (home / _SHARE).unlink(missing_ok=True)
    return made


def remove_from(home: Path) -> bool:
    """Remove the demo, and what is left of one that was not finished; whether there was any.

    Raises :class:`DemoBusyError` while a node has it open, or it is being made.
    """
    with _locked(home) as idle, _locked(home, _HELD) as closed:
        if not (idle and closed):
            raise DemoBusyError
        there = is_made(home)
        for name in (FOLDER, _PART):
            shutil.rmtree(home / name, ignore_errors=True)
        for name in (_SHARE, _LOCK, _HELD):
            (home / name).unlink(missing_ok=True)
    return there


class DemoKeeper:
    """The demo of a running node. Safe to call from several threads."""

    def __init__(self, home: Path, start: Starter | None, randomness: Callable[[int], bytes], *, secure: bool) -> None:
        """``start``: None where none can be made. ``secure``: its cookies go over HTTPS only."""
        self._home, self._start, self._randomness, self._secure = home, start, randomness, secure
        self._lock = threading.Lock()
        self._open: OpenDemo | None = None
        self._held = contextlib.ExitStack()
        """The lock of who has it open."""
        self._making: subprocess.Popen[bytes] | None = None

    def app(self) -> App | None:
        """What answers its pages; None while there is none."""
        opened = self._opened()
        return opened.app if opened is not None else None

    def standing(self) -> Standing:
        """Where it stands."""
        opened = self._opened()
        if opened is not None:
            made = opened.made
            return Standing(State.READY, 1.0, made.at, made.calls, made.reports, made.cases)
        with _locked(self._home) as mine:
            busy = not mine
        started = self._making is not None and self._making.poll() is None
        if busy or started:
            return Standing(State.MAKING, self._share())
        failed = (self._home / _PART).exists() or (
            self._making is not None and self._making.returncode not in (0, None)
        )
        return Standing(State.FAILED if failed else State.NONE)

    def make(self, language: str) -> None:
        """Begin to make it; nothing where there is one, or one is being made."""
        if self._start is None or self.standing().state in (State.READY, State.MAKING):
            return
        self._making = self._start(language)

    def remove(self) -> None:
        """Remove it with everything in it, also one that is being made."""
        self._end_making()
        with self._lock:
            self._close()
            remove_from(self._home)

    def let_in(self) -> str:
        """The secret of who was let in; empty where there is no demo."""
        opened = self._opened()
        return opened.stage.secret if opened is not None else ""

    def close(self) -> None:
        """Stop the demo, and a making that is under way."""
        self._end_making()
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
        self._held.close()

    def _share(self) -> float:
        try:
            return float((self._home / _SHARE).read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0.0

    def _end_making(self) -> None:
        making, self._making = self._making, None
        if making is not None and making.poll() is None:
            making.send_signal(signal.SIGTERM)
            making.wait()

    def _opened(self) -> OpenDemo | None:
        with self._lock:
            if self._open is None and is_made(self._home):
                if not self._held.enter_context(_locked(self._home, _HELD)):
                    # Another node of this folder has it open.
                    self._held.close()
                    return None
                try:
                    self._open = OpenDemo(self._home / FOLDER, self._randomness, secure=self._secure)
                except (OSError, ValueError) as error:
                    self._held.close()
                    log.warning("demo-not-opened", error=str(error))
            return self._open
