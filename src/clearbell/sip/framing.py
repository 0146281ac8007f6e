"""Messages out of a byte stream (RFC 3261 §18.3, RFC 5626 §4.4.1), without a socket."""

from __future__ import annotations

MAX_MESSAGE = 65_535
PING = b"\r\n\r\n"
PONG = b"\r\n"


class FramingError(Exception):
    """The stream holds no message that could be cut out; the connection is of no more use."""


class Framer:
    """Collects bytes and cuts messages out of them."""

    def __init__(self) -> None:
        self._buffer = b""
        self.pings = 0
        """Keep-alives seen and not yet answered."""

    @property
    def waiting(self) -> bool:
        """Whether the beginning of a message is held."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; returns the messages that are whole now. Raises :class:`FramingError`."""
        buffer = self._buffer + data
        messages: list[bytes] = []
        while True:
            while buffer.startswith(PING):
                self.pings += 1
                buffer = buffer[len(PING) :]
            if buffer.startswith(b"\r\n") and not PING.startswith(buffer):
                buffer = buffer[2:]
                continue
            end = buffer.find(b"\r\n\r\n")
            if end < 0:
                break
            length = _content_length(buffer[:end])
            total = end + 4 + length
            if total > MAX_MESSAGE:
                message = "a message is too long"
                raise FramingError(message)
            if len(buffer) < total:
                break
            messages.append(buffer[:total])
            buffer = buffer[total:]
        if len(buffer) > MAX_MESSAGE:
            message = "a message is too long"
            raise FramingError(message)
        self._buffer = buffer
        return messages


def _content_length(head: bytes) -> int:
    found: int | None = None
    for line in head.split(b"\r\n")[1:]:
        name, colon, value = line.partition(b":")
        if colon and name.strip().lower() in (b"content-length", b"l"):
            text = value.strip()
            if not text.isdigit() or len(text) > 6 or (found is not None and found != int(text)):
                message = "Content-Length cannot be read"
                raise FramingError(message)
            found = int(text)
    return found or 0
