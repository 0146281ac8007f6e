"""Clearbell's own calls into the lake, from outside: what a switch tells wrongly, twice, or around a ``kill -9``."""

import os
import subprocess
import sys
import time

import httpx
import pytest


def call(n):
    """A call of a caller of its own, so that none is refused for calling often."""
    return {"caller": f"+861380000{n:04d}", "callee": f"+865718888{n:04d}", "id": f"c{n}"}


def ended(n, **more):
    return {**call(n), "answered": True, "duration_ms": 60_000, "ring_ms": 4000, **more}


def count(home):
    done = subprocess.run(
        [sys.executable, "-m", "clearbell", "records", "count", "--home", str(home)],
        capture_output=True, text=True, check=True, env={**os.environ, "CLEARBELL_LANG": "en"},
    )  # fmt: skip
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in done.stdout.splitlines()]
    return {row[1]: int(row[2]) for row in rows if len(row) == 3 and row[0] == "clearbell"}


def until_counted(home, wanted):
    until = time.monotonic() + 60
    while (found := count(home)) != wanted:
        assert time.monotonic() < until, found
        time.sleep(1)


@pytest.mark.process
def test_each_call_is_there_once_whatever_the_switch_tells(node, tmp_path):
    home = tmp_path / "home"
    for n in range(6):
        assert node.web.post("/v1/screen", json=call(n)).json()["action"] == "allow"
    wrong = [
        ended(0, duration_ms=-60_000),
        ended(0, ring_ms=-1),
        ended(0, callee="057188880001\0"),
        ended(0, at="2026-09-01 25:00:00"),
        ended(0, answered="maybe"),
        ended(0, id="c" * 100_000),
    ]
    for body in wrong:
        refused = node.web.post("/v1/calls/ended", json=body)
        assert refused.status_code in (400, 413, 422), body
        assert all(refused.json()[name] for name in ("error", "zh", "en"))
    for raw in (b"", b"{", b'{"caller":"\xb9\xfa"}', b"\0\0", b"[" * 100_000):
        headers = {"Content-Type": "application/json"}
        told = node.web.post("/v1/calls/ended", content=raw, headers=headers)
        assert (told.status_code, bool(told.json()["zh"])) == (400, True), raw[:9]
    for n in (0, 1, 1, 2, 2):  # an answer was lost, the switch tells it again
        assert node.web.post("/v1/calls/ended", json=ended(n)).status_code == 202
    assert node.web.post("/v1/calls/ended", json=ended(7, answered=False)).status_code == 202
    until_counted(home, {"answered": 3, "unanswered": 1})

    node.process.kill()
    node.process.wait(20)
    command = [sys.executable, "-m", "clearbell", "serve", "--home", str(home)]
    with subprocess.Popen(command, stdout=node.log, stderr=node.log) as again:
        until = time.monotonic() + 60
        while True:
            try:
                told = node.web.post("/v1/calls/ended", json=ended(3))
                break
            except httpx.TransportError:
                assert time.monotonic() < until, (home / "log").read_text()
                time.sleep(0.1)
        assert told.status_code == 202
        until_counted(home, {"answered": 4, "unanswered": 1})
        again.terminate()
