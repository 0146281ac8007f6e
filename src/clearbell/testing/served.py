"""A served node whose clock is moved from outside, as a process of its own.

``python -m clearbell.testing.served --clock FILE --home FOLDER`` is ``clearbell serve`` with a :class:`SharedClock`:
several nodes that are given one file have one clock, and so has the test that moves it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from cyclopts import App

from clearbell.cli.context import home_folder, store_url
from clearbell.cli.serve import serve_store
from clearbell.ledger import Store

app = App(name="served", help="A served node whose clock is moved from outside.")


class SharedClock:
    """The machine's clock, ahead by what stands in a file: µs. It goes on, and whoever has the file may move it."""

    def __init__(self, file: Path) -> None:
        """The file is made, at the machine's time, where there is none."""
        self._file = file
        if not file.exists():
            self._write(0)

    def now(self) -> int:
        """Return the time, µs UTC."""
        return time.time_ns() // 1000 + self._ahead()

    def move(self, by: int) -> None:
        """Move every clock on this file forward by ``by`` µs."""
        self._write(self._ahead() + by)

    def _ahead(self) -> int:
        return int(self._file.read_text())

    def _write(self, ahead: int) -> None:
        # Renamed into its place, so that no process reads half of it.
        part = self._file.with_suffix(f".{os.getpid()}")
        part.write_text(str(ahead))
        part.replace(self._file)


class ServedNode:
    """A served node in a process, which can be killed and started again on its folder."""

    def __init__(self, home: Path, clock: Path, config: str, *, database: str = "") -> None:
        """``config``: the text of its configuration. ``database``: URL of a store outside its folder."""
        self.home = home
        self._clock = clock
        self._database = database
        home.mkdir(parents=True, exist_ok=True)
        (home / "clearbell.toml").write_text(config, encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Of its process; 0: it does not run."""
        return self._process.pid if self._process is not None else 0

    @property
    def log(self) -> str:
        """What it logged, over all its starts."""
        file = self.home / "log"
        return file.read_text(encoding="utf-8") if file.exists() else ""

    def start(self, seconds: float = 60.0) -> None:
        """Start it; returns when its doors are open. Raises ``TimeoutError`` with its log."""
        opened = self.log.count("Console and API")
        environment = {**os.environ, "CLEARBELL_LANG": "en"}
        if self._database:
            environment["CLEARBELL_DATABASE"] = self._database
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own module
                [
                    sys.executable,
                    "-m",
                    "clearbell.testing.served",
                    "--clock",
                    str(self._clock),
                    "--home",
                    str(self.home),
                ],
                stdout=log,
                stderr=log,
                env=environment,
            )
        until = time.monotonic() + seconds
        while self.log.count("Console and API") == opened:
            if self._process.poll() is not None or time.monotonic() > until:
                raise TimeoutError(self.log)
            time.sleep(0.05)

    def kill(self) -> None:
        """Kill it at once (SIGKILL)."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Have it end by itself."""
        self._end(signal.SIGTERM)

    def _end(self, by: int) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            self._process.wait(30)
            self._process = None


@app.default
def main(*, clock: Path, home: Path) -> None:
    """Answer switches over SIP and HTTP until interrupted.

    Parameters
    ----------
    clock
        File of the clock.
    home
        Data folder, with its configuration.
    """
    folder = home_folder(home)

    def opened() -> Store:
        store = Store.open(store_url(folder), clock=SharedClock(clock))
        store.create()
        return store

    serve_store(opened, folder, folder / "clearbell.toml")


if __name__ == "__main__":
    app()
