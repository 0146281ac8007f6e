"""SIP over TCP: many connections in one thread."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading

from clearbell.calls import SECOND
from clearbell.ledger import Clock
from clearbell.sip.framing import PONG, Framer, FramingError
from clearbell.sip.redirect import Redirect

MAX_CONNECTIONS = 512
SLOW = 10 * SECOND
"""A message begun must be whole after so long."""
IDLE = 600 * SECOND
MAX_UNSENT = 1024 * 1024
"""Answers a peer does not read; past that it is dropped."""
TICK_SECONDS = 0.25


class _Connection:
    __slots__ = ("framer", "host", "seen", "since", "sock", "unsent")

    def __init__(self, sock: socket.socket, host: str, now: int) -> None:
        self.sock = sock
        self.host = host
        self.framer = Framer()
        self.seen = now
        self.since = 0
        self.unsent = b""


def open_tcp(host: str, port: int) -> socket.socket:
    """Open a listening socket. Raises ``OSError`` naming the address when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named: asyncio sends small answers at once only on sockets that say they are TCP.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Connections inherit it. Otherwise each answer in two parts waits 40 ms for the asker's acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.bind((host, port))
        sock.listen(256)
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"tcp:{host}:{port}: {error.strerror}") from error
    sock.setblocking(False)
    return sock


class TcpDoor:
    """One thread that serves one listening socket and its connections."""

    def __init__(self, sock: socket.socket, core: Redirect, clock: Clock) -> None:
        self._sock = sock
        self._core = core
        self._clock = clock
        self._stop = threading.Event()
        self._selector = selectors.DefaultSelector()
        self._connections: dict[int, _Connection] = {}
        self._thread = threading.Thread(target=self._run, name="sip-tcp", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns when the thread has ended and every socket is closed."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        self._selector.register(self._sock, selectors.EVENT_READ)
        while not self._stop.is_set():
            for key, events in self._selector.select(TICK_SECONDS):
                if key.fileobj is self._sock:
                    self._accept()
                    continue
                connection = self._connections.get(key.fd)
                if connection is not None and events & selectors.EVENT_READ:
                    self._read(connection)
                if connection is not None and events & selectors.EVENT_WRITE:
                    self._send(connection)
            now = self._clock.now()
            self._core.tidy(now)
            self._close_slow(now)
        for connection in list(self._connections.values()):
            self._close(connection)
        self._selector.close()
        self._sock.close()

    def _accept(self) -> None:
        with contextlib.suppress(BlockingIOError, OSError):
            sock, peer = self._sock.accept()
            if len(self._connections) >= MAX_CONNECTIONS:
                sock.close()
                return
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections[sock.fileno()] = _Connection(sock, peer[0], self._clock.now())
            self._selector.register(sock, selectors.EVENT_READ)

    def _read(self, connection: _Connection) -> None:
        try:
            data = connection.sock.recv(65_536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(connection)
            return
        now = self._clock.now()
        connection.seen = now
        try:
            messages = connection.framer.feed(data)
        except FramingError:
            self._close(connection)
            return
        out = PONG * connection.framer.pings
        connection.framer.pings = 0
        for message in messages:
            answer = self._core.receive(message, connection.host, now, True)
            if answer is not None:
                out += answer
        connection.since = (
            (connection.since or now)
            if connection.framer.waiting and not messages
            else (now if connection.framer.waiting else 0)
        )
        if out:
            connection.unsent += out
            self._send(connection)

    def _send(self, connection: _Connection) -> None:
        try:
            while connection.unsent:
                sent = connection.sock.send(connection.unsent)
                connection.unsent = connection.unsent[sent:]
        except BlockingIOError:
            pass
        except OSError:
            self._close(connection)
            return
        if len(connection.unsent) > MAX_UNSENT:
            self._close(connection)
            return
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.unsent else 0)
        self._selector.modify(connection.sock, wanted)

    def _close_slow(self, now: int) -> None:
        for connection in list(self._connections.values()):
            slow = connection.since and now - connection.since > SLOW
            if slow or now - connection.seen > IDLE:
                self._close(connection)

    def _close(self, connection: _Connection) -> None:
        self._connections.pop(connection.sock.fileno(), None)
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(connection.sock)
        connection.sock.close()
