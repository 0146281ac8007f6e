"""A Kamailio before the callees, as Clearbell ships it: how much later a call rings, and how much more processor it takes, when
Clearbell is asked by SIP, and when it is asked by HTTP.

The three are the same file. Alone: the question and the word of how calls ended are taken out. By HTTP: the question is a POST
that a worker of Kamailio sends while the transaction is suspended (``async`` and ``http_client``: Debian 12 has no ``http_async_client``).
The telephones are busy, so each call is over at once; the load answers and calls.
"""

from __future__ import annotations

import argparse
import contextlib
import select
import shutil
import socket
import struct
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.hot_path import servers
from bench.hot_path.load import Figures, cpu_seconds, unhindered
from bench.hot_path.packets import caller, invite, is_blocked
from bench.hot_path.wire import now

SHIPPED = Path(__file__).parents[2] / "integrations" / "kamailio"
ALONE, SIP, HTTP = "kamailio alone", "clearbell asked by SIP", "clearbell asked by HTTP"
_SECOND = 1_000_000_000
_ASK = "\troute(ASK);\n}"
_TELL = "route[TELL_END] {\n"
_QUESTION = 'route[ASK] {\n\t$avp(callee) = $ru;\n\tt_on_failure("ANSWERED");'
_BY_HTTP = """route[ASK] {
	$avp(callee) = $ru;
	if (!async_task_route("ASK_HTTP")) {
		route(FAIL_OPEN);
	}
	exit;
}

route[ASK_HTTP] {
	$var(body) = "{\\"id\\":\\"" + $(ci{s.escape.common}) + "\\",\\"caller\\":\\"" + $(fU{s.escape.common}) + "\\",\\"callee\\":\\"" + $(rU{s.escape.common}) + "\\"}";
	$var(code) = http_connect("clearbell", "/v1/screen", "application/json", "$var(body)", "$var(told)");
	if ($var(code) != 200 || !jansson_get("answer", "$var(told)", "$var(answer)")) {
		route(FAIL_OPEN);
		exit;
	}
	if ($var(answer) == "continue" || $var(answer) == "labelled") {
		route(TO_CALLEE);
		exit;
	}
	t_reply("403", "Forbidden");
	exit;
}

route[ASK_SIP] {
	$avp(callee) = $ru;
	t_on_failure("ANSWERED");"""
_MODULES = """loadmodule "htable.so"
loadmodule "async.so"
loadmodule "http_client.so"
loadmodule "jansson.so"
modparam("http_client", "keep_connections", 1)
modparam("http_client", "connection_timeout", 1)
modparam("http_client", "httpcon", "clearbell=>http://127.0.0.1:{port}")
async_workers=4"""


class _Swap(NamedTuple):
    old: str
    new: str


def written(folder: Path, way: str, port: int, phones: int, door: int, http: int) -> Path:
    """The shipped configuration for one way, in ``folder``. Raises ``ValueError`` where it is not as it was known here."""
    shutil.copytree(SHIPPED, folder)
    site = [
        _Swap("udp:127.0.0.1:5060", f"udp:127.0.0.1:{port}"),
        _Swap("sip:127.0.0.1:5080", f"sip:127.0.0.1:{phones}"),
        _Swap("sip:127.0.0.1:5070", f"sip:127.0.0.1:{door}"),
    ]
    swaps = []
    if way == ALONE:
        swaps = [_Swap(_ASK, "\t$avp(callee) = $ru;\n\troute(TO_CALLEE);\n}"), _Swap(_TELL, _TELL + "\treturn;\n")]
    elif way == HTTP:
        swaps = [
            _Swap('loadmodule "htable.so"', _MODULES.format(port=http)),
            _Swap(_QUESTION, _BY_HTTP),
        ]
    for name, some in (("clearbell-site.cfg", site), ("kamailio.cfg", swaps)):
        text = (folder / name).read_text()
        for swap in some:
            if text.count(swap.old) != 1:
                message = f"{name}: {swap.old!r} should be there once"
                raise ValueError(message)
            text = text.replace(swap.old, swap.new)
        (folder / name).write_text(text)
    return folder / "kamailio.cfg"


class _Ends:
    """Who calls, and the telephones."""

    def __init__(self) -> None:
        self.callers = self._open()
        self.phones = self._open()
        self.port = int(self.callers.getsockname()[1])
        self.phones_port = int(self.phones.getsockname()[1])

    @staticmethod
    def _open() -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        sock.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS
        sock.bind(("127.0.0.1", 0))
        sock.setblocking(False)
        return sock

    def close(self) -> None:
        self.callers.close()
        self.phones.close()


class Outcome(NamedTuple):
    """By call, ns from when the load began; infinity: never."""

    due: np.ndarray[tuple[int], np.dtype[np.float64]]
    sent: np.ndarray[tuple[int], np.dtype[np.float64]]
    rang: np.ndarray[tuple[int], np.dtype[np.float64]]
    over: np.ndarray[tuple[int], np.dtype[np.float64]]
    status: dict[int, bytes]
    unjudged: int
    """Calls that went on since Clearbell did not answer in time."""


def call(ends: _Ends, port: int, rate: float, seconds: float, first: int, run: str) -> Outcome:
    """Make ``rate`` calls a second on a schedule that waits for nobody."""
    count = max(1, int(rate * seconds))
    due = np.cumsum(np.random.default_rng(first).exponential(_SECOND / rate, count))
    plan = [*map(int, due), 1 << 62]
    calls = [invite(first + n, run, ends.port) for n in range(count)]
    sent, rang, over = np.full(count, np.inf), np.full(count, np.inf), np.full(count, np.inf)
    status: dict[int, bytes] = {}
    unjudged = at = 0
    sought = f"Call-ID: {run}-".encode()
    to = ("127.0.0.1", port)

    def serial(data: bytes) -> int:
        start = data.find(sought)
        return int(data[start + len(sought) :][:8], 16) - first if start >= 0 else -1

    with unhindered():
        began = now() + 1_000_000
        end = plan[-2] + 2 * _SECOND
        while at < count or len(status) < count:
            passed = now() - began
            if plan[at] <= passed:
                ends.callers.sendto(calls[at], to)
                sent[at] = passed
                at += 1
                continue
            if passed > end:
                break
            wait = min(max(0, plan[at] - passed), _SECOND // 10) / _SECOND
            # The last tenth of a millisecond is not slept through.
            ready, _, _ = select.select([ends.callers, ends.phones], [], [], max(0.0, wait - 0.0001))
            for sock in ready:
                data, notes, _, peer = sock.recvmsg(65_535, 64)
                n = serial(data)
                if n < 0:
                    continue
                moment = _stamp(notes) - began
                if sock is ends.phones:
                    if data.startswith(b"INVITE"):
                        unjudged += int(rang[n] == np.inf and b"X-Clearbell: fail-open" in data)
                        rang[n] = min(rang[n], moment)
                        sock.sendto(_answer(data), peer)
                elif data[8:9] != b"1":
                    if n not in status:
                        over[n], status[n] = moment, data[8:11]
                    sock.sendto(_acknowledged(calls[n], data), to)
    return Outcome(due, sent, rang, over, status, unjudged)


def _stamp(notes: list[tuple[int, int, bytes]]) -> int:
    for _, _, told in notes:
        seconds, nanoseconds = struct.unpack("qq", told[:16])
        return int(seconds) * _SECOND + int(nanoseconds)
    return now()


_KEPT = (b"Via:", b"From:", b"Call-ID:", b"CSeq:", b"Record-Route:")


def _answer(data: bytes) -> bytes:
    """A busy telephone's."""
    lines = data.split(b"\r\n")
    kept = [line for line in lines if line.startswith(_KEPT)]
    to = next(line for line in lines if line.startswith(b"To:"))
    return b"\r\n".join([b"SIP/2.0 486 Busy Here", *kept, to + b";tag=phone", b"Content-Length: 0", b"", b""])


def _acknowledged(asked: bytes, answer: bytes) -> bytes:
    lines = asked.split(b"\r\n")
    to = next(line for line in answer.split(b"\r\n") if line.startswith(b"To:"))
    kept = [line for line in lines if line.startswith((b"Via:", b"From:", b"Call-ID:", b"Max-Forwards:"))]
    head = lines[0].replace(b"INVITE", b"ACK", 1)
    return b"\r\n".join([head, *kept, to, b"CSeq: 1 ACK", b"Content-Length: 0", b"", b""])


@contextlib.contextmanager
def edge(way: str, ends: _Ends, door: int, http: int) -> Iterator[tuple[int, list[int]]]:
    """A Kamailio for one way; gives its port and processes."""
    port = servers.free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = written(folder / "settings", way, port, ends.phones_port, door, http)
        (folder / "run").mkdir()
        process = servers.start([*servers.kamailio_words(config, folder / "run"), "-m", "1024"], folder / "log")
        try:
            _wait(port, process, folder / "log")
            yield port, servers.children(process.pid)
        finally:
            servers.end(process)


def _wait(port: int, process: Any, log: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.1)
        sock.connect(("127.0.0.1", port))
        own = sock.getsockname()[1]
        asked = (
            f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bKp\r\n"
            "From: <sip:p@x>;tag=1\r\nTo: <sip:p@x>\r\nCall-ID: p\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 9\r\nContent-Length: 0\r\n\r\n"
        ).encode()
        for _ in range(200):
            if process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                sock.send(asked)
                sock.recv(65_535)
                return
            time.sleep(0.05)
    message = f"Kamailio does not answer: {log.read_text()[-2000:]}"
    raise RuntimeError(message)


def compare(options: argparse.Namespace, laid: Path, installed: Path) -> dict[str, Any]:
    """The three ways at the same rate; latencies in µs from when a call was due."""
    found: dict[str, Any] = {}
    http = servers.free_port(socket.SOCK_STREAM)
    with servers.clearbell(laid, installed, http=http, go_on="404") as server:
        for place, way in enumerate((ALONE, SIP, HTTP)):
            ends = _Ends()
            with edge(way, ends, server.port, http) as (port, pids):
                call(ends, port, options.behind_rate, 2, 1_000_000 * place, "w")
                counted = pids if way == ALONE else [*pids, *server.pids]
                cpu = cpu_seconds(counted)
                outcome = call(ends, port, options.behind_rate, options.half_seconds, 1_000_000 * place + 500_000, "c")
                cpu = cpu_seconds(counted) - cpu
            ends.close()
            found[way] = figures(outcome, way, 1_000_000 * place + 500_000, cpu)
    for way in (SIP, HTTP):
        for name in ("rings_p50", "rings_p99", "rings_p99.9", "cpu_us"):
            found[way][f"added_{name}"] = found[way][name] - found[ALONE][name]
    return found


def figures(outcome: Outcome, way: str, first: int, cpu: float) -> Figures:
    """What one way showed."""
    count = len(outcome.due)
    blocked = np.array([way != ALONE and is_blocked(caller(first + n)) for n in range(count)])
    rings = outcome.rang[~blocked] - outcome.due[~blocked]
    refused = {n for n, status in outcome.status.items() if status == b"403"}
    found: Figures = {
        "calls": count,
        "cpu_us": 1e6 * cpu / count,
        "lost": int(np.isinf(rings).sum()) + sum(n not in outcome.status for n in range(count)),
        "unjudged": outcome.unjudged,
        # A call that was not answered in time goes on, blocked or not.
        "wrong": len(refused ^ set(np.nonzero(blocked)[0].tolist())),
    }
    for share in (50, 99, 99.9):
        found[f"rings_p{share:g}"] = float(np.percentile(rings, share, method="higher")) / 1_000
        late = outcome.sent - outcome.due
        found[f"late_p{share:g}"] = float(np.percentile(late, share, method="higher")) / 1_000
    if way != ALONE:
        over = outcome.over[blocked] - outcome.due[blocked]
        found["refused_p50"] = float(np.percentile(over, 50, method="higher")) / 1_000
    return found
