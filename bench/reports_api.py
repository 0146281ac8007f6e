"""How many reports a second does a node take in over HTTP, ledger on?

Starts ``clearbell serve`` on an empty folder (SQLite) and sends reports for some seconds from several connections: one
report a request, then 20, then 200. Every answer is checked; at the end the ledger is verified and must hold each
report exactly once. The same machine sends and serves.

    python -m bench.reports_api [--seconds 10] [--connections 8]
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
from sqlalchemy import func, select

from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.reports.tables import report

SIZES = (1, 20, 200)


def start(home: Path) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (home / "clearbell.toml").write_text(f'[sip]\nlisten = []\n[http]\nlisten = "127.0.0.1:{port}"\n')
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "clearbell", "serve", "--home", str(home)], stdout=log, stderr=log, env=os.environ
        )
    url = f"http://127.0.0.1:{port}"
    for _ in range(400):
        try:
            httpx.get(f"{url}/healthz")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return process, url
    raise SystemExit((home / "log").read_text())


def send(
    url: str, size: int, seconds: float, connections: int, serial: itertools.count[int]
) -> tuple[int, float, list[float]]:
    """Send for some seconds; returns reports taken, seconds it took, and how long each request took."""
    taken = [0] * connections
    waits: list[list[float]] = [[] for _ in range(connections)]
    until = time.perf_counter() + seconds

    def run(place: int) -> None:
        with httpx.Client(base_url=url, timeout=30) as client:
            while (began := time.perf_counter()) < until:
                ids = [next(serial) for _ in range(size)]
                body = {
                    "reports": [
                        {
                            "number": 8613800000000 + n % 50_000,
                            "reporter": 8613700000000 + n % 999_983,
                            "category": 1 + n % 21,
                            "id": str(n),
                        }
                        for n in ids
                    ]
                }
                answer = client.post("/v1/reports", json=body)
                assert answer.status_code == 201, answer.text
                assert answer.json()["stored"] == size, answer.text
                taken[place] += size
                waits[place].append(time.perf_counter() - began)

    began = time.perf_counter()
    threads = [threading.Thread(target=run, args=(place,)) for place in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(taken), time.perf_counter() - began, sorted(itertools.chain(*waits))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=8)
    given = parser.parse_args()
    serial = itertools.count()
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        process, url = start(home)
        print(f"{'reports a request':>18}{'reports/s':>12}{'p50 ms':>9}{'p99 ms':>9}")
        for size in SIZES:
            count, seconds, waits = send(url, size, given.seconds, given.connections, serial)
            total += count
            p50, p99 = (1000 * waits[int(share * (len(waits) - 1))] for share in (0.5, 0.99))
            print(f"{size:>18}{count / seconds:>12,.0f}{p50:>9.1f}{p99:>9.1f}", flush=True)
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        store = Store.open(f"sqlite:///{next(home.glob('*.db'))}")
        with store.read() as conn:
            kept = conn.execute(select(func.count()).select_from(report)).scalar_one()
        sound = verify(store)
        store.close()
    assert kept == total, f"{kept} kept of {total}"
    assert sound.fault is None, sound.fault
    print(f"{kept:,} reports kept, each once; {sound.entries:,} entries of the ledger verified")


if __name__ == "__main__":
    main()
