"""SIP over UDP: drains the socket in batches and answers each datagram."""

from __future__ import annotations

import socket
import threading

from clearbell.ledger import Clock
from clearbell.sip.datagrams import open_datagrams
from clearbell.sip.redirect import Redirect
from clearbell.sip.shedding import passed_over

TIDY_SECONDS = 0.25
"""How long it waits for a datagram before the stop flag and housekeeping are looked at."""
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
        datagrams = open_datagrams(self._sock, TIDY_SECONDS)
        core = self._core
        while not self._stop.is_set():
            count = datagrams.receive()
            # They came together, within what the system takes to hand them over.
            now = self._clock.now()
            late = passed_over(datagrams, count)
            if late:
                core.shed(late)
            for place in range(late, count):
                answer = core.receive(datagrams.data(place), datagrams.host(place), now)
                if answer is not None:
                    datagrams.answer(place, answer)
            if count:
                datagrams.send()
            core.tidy(now)
