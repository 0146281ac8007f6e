"""What a user would write otherwise, asked the same over HTTP; the processor of its database is counted too."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec

from bench.hot_path import http_load, servers
from bench.hot_path.homes import BLOCKED
from bench.hot_path.load import Figures, percentiles

HERE = Path(__file__).parent
OTHERS = 8617000000000
"""The first of the numbers on the list that never call."""


class Service(msgspec.Struct):
    """Something that answers ``POST /v1/screen``."""

    port: int
    roots: list[int]
    """Processes; all that they started are counted with them."""


@contextlib.contextmanager
def _uvicorn(python: Path, module: str, environment: dict[str, str], log: Path) -> Iterator[tuple[int, int]]:
    port = servers.free_port(socket.SOCK_STREAM)
    words = [
        python.absolute(),
        "-m",
        "uvicorn",
        f"{module}:app",
        "--port",
        str(port),
        "--no-access-log",
        "--log-level",
        "warning",
    ]
    process = servers.start(words, log, env={**os.environ, "PYTHONPATH": "", **environment}, cwd=HERE)
    try:
        _wait(port, process, log)
        yield port, process.pid
    finally:
        servers.end(process)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    message = f"nothing listens on port {port}: {log.read_text()[-2000:]}"
    raise RuntimeError(message)


def _fill(python: Path, service: str, numbers: int, folder: Path, environment: dict[str, str]) -> None:
    listed = folder / "blocked"
    listed.write_text("\n".join(map(str, BLOCKED)))
    words = [python.absolute(), HERE / f"{service}.py", str(numbers), str(OTHERS), listed]
    subprocess.run(words, check=True, env={**os.environ, "PYTHONPATH": "", **environment})


@contextlib.contextmanager
def postgres(python: Path, numbers: int) -> Iterator[Service]:
    """FastAPI over PostgreSQL."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin/initdb")).parent
    demote: dict[str, Any] = {"user": "postgres"} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if demote:
            shutil.chown(folder, "postgres")
        run: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, **demote}
        subprocess.run([programs / "initdb", "-D", folder / "data", "-U", "bench", "-A", "trust", "-E", "UTF8"], **run)
        options = ("listen_addresses=", "shared_buffers=512MB", "max_wal_size=4GB")
        words = [programs / "postgres", "-D", folder / "data", "-k", folder, *(w for o in options for w in ("-c", o))]
        log = folder / "log"
        log.touch()
        process = servers.start(words, log, cwd=folder, **demote)
        try:
            while subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode:
                time.sleep(0.1)
            environment = {"DSN": f"postgresql://bench@/postgres?host={folder}"}
            _fill(python, "postgres_service", numbers, folder, environment)
            with _uvicorn(python, "postgres_service", environment, log) as (port, pid):
                yield Service(port, [pid, process.pid])
        finally:
            servers.end(process)


@contextlib.contextmanager
def over_redis(python: Path, numbers: int) -> Iterator[Service]:
    """A plain service over Redis."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        at = folder / "redis.sock"
        words = ["redis-server", "--port", "0", "--unixsocket", at, "--save", "", "--appendonly", "no", "--dir", folder]
        process = servers.start(words, folder / "log")
        try:
            while not at.exists():
                time.sleep(0.05)
            environment = {"REDIS": str(at)}
            _fill(python, "redis_service", numbers, folder, environment)
            with _uvicorn(python, "redis_service", environment, folder / "log") as (port, pid):
                yield Service(port, [pid, process.pid])
        finally:
            servers.end(process)


@contextlib.contextmanager
def door(laid: Path, installed: Path) -> Iterator[Service]:
    """Clearbell's own HTTP door, with its whole judgement."""
    port = servers.free_port(socket.SOCK_STREAM)
    with servers.clearbell(laid, installed, http=port) as server:
        yield Service(port, server.pids)


def compare(options: argparse.Namespace, laid: Path, installed: Path) -> dict[str, Any]:
    """Each in its turn; those that cannot be had here are named with the reason."""
    python = options.rivals_python
    subjects: dict[str, Callable[[], AbstractContextManager[Service]]] = {}
    found: dict[str, Any] = {}
    if not python.exists():
        found["skipped"] = f"no {python}: it is made by `make bench`"
    else:
        subjects["FastAPI over PostgreSQL"] = lambda: postgres(python, options.numbers)
        if shutil.which("redis-server"):
            subjects["plain ASGI over Redis"] = lambda: over_redis(python, options.numbers)
        else:
            found["skipped"] = "redis-server is not installed"
    subjects["clearbell's HTTP door"] = lambda: door(laid, installed)
    for name, begin in subjects.items():
        with begin() as service:
            found[name] = ask(service, options)
    return found


def ask(service: Service, options: argparse.Namespace) -> Figures:
    """The closed loop with 64 connections, then half of what it sustained."""
    calls = options.http_calls
    http_load.drive(service.port, max(64, calls // 10), 0, "w", service.roots)
    pids = [pid for root in service.roots for pid in servers.children(root)]
    ran = http_load.drive(service.port, calls, calls, "r", pids)
    sustained = ran["answers"] / ran["seconds"]
    half, wrong = http_load.steadily(service.port, sustained / 2, options.half_seconds / 2 + 1, 2_000_000, "h")
    return {
        "answers_a_cpu_second": ran["answers"] / max(ran["cpu"], 1e-9),
        "us_an_answer": 1e6 * ran["cpu"] / max(ran["answers"], 1),
        "answers_a_second": sustained,
        "wrong": ran["wrong"] + wrong,
        "lost": ran["lost"],
        **percentiles(half),
    }
