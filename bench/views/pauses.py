"""How long answers over SIP wait for what goes on beside them in a served node: entries followed, views swapped.

The node is compiled and started as anyone starts it. It is asked at an even pace, an answer's time counted from when the
question was due, so that a pause is seen whole. On the same core, at the same priority, a twin that judges nothing
answers as many questions at the same times: its pauses are the machine's own.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec

from bench.hot_path import servers
from bench.views.asking import Figures
from bench.views.laying import HOLDERS, SUBSCRIBER, number
from clearbell.consent.model import ConsentGranted
from clearbell.ledger import Store
from clearbell.serving.follower import FRESHEN
from clearbell.testing.sip import request

QUIET_SECONDS = 15.0
AFTER_SECONDS = 3.0
EVERY_SECONDS = 0.001
"""Questions to the node and to its twin."""
AGAIN_SECONDS = 0.5
"""A question without an answer is sent again, as a switch does (RFC 3261, T1)."""
_TWIN = """
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind(("127.0.0.1", 0))
print(sock.getsockname()[1], flush=True)
while True:
    data, whom = sock.recvfrom(65535)
    sock.sendto(data, whom)
"""


class _Asked(msgspec.Struct):
    """What was asked of one of the two, and how long each answer took, in seconds, by when it was due."""

    port: int
    took: list[tuple[float, float]] = msgspec.field(default_factory=list)
    again: int = 0
    """Questions that were sent again."""


def append(count: int, folder: Path) -> None:
    """Append so many entries in one act, a grant each, of subscribers who gave none before: all are there at once."""
    store = Store.open(f"sqlite:///{folder / 'clearbell.db'}")
    first = store.head() + 900_000_000
    with store.act("bench") as act:
        for n in range(count):
            fact = ConsentGranted(f"H{n % HOLDERS}", number(SUBSCRIBER, first + n), "insurance")
            act.append("consent.granted", [fact], about=lambda one: one.callee)
    store.close()


def _ask(whom: _Asked, run: str, over: threading.Event) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(AGAIN_SECONDS)
        sock.connect(("127.0.0.1", whom.port))
        serial = 0
        due = time.perf_counter()
        while not over.is_set():
            serial += 1
            packet = request(
                callee=f"+{8613900000000 + serial * 13 % 9_999_991}",
                caller=f"+{8613800000000 + serial * 1_000_003 % 200_000}",
                call_id=f"{run}-{serial:x}@127.0.0.1",
                branch=f"z9hG4bK{run}{serial:x}",
            )
            due += EVERY_SECONDS
            while (early := due - time.perf_counter()) > 0:
                time.sleep(early)
            name = f"{run}-{serial:x}@".encode()
            while not over.is_set():
                try:
                    sock.send(packet)
                    while name not in sock.recv(65_535):
                        pass
                    break
                except TimeoutError:
                    whom.again += 1
            whom.took.append((due, time.perf_counter() - due))


@contextlib.contextmanager
def _twin() -> Iterator[int]:
    with subprocess.Popen([sys.executable, "-c", _TWIN], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with contextlib.suppress(OSError):
            os.sched_setaffinity(process.pid, {servers.SERVER_CORE})
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def _followed(port: int) -> int | None:
    try:
        return int(httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=30).json()["ledger"])
    except httpx.TransportError:
        return None


def _until(holds: Callable[[], bool], every: float) -> None:
    while not holds():
        time.sleep(every)


def _swapped(pid: int, before: set[str]) -> bool:
    """Whether the node has a file of views open that it had not before."""
    return bool(_mapped(pid) - before)


def _mapped(pid: int) -> set[str]:
    return set(re.findall(r"/\S+\.views", Path(f"/proc/{pid}/maps").read_text()))


def pauses(entries: int, folder: Path, installed: Path | None = None) -> Figures:
    """Milliseconds until answers came, and the twin's: alone, while entries are followed, while views are made and swapped.

    ``folder``: of a store and its views; ``installed``: an unpacked wheel, else one is built.
    """
    if entries < FRESHEN:
        message = f"views are made anew after {FRESHEN} changes: --entries {FRESHEN} or more"
        raise ValueError(message)
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {servers.GENERATOR_CORE})
    with tempfile.TemporaryDirectory() as build:
        installed = installed or servers.compiled(Path(build))
        http = servers.free_port(socket.SOCK_STREAM)
        with servers.clearbell(folder, installed, http) as server, _twin() as twin:
            pid = server.pids[0]
            _until(lambda: bool(servers.children(pid)[1:]), 0.2)
            for child in servers.children(pid)[1:]:
                os.sched_setaffinity(child, {servers.GENERATOR_CORE})
            time.sleep(5)
            over = threading.Event()
            node, machine = _Asked(server.port), _Asked(twin)
            askers = [threading.Thread(target=_ask, args=(whom, "p", over), daemon=True) for whom in (node, machine)]
            for asker in askers:
                asker.start()
            spans: dict[str, tuple[float, float]] = {}
            began = time.perf_counter()
            time.sleep(QUIET_SECONDS)
            spans["alone"] = began, time.perf_counter()
            head = _followed(http) or 0
            before = _mapped(pid)
            appending = time.perf_counter()
            words = [sys.executable, "-m", "bench.views", "--part", "append", "--folder", str(server.home)]
            subprocess.run([*words, "--entries", str(entries)], check=True, stdout=subprocess.DEVNULL)
            began = time.perf_counter()
            _until(lambda: (_followed(http) or 0) >= head + entries, 0.5)
            ended = time.perf_counter()
            spans["following"] = began, ended
            _until(lambda: _swapped(pid, before), 0.1)
            time.sleep(AFTER_SECONDS)
            spans["swapping"] = ended, time.perf_counter()
            over.set()
            for asker in askers:
                asker.join()
    figures: Figures = {"append": spans["following"][0] - appending, "again": node.again}
    for name, span in spans.items():
        figures |= _told(name, node, span) | _told(f"{name}_machine", machine, span)
    return figures


def _told(name: str, whom: _Asked, span: tuple[float, float]) -> Figures:
    took = sorted(one for due, one in whom.took if span[0] <= due <= span[1])
    return {
        f"{name}_answers": len(took),
        f"{name}_seconds": span[1] - span[0],
        f"{name}_p50": took[len(took) // 2] * 1e3,
        f"{name}_p999": took[int(len(took) * 0.999)] * 1e3,
        f"{name}_longest": took[-1] * 1e3,
        f"{name}_over_20": sum(one > 0.02 for one in took),
    }


def table(found: Figures) -> str:
    """The pauses as rows."""
    rows = ["| | s | answers | p50 ms | p99.9 ms | longest ms | above 20 ms |", "|---|---:|---:|---:|---:|---:|---:|"]
    for phase in ("alone", "following", "swapping"):
        for whose, name in (("node", phase), ("machine", f"{phase}_machine")):
            cells = [f"{found[f'{name}_seconds']:.0f}", f"{found[f'{name}_answers']:,.0f}"]
            cells += [f"{found[f'{name}_{key}']:.2f}" for key in ("p50", "p999", "longest")]
            rows.append(f"| {phase}, {whose} | {' | '.join(cells)} | {found[f'{name}_over_20']:.0f} |")
    return "\n".join(rows)
