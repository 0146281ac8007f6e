"""The load: the same INVITEs for every server, sent with a window, every answer checked."""

from __future__ import annotations

import os
import select
import socket
import time
from pathlib import Path

CALLERS = 200_000
BUSY = 500
"""Of the callers those who call all day. A tenth of all calls are theirs; the others call a few times."""
CALLEES = 9_999_991
BLOCKED_EVERY = 10
WINDOW = 64


def caller(n: int) -> int:
    """Who makes call ``n``."""
    if n % 10 == 0:
        return 8613800000000 + n // 10 * 7 % BUSY
    # The calls of the others in a row: n itself would meet each last digit but 0, and those are the blocked.
    return 8613800000000 + BUSY + (n - n // 10) * 1_000_003 % (CALLERS - BUSY)


def is_blocked(number: int) -> bool:
    return number % BLOCKED_EVERY == 0


def invite(n: int, run: str, port: int) -> bytes:
    number = caller(n)
    callee = 8613900000000 + n * 13 % CALLEES
    return (
        f"INVITE sip:+{callee}@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{run}{n:x}\r\n"
        f"Max-Forwards: 70\r\n"
        f"From: <sip:+{number}@127.0.0.1>;tag={n:x}\r\n"
        f"To: <sip:+{callee}@127.0.0.1>\r\n"
        f"Call-ID: {run}-{n:x}@127.0.0.1\r\n"
        f"CSeq: 1 INVITE\r\n"
        f"Contact: <sip:edge@127.0.0.1:{port}>\r\n"
        f"P-Asserted-Identity: <sip:+{number}@127.0.0.1>\r\n"
        f"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\n"
        f"Supported: 100rel, timer\r\n"
        f"User-Agent: edge\r\n"
        f"Content-Length: 0\r\n\r\n"
    ).encode()


def cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def drive(port: int, count: int, first: int, run: str, refused: bytes, pids: list[int]) -> dict[str, float]:
    """Send ``count`` INVITEs from number ``first`` on; returns answers, wrong and lost ones, seconds, and the server's CPU seconds."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        sock.connect(("127.0.0.1", port))
        sock.setblocking(False)
        own = sock.getsockname()[1]
        packets = [invite(first + n, run, own) for n in range(count)]
        waiting: dict[bytes, bool] = {}
        sent = answered = wrong = lost = 0
        cpu = cpu_seconds(pids)
        began = time.perf_counter()
        while answered + lost < count:
            while sent < count and len(waiting) < WINDOW:
                serial = first + sent
                waiting[f"{run}-{serial:x}@127.0.0.1".encode()] = is_blocked(caller(serial))
                sock.send(packets[sent])
                sent += 1
            if not select.select([sock], [], [], 2.0)[0]:
                lost += len(waiting)
                waiting.clear()
                continue
            while True:
                try:
                    answer = sock.recv(65_535)
                except BlockingIOError:
                    break
                start = answer.find(b"Call-ID: ") + 9
                blocked = waiting.pop(answer[start : answer.find(b"\r\n", start)], None)
                if blocked is None:
                    continue
                answered += 1
                if (answer[8:11] == refused) is not blocked or answer[8:11] not in (refused, b"302", b"404"):
                    wrong += 1
        seconds = time.perf_counter() - began
        return {
            "answers": answered,
            "wrong": wrong,
            "lost": lost,
            "seconds": seconds,
            "cpu": cpu_seconds(pids) - cpu,
        }
