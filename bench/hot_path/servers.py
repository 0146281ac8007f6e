"""The servers under test, each started fresh, pinned to one core, with the same numbers blocked."""

from __future__ import annotations

import compileall
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from bench.hot_path.homes import BLOCKED, copied
from bench.hot_path.packets import invite

SERVER_CORE = 0
GENERATOR_CORE = 1


class Server(msgspec.Struct):
    """A running server."""

    port: int
    pids: list[int]
    refused: bytes
    started: float
    """Seconds from its start until it answered an INVITE."""
    home: Path | None = None


def free_port(kind: int = socket.SOCK_DGRAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pin(core: int) -> None:
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {core})


def start(words: Sequence[str | Path], log: Path, **more: object) -> subprocess.Popen[bytes]:
    """Start a program on the servers' core; what it says goes to ``log``."""
    with log.open("ab") as file:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            words, stdout=file, stderr=file, preexec_fn=lambda: pin(SERVER_CORE), **more
        )


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def children(pid: int) -> list[int]:
    """A process and all that it started."""
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return [pid, *(one for child in map(int, found) for one in children(child))]


def first_answer(port: int, process: subprocess.Popen[bytes], log: Path) -> float:
    """When an INVITE was answered first (:func:`time.perf_counter`)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.02)
        sock.connect(("127.0.0.1", port))
        asked = invite(1, "start", sock.getsockname()[1])
        for _ in range(60_000):
            with contextlib.suppress(OSError):
                sock.send(asked)
                sock.recv(65_535)
                return time.perf_counter()
            if process.poll() is not None:
                break
            time.sleep(0.005)
    message = f"nothing answers on port {port}: {log.read_text()[-2000:]}"
    raise RuntimeError(message)


def _block(sock: socket.socket, number: int) -> None:
    own = sock.getsockname()[1]
    sock.send(
        f"OPTIONS sip:127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{number}\r\n"
        f"From: <sip:b@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: o{number}\r\nCSeq: 1 OPTIONS\r\n"
        f"X-Block: +{number}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    sock.recv(65_535)


@contextlib.contextmanager
def kamailio(memory: str) -> Iterator[Server]:
    """Kamailio with its own rules; ``memory`` is its memory manager: fm, tlsf or qm."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "kamailio.cfg"
        config.write_text((Path(__file__).parent / "kamailio.cfg").read_text().replace("BENCH_PORT", str(port)))
        began = time.perf_counter()
        process = start([*kamailio_words(config, folder), "-x", memory], folder / "log")
        try:
            answered = first_answer(port, process, folder / "log")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.settimeout(5)
                sock.connect(("127.0.0.1", port))
                for number in BLOCKED:
                    _block(sock, number)
            yield Server(port, children(process.pid), b"603", answered - began)
        finally:
            end(process)


def kamailio_words(config: Path, folder: Path) -> list[str | Path]:
    program = shutil.which("kamailio") or "/usr/sbin/kamailio"
    return [program, "-DD", "-E", "-f", config, "-Y", folder, "-P", folder / "pid"]


def compiled(folder: Path) -> Path:
    """Build the wheel as it is installed where there is a compiler, and unpack it; returns where it lies."""
    root = Path(__file__).parents[2]
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "wheel")]
    subprocess.run(words, cwd=root, check=True, capture_output=True)
    [wheel] = (folder / "wheel").iterdir()
    installed = folder / "installed"
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(installed)
    if not is_compiled(installed):
        message = "the wheel is not compiled: are Cython and a C compiler there?"
        raise RuntimeError(message)
    compileall.compile_dir(installed, quiet=2)
    return installed


def is_compiled(installed: Path) -> bool:
    return any(installed.rglob("codec.*.so"))


@contextlib.contextmanager
def clearbell(laid: Path, installed: Path | None = None, http: int = 0, go_on: str = "302") -> Iterator[Server]:
    """Clearbell with the full judgement of the default pack and the views of ``laid``.

    ``installed``: from there, not from the sources. ``http``: port of its HTTP door. ``go_on``: how it says that a call goes on.
    """
    port = free_port()
    with tempfile.TemporaryDirectory(dir=laid.parent) as folder:
        home = copied(laid, Path(folder) / "home")
        config = home / "clearbell.toml"
        config.write_text(
            f'[sip]\nlisten = ["udp:127.0.0.1:{port}"]\n[[sip.source]]\nname = "edge"\naddress = "127.0.0.1"\n'
            f'go_on = "{go_on}"\nper_second = 1e9\n[http]\nlisten = "{f"127.0.0.1:{http}" if http else ""}"\n'
        )
        began = time.perf_counter()
        process = start(
            [sys.executable, "-m", "clearbell", "serve", "--home", home, "--config", config],
            home / "log",
            env={**os.environ, **({"PYTHONPATH": str(installed)} if installed is not None else {})},
        )
        try:
            answered = first_answer(port, process, home / "log")
            yield Server(port, _with_chores(process.pid), b"403", answered - began, home)
        finally:
            end(process)


def _with_chores(pid: int) -> list[int]:
    """A node and the processes that it started: what does its chores begins with it, and its CPU is the node's too."""
    for _ in range(200):
        if len(found := children(pid)) > 2:
            return found
        time.sleep(0.1)
    return children(pid)


def held(pids: list[int]) -> int:
    """Bytes of memory that are the processes' share (PSS)."""
    whole = 0
    for pid in pids:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        assert found is not None
        whole += int(found[1]) * 1024
    return whole


@contextlib.contextmanager
def bare() -> Iterator[Server]:
    """A socket that only answers."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        process = start([sys.executable, "-m", "bench.hot_path.bare", str(port)], log, cwd=Path(__file__).parents[2])
        began = time.perf_counter()
        try:
            yield Server(port, [process.pid], b"603", first_answer(port, process, log) - began)
        finally:
            end(process)
