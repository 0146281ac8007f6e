"""The fake SMS centre as a process of its own, with what it says collected."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any


class SmscProcess:
    """A running SMS centre."""

    def __init__(self, *options: str, port: int = 0) -> None:
        """Start it; ``options`` are those of ``python -m clearbell.testing.smsc``."""
        self._process = subprocess.Popen(  # noqa: S603 our own module
            [sys.executable, "-m", "clearbell.testing.smsc", "--port", str(port), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.said: list[dict[str, Any]] = []
        """Every line so far."""
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.port: int = self.wait_for(lambda line: line["event"] == "listening", 60)["port"]

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101
        for raw in self._process.stdout:
            with self._news:
                self.said.append(json.loads(raw))
                self._news.notify_all()

    def tell(self, do: str, **more: Any) -> None:
        """Give it an order (:class:`~clearbell.testing.smsc.Order`); returns when it is carried out."""
        before = len(self.events("obeyed"))
        assert self._process.stdin is not None  # noqa: S101
        self._process.stdin.write(json.dumps({"do": do, **more}).encode() + b"\n")
        self._process.stdin.flush()
        self.wait_for(lambda line: line["event"] == "not-understood" or len(self._of("obeyed")) > before)

    def events(self, event: str, at_least: int = 0, seconds: float = 60.0) -> list[dict[str, Any]]:
        """What it said of one kind, waiting for so many. Raises ``TimeoutError``."""
        until = time.monotonic() + seconds
        with self._news:
            while len(self._of(event)) < at_least:
                left = until - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    message = f"fewer than {at_least} of `{event}` within {seconds} s; it said {self.said[-5:]}"
                    raise TimeoutError(message)
            return self._of(event)

    def _of(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.said if line["event"] == event]

    def texts(self, to: int | str) -> list[str]:
        """Whole messages to a number, oldest first."""
        return [line["text"] for line in self.events("message") if line["to"] == str(to)]

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 60.0) -> dict[str, Any]:
        """The first line that is wanted, waiting for it. Raises ``TimeoutError``."""
        until = time.monotonic() + seconds
        with self._news:
            while True:
                for line in self.said:
                    if wanted(line):
                        return line
                left = until - time.monotonic()
                if left <= 0 or not self._news.wait(left):
                    message = f"not said within {seconds} s; it said {self.said[-5:]}"
                    raise TimeoutError(message)

    def text_to(self, to: int | str, seconds: float = 60.0) -> str:
        """The first whole message to a number, waiting for it."""
        line = self.wait_for(lambda line: line["event"] == "message" and line["to"] == str(to), seconds)
        text: str = line["text"]
        return text

    def kill(self) -> None:
        """Kill it at once; what it kept in a file stays."""
        self._process.kill()
        self.stop()

    def stop(self) -> None:
        """End it."""
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        self._process.stdout.close()


@contextlib.contextmanager
def running_smsc(*options: str, port: int = 0) -> Iterator[SmscProcess]:
    """An SMS centre for the time of a test."""
    centre = SmscProcess(*options, port=port)
    try:
        yield centre
    finally:
        centre.stop()
