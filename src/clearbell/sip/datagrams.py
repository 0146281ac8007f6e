"""Many datagrams with one system call: ``recvmmsg`` and ``sendmmsg`` of Linux; one by one elsewhere.

A system call costs about as much as judging a call, so under load a batch shares one.
"""

from __future__ import annotations

import ctypes
import mmap
import platform
import socket
import struct
import sys
import time
from typing import Any, Protocol

MOST = 64
"""Datagrams taken at once."""
SIZE = 65_536
"""Room for each; no UDP datagram is longer."""
_SENT_AT_ONCE = 1 << 20
_NAME = 32
_WORDS = 8
"""A ``struct mmsghdr`` of a 64-bit Linux: name, its length, pieces, their count, two of control data, flags, length."""
_LOW = 0xFFFF_FFFF
# Compiled, names that begin with an underscore are numbers of C.
_ROOM, _PLACES = SIZE, MOST
_WAIT_FOR_ONE = 0x10000
_DO_NOT_WAIT = 0x40
_NOTE = 32
"""A ``struct cmsghdr`` with a ``struct timespec``: when the system received a datagram."""
_SO_TIMESTAMPNS = 35
_REMEMBERED = 4096
"""Addresses whose text is kept."""


class Datagrams(Protocol):
    """One socket's datagrams, a batch at a time."""

    def receive(self) -> int:
        """Wait for datagrams and take what is there; returns how many, 0 when none came in time."""

    def data(self, place: int) -> bytes:
        """What one of those taken last says."""

    def host(self, place: int) -> str:
        """The address it came from, without the port."""

    def waited(self, place: int) -> int:
        """For how long it lay in the system's buffer until now, µs; 0 where the system does not tell."""

    def answer(self, place: int, answer: bytes) -> None:
        """Put aside what is to go back to where it came from."""

    def send(self) -> None:
        """Send what was put aside. What the system does not take is lost, as on the way: the sender asks again."""


def open_datagrams(sock: socket.socket, seconds: float) -> Datagrams:
    """The best way of this machine. ``seconds``: how long it waits for the first datagram."""
    return Batched(sock, seconds) if can_batch() else OneByOne(sock, seconds)


def can_batch() -> bool:
    """Whether this is a machine whose structures :class:`Batched` knows."""
    return (
        sys.platform == "linux"
        and sys.byteorder == "little"
        and struct.calcsize("P") == 8
        and platform.libc_ver()[0] == "glibc"
    )


class OneByOne:
    """One system call for each."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        sock.settimeout(seconds)
        self._sock = sock
        self._data = b""
        self._peer: Any = None
        self._answer: bytes | None = None

    def receive(self) -> int:
        """As :meth:`Datagrams.receive`."""
        try:
            self._data, self._peer = self._sock.recvfrom(SIZE)
        except OSError:
            # Nothing came, or an ICMP error of an earlier answer; the next datagram is unaffected.
            return 0
        return 1

    def data(self, _place: int) -> bytes:
        """As :meth:`Datagrams.data`."""
        return self._data

    def host(self, _place: int) -> str:
        """As :meth:`Datagrams.host`."""
        host: str = self._peer[0]
        return host

    def waited(self, _place: int) -> int:
        """As :meth:`Datagrams.waited`."""
        return 0

    def answer(self, _place: int, answer: bytes) -> None:
        """As :meth:`Datagrams.answer`."""
        self._answer = answer

    def send(self) -> None:
        """As :meth:`Datagrams.send`."""
        answer, self._answer = self._answer, None
        if answer is None:
            return
        try:
            self._sock.sendto(answer, self._peer)
        except OSError:
            return


class _Memory:
    """Zeroed memory whose address the system can be given. Slices of it are bytes, without a copy in between."""

    def __init__(self, size: int) -> None:
        self.bytes = mmap.mmap(-1, size)
        self.at = ctypes.addressof(ctypes.c_char.from_buffer(self.bytes))


class Batched:
    """Up to ``MOST`` with one system call."""

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        sock.setblocking(True)
        whole = int(seconds)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", whole, int((seconds - whole) * 1e6)))
        self._sock = sock
        self._number = sock.fileno()
        library = ctypes.CDLL(None, use_errno=True)
        self._recvmmsg = library.recvmmsg
        self._sendmmsg = library.sendmmsg
        for call in (self._recvmmsg, self._sendmmsg):
            call.argtypes = (ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int)
        self._recvmmsg.argtypes = (*self._recvmmsg.argtypes, ctypes.c_void_p)
        self._names = _Memory(MOST * _NAME)
        self._in = _Memory(MOST * SIZE)
        self._out = _Memory(_SENT_AT_ONCE)
        self._taken = _Memory(MOST * _WORDS * 8)
        self._given = _Memory(MOST * _WORDS * 8)
        self._pieces = _Memory(2 * MOST * 16)
        self._notes = _Memory(MOST * _NOTE)
        sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        taken = memoryview(self._taken.bytes).cast("Q")
        given = memoryview(self._given.bytes).cast("Q")
        pieces = memoryview(self._pieces.bytes).cast("Q")
        for place in range(MOST):
            taken[place * _WORDS] = self._names.at + place * _NAME
            taken[place * _WORDS + 1] = _NAME
            taken[place * _WORDS + 2] = self._pieces.at + place * 16
            taken[place * _WORDS + 3] = 1
            taken[place * _WORDS + 4] = self._notes.at + place * _NOTE
            taken[place * _WORDS + 5] = _NOTE
            pieces[place * 2] = self._in.at + place * SIZE
            pieces[place * 2 + 1] = SIZE
            given[place * _WORDS + 2] = self._pieces.at + (MOST + place) * 16
            given[place * _WORDS + 3] = 1
        self._taken_words = taken
        self._given_words = given
        self._piece_words = pieces
        self._note_words = memoryview(self._notes.bytes).cast("Q")
        self._names_bytes, self._in_bytes, self._out_bytes = self._names.bytes, self._in.bytes, self._out.bytes
        self._out_at = self._out.at
        self._count = 0
        self._waiting = 0
        self._used = 0
        self._hosts: dict[bytes, str] = {}

    def receive(self) -> int:
        """As :meth:`Datagrams.receive`."""
        # The system wrote over how long the names of the last ones were.
        for place in range(self._count):
            self._taken_words[place * _WORDS + 1] = _NAME
        count: int = self._recvmmsg(self._number, self._taken.at, MOST, _WAIT_FOR_ONE, None)
        # Nothing came, or an ICMP error of an earlier answer; the next datagram is unaffected.
        self._count = max(0, count)
        return self._count

    def data(self, place: int) -> bytes:
        """As :meth:`Datagrams.data`."""
        at = place * _ROOM
        return self._in_bytes[at : at + (self._taken_words[place * _WORDS + 7] & _LOW)]

    def host(self, place: int) -> str:
        """As :meth:`Datagrams.host`."""
        at = place * _NAME
        names = self._names_bytes
        # A sockaddr_in has the address at 4, a sockaddr_in6 at 8.
        raw = names[at + 4 : at + 8] if names[at] == _IPV4 else names[at + 8 : at + 24]
        host = self._hosts.get(raw)
        return host if host is not None else self._read_host(raw)

    def _read_host(self, raw: bytes) -> str:
        if len(self._hosts) >= _REMEMBERED:
            self._hosts.clear()
        host = socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw)
        self._hosts[raw] = host
        return host

    def waited(self, place: int) -> int:
        """As :meth:`Datagrams.waited`."""
        at = place * _WORDS + 5
        noted = self._taken_words[at]
        if noted < _NOTE:
            # The system wrote how much it noted over how much room there is.
            self._taken_words[at] = _NOTE
            return 0
        at = place * _NOTE // 8
        arrived = self._note_words[at + 2] * 1_000_000_000 + self._note_words[at + 3]
        return max(0, time.time_ns() - arrived) // 1_000

    def answer(self, place: int, answer: bytes) -> None:
        """As :meth:`Datagrams.answer`."""
        size = len(answer)
        if self._waiting == _PLACES or self._used + size > _SENT_AT_ONCE:
            self.send()
        if size > _SENT_AT_ONCE:
            return
        used = self._used
        self._out_bytes[used : used + size] = answer
        self._used = used + size
        at = self._waiting
        self._given_words[at * _WORDS] = self._taken_words[place * _WORDS]
        self._given_words[at * _WORDS + 1] = self._taken_words[place * _WORDS + 1] & _LOW
        piece = (_PLACES + at) * 2
        self._piece_words[piece] = self._out_at + used
        self._piece_words[piece + 1] = size
        self._waiting = at + 1

    def send(self) -> None:
        """As :meth:`Datagrams.send`."""
        sent = 0
        while sent < self._waiting:
            taken: int = self._sendmmsg(
                self._number, self._given.at + sent * _WORDS * 8, self._waiting - sent, _DO_NOT_WAIT
            )
            # One that cannot be sent is passed over; the others go on.
            sent += max(1, taken)
        self._waiting = 0
        self._used = 0


_IPV4 = int(socket.AF_INET)
