"""A socket that sends many calls with one system call and notes when the system received each answer."""

from __future__ import annotations

import ctypes
import socket
import time
from typing import NamedTuple

import numpy as np

from bench.hot_path.packets import Block

_SO_TIMESTAMPNS = 35
_SOL_UDP, _UDP_SEGMENT = 17, 103
_DO_NOT_WAIT = 0x40
_WAIT_FOR_ONE = 0x10000
_MOST = 128
_ROOM = 1024
"""Bytes of an answer that are kept."""
_WORDS = 8
"""A ``struct mmsghdr`` of a 64-bit Linux."""
_NOTE = 32


class Answer(NamedTuple):
    """An answer as it came."""

    serial: int
    """Which call of the run it answers."""
    status: bytes
    decision: str
    """Id of Clearbell's decision; empty where there is none."""
    at: int
    """When the system received it, ns."""


class Prepared:
    """Calls ready to be sent; their memory may be written anew between two sendings."""

    def __init__(self, block: Block) -> None:
        count, length = block.shape
        self.block = block
        self._pieces = np.empty((count, 2), np.uint64)
        self._pieces[:, 0] = np.arange(count, dtype=np.uint64) * np.uint64(length) + np.uint64(block.ctypes.data)
        self._pieces[:, 1] = length
        self._heads = np.zeros((count, _WORDS), np.uint64)
        self._heads[:, 2] = np.arange(count, dtype=np.uint64) * np.uint64(16) + np.uint64(self._pieces.ctypes.data)
        self._heads[:, 3] = 1
        self.at: int = self._heads.ctypes.data
        self.bytes = memoryview(block).cast("B")

    def __len__(self) -> int:
        return len(self.block)


class Wire:
    """Connected to a server. ``run`` is the prefix of its Call-IDs."""

    def __init__(self, port: int, run: str) -> None:
        self.run = run
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
        self.sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.sock.connect(("127.0.0.1", port))
        self.port = int(self.sock.getsockname()[1])
        library = ctypes.CDLL(None, use_errno=True)
        self._send, self._receive = library.sendmmsg, library.recvmmsg
        self._send.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
        self._receive.argtypes = (*self._send.argtypes, ctypes.c_void_p)
        self._number = self.sock.fileno()
        self._area = np.zeros((_MOST, _ROOM), np.uint8)
        self._notes = np.zeros((_MOST, _NOTE // 8), np.uint64)
        self._pieces = np.empty((_MOST, 2), np.uint64)
        self._pieces[:, 0] = np.arange(_MOST, dtype=np.uint64) * np.uint64(_ROOM) + np.uint64(self._area.ctypes.data)
        self._pieces[:, 1] = _ROOM
        self._heads = np.zeros((_MOST, _WORDS), np.uint64)
        self._heads[:, 2] = np.arange(_MOST, dtype=np.uint64) * np.uint64(16) + np.uint64(self._pieces.ctypes.data)
        self._heads[:, 3] = 1
        self._heads[:, 4] = np.arange(_MOST, dtype=np.uint64) * np.uint64(_NOTE) + np.uint64(self._notes.ctypes.data)
        self._heads[:, 5] = _NOTE
        self._heads_at = self._heads.ctypes.data
        self._got: list[tuple[bytes, bytes]] = []
        self._as_one = False

    def wait_at_most(self, seconds: float) -> None:
        """How long :meth:`receive` waits for the first answer."""
        whole = int(seconds)
        wait = np.array([whole, int((seconds - whole) * 1e6)], np.int64)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait.tobytes())

    def send(self, calls: Prepared, first: int, count: int) -> None:
        """Send rows of what was prepared."""
        sent = 0
        while sent < count:
            sent += max(0, self._send(self._number, calls.at + (first + sent) * _WORDS * 8, count - sent, 0))

    def send_as_one(self, calls: Prepared, first: int, count: int) -> None:
        """Send rows through the system as one, which it takes apart before they arrive: for a flood, at a third of the cost."""
        length = calls.block.shape[1]
        if not self._as_one:
            self.sock.setsockopt(_SOL_UDP, _UDP_SEGMENT, length)
            self._as_one = True
        self.sock.send(calls.bytes[first * length : (first + count) * length])

    def receive(self, wait: bool = True) -> int:
        """Take what answers there are; returns how many, 0 when none came in time."""
        count: int = self._receive(self._number, self._heads_at, _MOST, _WAIT_FOR_ONE if wait else _DO_NOT_WAIT, None)
        if count <= 0:
            return 0
        self._got.append((self._area[:count].tobytes(), self._notes[:count].tobytes()))
        return count

    def answers(self) -> list[Answer]:
        """Read all that was received since they were read last."""
        got, self._got = self._got, []
        found = []
        sought = f"Call-ID: {self.run}-".encode()
        skip = len(sought)
        for rows, notes in got:
            times = np.frombuffer(notes, np.uint64).reshape(-1, _NOTE // 8)
            stamps = (times[:, 2] * np.uint64(1_000_000_000) + times[:, 3]).tolist()
            for place, at in enumerate(stamps):
                row = rows[place * _ROOM : (place + 1) * _ROOM]
                start = row.find(sought)
                if start < 0:
                    # A late answer of another run.
                    continue
                told = row.find(b"X-Clearbell-Decision: ")
                decision = row[told + 22 : row.find(b"\r", told)].decode() if told > 0 else ""
                found.append(Answer(int(row[start + skip : start + skip + 8], 16), row[8:11], decision, at))
        return found

    def close(self) -> None:
        self.sock.close()


def now() -> int:
    """Now, ns, by the clock that the system stamps answers with."""
    return time.time_ns()
