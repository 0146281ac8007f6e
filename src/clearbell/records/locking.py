"""Turns of writers at a folder: the lock is the system's, so a killed process holds none."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait for the turn to write; it lasts as long as the block."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def turn_if_free(path: Path) -> Iterator[bool]:
    """The turn, when nobody else has it; gives False otherwise."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
