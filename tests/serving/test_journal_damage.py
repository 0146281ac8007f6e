"""A served node finds damage in the files of its own record, and says so wherever somebody looks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import httpx
import pytest

from clearbell.calls import CallEnd
from clearbell.records.journal import Journal
from clearbell.records.segments import segments
from clearbell.testing import fresh_store
from clearbell.testing.kamailio import end
from clearbell.testing.screening import CALLEE, CALLER, NOON


@pytest.mark.process
def test_a_damaged_segment_is_found_by_the_node_that_runs(tmp_path, free_port):
    fresh_store(tmp_path).close()
    for _ in range(2):
        journal = Journal(tmp_path / "journal")
        for serial in range(50):
            journal.ended(CallEnd(f"c{serial}", NOON + serial, CALLER, CALLEE, answered=True))
        journal.close()
    damaged = segments(tmp_path / "journal")[0]
    raw = bytearray(damaged.read_bytes())
    raw[len(raw) // 2] ^= 1
    damaged.write_bytes(raw)
    port = free_port()
    (tmp_path / "clearbell.toml").write_text(f'[sip]\nlisten = []\n[http]\nlisten = "127.0.0.1:{port}"\n')
    with (tmp_path / "log").open("wb") as log:
        served = subprocess.Popen(
            [sys.executable, "-m", "clearbell", "serve", "--home", str(tmp_path)],
            stdout=log, stderr=log, env={**os.environ, "CLEARBELL_LANG": "en"},
        )  # fmt: skip
    try:
        until = time.monotonic() + 120
        while not _damaged(port):
            assert served.poll() is None, (tmp_path / "log").read_text()
            assert time.monotonic() < until, (tmp_path / "log").read_text()
            time.sleep(0.2)
        health = httpx.get(f"http://127.0.0.1:{port}/healthz")
        assert (health.status_code, health.json()["ok"]) == (200, True)
        assert "clearbell_journal_damaged 1.0" in httpx.get(f"http://127.0.0.1:{port}/metrics").text
    finally:
        end(served)
    told = [line for line in (tmp_path / "log").read_text().splitlines() if "journal-damaged" in line]
    assert len(told) == 1
    assert damaged.name in told[0]


def _damaged(port):
    try:
        return json.loads(httpx.get(f"http://127.0.0.1:{port}/healthz").text)["journal_damaged"]
    except httpx.TransportError:
        return 0
