"""The servers under test, each started fresh, pinned to one core, with the same numbers blocked."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.hot_path.load import CALLERS, is_blocked
from clearbell.consent.model import ConsentGranted
from clearbell.labels.model import Labelled
from clearbell.ledger import Store
from clearbell.sanctions.model import Restricted, Rung, Target

SERVER_CORE = 0
BLOCKED = [number for number in range(8613800000000, 8613800000000 + CALLERS) if is_blocked(number)]


class Server(msgspec.Struct):
    """A running server."""

    port: int
    pids: list[int]
    refused: bytes


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _pin() -> None:
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {SERVER_CORE})


def _options(port: int, extra: str, sock: socket.socket) -> bytes:
    own = sock.getsockname()[1]
    sock.send(
        f"OPTIONS sip:127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{extra}\r\n"
        f"From: <sip:b@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: o{extra}\r\nCSeq: 1 OPTIONS\r\n"
        f"{f'X-Block: +{extra}' if extra else 'X-None: 1'}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    return sock.recv(65_535)


def _wait(port: int) -> None:
    for _ in range(200):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.2)
            sock.connect(("127.0.0.1", port))
            with contextlib.suppress(OSError):
                _options(port, "", sock)
                return
        time.sleep(0.1)
    message = f"nothing answers on port {port}"
    raise RuntimeError(message)


def _children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid, *map(int, found)]


@contextlib.contextmanager
def kamailio(memory: str) -> Iterator[Server]:
    """Kamailio with its own rules; ``memory`` is its memory manager: fm, tlsf or qm."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "kamailio.cfg"
        text = (Path(__file__).parent / "kamailio.cfg").read_text().replace("BENCH_PORT", str(port))
        config.write_text(text)
        program = shutil.which("kamailio") or "/usr/sbin/kamailio"
        process = subprocess.Popen(
            [program, "-DD", "-E", "-x", memory, "-f", config, "-Y", folder, "-P", f"{folder}/pid"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_pin,
        )
        try:
            _wait(port)
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.settimeout(5)
                sock.connect(("127.0.0.1", port))
                for number in BLOCKED:
                    _options(port, str(number), sock)
            yield Server(port, _children(process.pid), b"603")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def fill(store: Store, numbers: int, consents: int) -> None:
    """Put labels, consents and the blocked callers' restrictions into a store."""
    batch = 5_000
    for start in range(0, numbers, batch):
        with store.act("bench") as act:
            facts = [
                Labelled(8615000000000 + n, "loans", 5, 3.0, 4.0, act.at, act.at + 90 * 86_400_000_000)
                for n in range(start, min(start + batch, numbers))
            ]
            act.append("labels.published", facts, about=lambda fact: fact.number)
    for start in range(0, consents, batch):
        with store.act("bench") as act:
            grants = [
                ConsentGranted(f"h{n % 50}", 8613900000000 + n, "insurance")
                for n in range(start, min(start + batch, consents))
            ]
            act.append("consent.granted", grants, about=lambda fact: fact.callee)
    with store.act("bench") as act:
        barred = [Restricted(f"R{n}", Target.NUMBER, Rung.BARRED, "bench", act.at, number=n) for n in BLOCKED]
        act.append("sanctions.restricted", barred, about=lambda fact: fact.number)


def compiled(folder: Path) -> Path:
    """Build the wheel as it is installed where there is a compiler, and unpack it; returns where it lies."""
    root = Path(__file__).parents[2]
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheel")]
    subprocess.run(words, cwd=root, check=True, capture_output=True)
    [wheel] = (folder / "wheel").iterdir()
    with zipfile.ZipFile(wheel) as packed:
        if not any(name.endswith(".so") for name in packed.namelist()):
            message = "the wheel is not compiled: are Cython and a C compiler there?"
            raise RuntimeError(message)
        packed.extractall(folder / "installed")
    return folder / "installed"


@contextlib.contextmanager
def clearbell(numbers: int, consents: int, installed: Path | None = None) -> Iterator[Server]:
    """Clearbell's SIP server with the full judgement of the default pack; ``installed``: from there, not the sources."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        store = Store.open(f"sqlite:///{home / 'clearbell.db'}")
        store.create()
        fill(store, numbers, consents)
        store.close()
        config = home / "clearbell.toml"
        config.write_text(
            f'[sip]\nlisten = ["udp:127.0.0.1:{port}"]\n[[sip.source]]\nname = "edge"\naddress = "127.0.0.1"\n'
            'go_on = "302"\nper_second = 1000000\n[http]\nlisten = ""\n'
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "clearbell", "serve", "--home", home, "--config", config],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=_pin,
            env={**os.environ, **({"PYTHONPATH": str(installed)} if installed is not None else {})},
        )
        try:
            _wait(port)
            yield Server(port, [process.pid], b"403")
        finally:
            process.terminate()
            process.wait(30)
