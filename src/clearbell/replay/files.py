"""Where replays are kept: a file each beside the record that they were made from, replaced whole, so a killed process tears none."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from clearbell.calls import SECOND
from clearbell.records.locking import turn_if_free
from clearbell.replay.model import Asked, Replay, State

FOLDER = "replays"
MOST = 50
"""Kept; older ones go."""
_WAITS = (0.01, 0.05, 0.2)
_NAME = re.compile(r"[0-9]{1,12}-[0-9a-f]{8}")
_DECODE = msgspec.json.Decoder(Replay).decode


class ReplayFolder:
    """The replays of one node."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def new(self, asked: Asked, randomness: Callable[[int], bytes]) -> Replay:
        """A replay that waits to be run."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = Replay(f"{asked.at // SECOND}-{randomness(4).hex()}", asked, State.STOPPED)
        self.put(made)
        for name in self._names()[MOST:]:
            if not self.is_running(name):
                for path in self._folder.glob(f"{name}.*"):
                    path.unlink(missing_ok=True)
        return made

    def put(self, replay: Replay) -> None:
        """Keep a replay as it is."""
        path = self._folder / f"{replay.replay}.json"
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(replay))
        fresh.replace(path)

    def find(self, name: str) -> Replay | None:
        """The replay of that name; one that nobody runs any more is stopped, whatever it was when it was kept."""
        if not _NAME.fullmatch(name):
            return None
        try:
            found = _DECODE((self._folder / f"{name}.json").read_bytes())
        except (OSError, msgspec.DecodeError):
            return None
        if found.state is State.RUNNING and not self.is_running(name):
            found.state = State.STOPPED
        return found

    def newest(self, most: int = MOST) -> list[Replay]:
        """Those that are kept, the newest first."""
        found = (self.find(name) for name in self._names()[:most])
        return [one for one in found if one is not None]

    @contextlib.contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        """The turn to run a replay; False: somebody does already."""
        for wait in (*_WAITS, 0.0):
            with turn_if_free(self._folder / f"{name}.lock") as mine:
                if mine:
                    self._stop(name).unlink(missing_ok=True)
                    yield True
                    return
            # Whoever only asks whether somebody runs it holds the lock for an instant.
            time.sleep(wait)
        yield False

    def is_running(self, name: str) -> bool:
        """Whether somebody runs it."""
        path = self._folder / f"{name}.lock"
        if not path.exists():
            return False
        with turn_if_free(path) as free:
            return not free

    def ask_to_stop(self, name: str) -> None:
        """Let whoever runs it stop at the next look."""
        if self.is_running(name):
            self._stop(name).touch()

    def is_to_stop(self, name: str) -> bool:
        """Whether somebody asked it to stop."""
        return self._stop(name).exists()

    def _stop(self, name: str) -> Path:
        return self._folder / f"{name}.stop"

    def _names(self) -> list[str]:
        # By the second they were made in, the newest first.
        names = [path.stem for path in self._folder.glob("*.json") if _NAME.fullmatch(path.stem)]
        return sorted(names, key=lambda name: (int(name.partition("-")[0]), name), reverse=True)
