"""The INVITEs: the same for every server. Fields have fixed widths, so that a million are made at once as columns."""

from __future__ import annotations

import numpy as np

CALLERS = 200_000
BUSY = 500
"""Of the callers those who call all day. A tenth of all calls are theirs; the others call a few times."""
CALLEES = 9_999_991
BLOCKED_EVERY = 10
LAP = 1 << 20
FIRST_CALLER, FIRST_CALLEE = 8613800000000, 8613900000000
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
Block = np.ndarray[tuple[int, int], np.dtype[np.uint8]]


def caller(n: int) -> int:
    """Who makes call ``n``."""
    if n % 10 == 0:
        return FIRST_CALLER + n // 10 * 7 % BUSY
    # The calls of the others in a row: n itself would meet each last digit but 0, and those are the blocked.
    return FIRST_CALLER + BUSY + (n - n // 10) * 1_000_003 % (CALLERS - BUSY)


def callee(n: int) -> int:
    return FIRST_CALLEE + n * 13 % CALLEES


def is_blocked(number: int) -> bool:
    return number % BLOCKED_EVERY == 0


def invite(n: int, run: str, port: int) -> bytes:
    """Call ``n`` of a run, sent from ``port``."""
    number, rung = caller(n), callee(n)
    return (
        f"INVITE sip:+{rung}@127.0.0.1 SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bK{run}{n:08x}\r\n"
        f"Max-Forwards: 70\r\n"
        f"From: <sip:+{number}@127.0.0.1>;tag={n:08x}\r\n"
        f"To: <sip:+{rung}@127.0.0.1>\r\n"
        f"Call-ID: {run}-{n:08x}@127.0.0.1\r\n"
        f"CSeq: 1 INVITE\r\n"
        f"Contact: <sip:edge@127.0.0.1:{port}>\r\n"
        f"P-Asserted-Identity: <sip:+{number}@127.0.0.1>\r\n"
        f"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\n"
        f"Supported: 100rel, timer\r\n"
        f"User-Agent: edge\r\n"
        f"Content-Length: 0\r\n\r\n"
    ).encode()


class Writer:
    """Writes calls of a run into memory; the calls ``first`` to ``first + count`` as :func:`invite` has them."""

    def __init__(self, run: str, port: int) -> None:
        n = 0xABCDEF01
        pattern = invite(n, run, port)
        self.length = len(pattern)
        self._pattern = np.frombuffer(pattern, np.uint8)
        self._serials = _places(pattern, f"{n:08x}".encode())
        self._callers = _places(pattern, str(caller(n)).encode())
        self._callees = _places(pattern, str(callee(n)).encode())

    def new(self, count: int) -> Block:
        """Room for so many calls, whose numbers are still to be written."""
        return np.tile(self._pattern, (count, 1))

    def again(self, block: Block, lap: int) -> None:
        """Make calls 0 to ``LAP`` at most those of another lap: by the same callers to others, serials ``lap * LAP`` higher."""
        for digit in range(3):
            for place in self._serials:
                block[:, place + digit] = _HEX[lap >> 4 * (2 - digit) & 15]
        for place in self._callees:
            block[:, place + 5] = 48 + lap % 10

    def write(self, block: Block, first: int) -> None:
        """Make the rows of ``block`` the calls from ``first`` on."""
        n = np.arange(first, first + len(block), dtype=np.int64)
        for digit in range(8):
            column = _HEX[n >> 4 * (7 - digit) & 15]
            for place in self._serials:
                block[:, place + digit] = column
        others = n - n // 10
        callers = np.where(n % 10 == 0, n // 10 * 7 % BUSY, BUSY + others * 1_000_003 % (CALLERS - BUSY))
        callees = n * 13 % CALLEES
        # What stands before the digits that differ is in the pattern, except where the pattern's own number differs.
        _decimal(block, self._callers, callers + FIRST_CALLER)
        _decimal(block, self._callees, callees + FIRST_CALLEE)


def _decimal(block: Block, places: list[int], numbers: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
    rest = numbers
    # The first five of thirteen digits are the same in all.
    for digit in range(12, 4, -1):
        rest, column = np.divmod(rest, 10)
        written = (column + 48).astype(np.uint8)
        for place in places:
            block[:, place + digit] = written


def _places(pattern: bytes, what: bytes) -> list[int]:
    found, at = [], pattern.find(what)
    while at >= 0:
        found.append(at)
        at = pattern.find(what, at + 1)
    return found
