"""SIP over UDP: drains the socket in batches and answers each datagram."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading

from clearbell.ledger import Clock
from clearbell.sip.redirect import Redirect

BATCH = 256
"""Datagrams taken before the stop flag and housekeeping are looked at."""
TIDY_SECONDS = 0.25
RECEIVE_BUFFER = 8 * 1024 * 1024


def open_udp(host: str, port: int) -> socket.socket:
    """Open a UDP socket. Raises ``OSError`` naming the address when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise OSError(error.errno, f"udp:{host}:{port}: {error.strerror}") from error
    sock.setblocking(False)
    return sock


class UdpDoor:
    """One thread that serves one UDP socket."""

    def __init__(self, sock: socket.socket, core: Redirect, clock: Clock) -> None:
        self._sock = sock
        self._core = core
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sip-udp", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop; returns when the thread has ended and the socket is closed."""
        self._stop.set()
        self._thread.join()
        self._sock.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._sock, selectors.EVENT_READ)
            while not self._stop.is_set():
                if selector.select(TIDY_SECONDS):
                    self._drain()
                self._core.tidy(self._clock.now())

    def _drain(self) -> None:
        receive = self._sock.recvfrom
        send = self._sock.sendto
        core = self._core
        now = self._clock.now
        for _ in range(BATCH):
            try:
                data, peer = receive(65_535)
            except BlockingIOError:
                return
            except OSError:
                # An ICMP error of an earlier answer; the next datagram is unaffected.
                continue
            answer = core.receive(data, peer[0], now())
            if answer is not None:
                # A full send buffer drops the answer, as the network may; the switch asks again.
                with contextlib.suppress(OSError):
                    send(answer, peer)
