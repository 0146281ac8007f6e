"""The same calls asked over HTTP/1.1 by connections that stay open."""

from __future__ import annotations

import select
import socket

import numpy as np

from bench.hot_path.load import Figures, Steady, cpu_seconds, unhindered
from bench.hot_path.packets import callee, caller, is_blocked
from bench.hot_path.wire import now

_SECOND = 1_000_000_000


def asked(n: int, run: str) -> bytes:
    """The request that asks about call ``n``."""
    body = f'{{"id":"{run}-{n:08x}","caller":"+{caller(n)}","callee":"+{callee(n)}"}}'
    return (
        f"POST /v1/screen HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


class _Connection:
    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)
        self.serial = -1
        """What it waits for; -1: nothing."""
        self._got = b""

    def ask(self, serial: int, request: bytes) -> None:
        self.serial = serial
        self.sock.send(request)

    def take(self) -> bytes | None:
        """The answer once it is whole."""
        self._got += self.sock.recv(65_536)
        head, separator, body = self._got.partition(b"\r\n\r\n")
        if not separator:
            return None
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if len(body) < int(length):
            return None
        whole, self._got = self._got, b""
        return whole


def right(n: int, answer: bytes) -> bool:
    said = b"not-entitled" if is_blocked(caller(n)) else b"continue"
    return answer[9:12] == b"200" and said in answer


def _ask(port: int, due: list[int], first: int, run: str, connections: int) -> tuple[Steady, int]:
    """Ask each call at its time, or as soon after as a connection is free; returns what came, and how many were wrong."""
    requests = [asked(first + n, run) for n in range(len(due))]
    open_ = [_Connection(port) for _ in range(connections)]
    free = list(open_)
    poll = select.epoll()
    by_number = {one.sock.fileno(): one for one in open_}
    for number in by_number:
        poll.register(number, select.EPOLLIN)
    sent_at, answered, wrong = np.zeros(len(due)), np.full(len(due), np.inf), 0
    sent = done = 0
    with unhindered():
        began = last = now()
        while done < len(due):
            passed = now() - began
            while free and sent < len(due) and due[sent] <= passed:
                sent_at[sent] = passed
                free.pop().ask(sent, requests[sent])
                sent += 1
            wait = -1.0 if not free or sent == len(due) else max(0.0, (due[sent] - passed) / _SECOND)
            for number, _ in poll.poll(min(wait, 10.0) if wait >= 0 else 10.0):
                one = by_number[number]
                answer = one.take()
                if answer is None:
                    continue
                last = now()
                answered[one.serial] = last - began
                wrong += not right(first + one.serial, answer)
                done += 1
                free.append(one)
            if now() - last > 10 * _SECOND and sent > done:
                break
    for one in open_:
        one.sock.close()
    return Steady(began, np.array(due, float), sent_at, answered, []), wrong


def drive(port: int, count: int, first: int, run: str, pids: list[int], connections: int = 64) -> Figures:
    """Ask ``count`` calls, each connection the next as soon as it has its answer."""
    cpu = cpu_seconds(pids)
    steady, wrong = _ask(port, [0] * count, first, run, connections)
    came = np.isfinite(steady.answered)
    return {
        "answers": int(came.sum()),
        "wrong": wrong,
        "lost": int((~came).sum()),
        "seconds": float(steady.answered[came].max()) / _SECOND,
        "cpu": cpu_seconds(pids) - cpu,
    }


def steadily(port: int, rate: float, seconds: float, first: int, run: str, connections: int = 64) -> tuple[Steady, int]:
    """On a schedule as :class:`bench.hot_path.load.OpenLoop` has; returns how many answers were wrong, too."""
    gaps = np.random.default_rng(first).exponential(_SECOND / rate, max(1, int(rate * seconds)))
    return _ask(port, [int(one) for one in np.cumsum(gaps)], first, run, connections)
