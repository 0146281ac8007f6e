"""Transports that do one message at a time and know at once what came of it."""

from __future__ import annotations

import abc
import collections
import time
from collections.abc import Callable

from clearbell.notices.transports.protocol import Event, Message
from clearbell.notices.transports.throttle import Throttle

_LINE = 5


class OneByOne(abc.ABC):
    """Sends the messages in line while it is polled."""

    def __init__(self, per_second: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._throttle = Throttle(per_second, monotonic)
        self._line: collections.deque[Message] = collections.deque()

    @abc.abstractmethod
    def deliver(self, message: Message) -> Event:
        """Send one message and tell what came of it."""

    def room(self) -> int:
        """How many more may stand in line."""
        return _LINE - len(self._line)

    def busy(self) -> bool:
        """Whether any stands in line."""
        return bool(self._line)

    def send(self, message: Message) -> None:
        """Put it in line."""
        self._line.append(message)

    def poll(self, seconds: float) -> list[Event]:
        """Send the next message, once its turn has come."""
        wait = self._throttle.wait()
        if not self._line or wait > seconds:
            time.sleep(seconds)
            return []
        time.sleep(wait)
        self._throttle.went()
        return [self.deliver(self._line.popleft())]

    def settled(self, event: Event, *, kept: bool) -> None:  # noqa: B027
        """Nobody waits to hear it."""

    def close(self) -> None:  # noqa: B027
        """Nothing is held open between messages."""
