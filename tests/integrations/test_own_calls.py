"""Clearbell's own calls into the lake, from outside: what a switch tells wrongly, twice, or around a ``kill -9``."""

import os
import subprocess
import sys
import time

import httpx
import pytest

CALLER, CALLEE = "+8613800000001", "+8657188880001"


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
    ask = {"caller": CALLER, "callee": CALLEE}
    for n in range(6):
        assert node.web.post("/v1/screen", json={**ask, "id": f"c{n}"}).status_code == 200
    end = {**ask, "answered": True, "duration_ms": 60_000, "ring_ms": 4000}
    wrong = [
        {**end, "id": "c0", "duration_ms": -60_000},
        {**end, "id": "c0", "ring_ms": -1},
        {**end, "id": "c0", "callee": "057188880001\0"},
        {**end, "id": "c0", "at": "2026-09-01 25:00:00"},
        {**end, "id": "c0", "answered": "maybe"},
        {**end, "id": "c" * 100_000},
    ]
    for body in wrong:
        refused = node.web.post("/v1/calls/ended", json=body)
        assert refused.status_code in (400, 413, 422), body
        assert refused.json()["detail"]
    for raw in (b"", b"{", b'{"caller":"\xb9\xfa"}', b"\0\0", b"[" * 100_000):
        headers = {"Content-Type": "application/json"}
        assert node.web.post("/v1/calls/ended", content=raw, headers=headers).status_code == 400
    for n in (0, 1, 1, 2, 2):  # an answer was lost, the switch tells it again
        assert node.web.post("/v1/calls/ended", json={**end, "id": f"c{n}"}).status_code == 202
    assert node.web.post("/v1/calls/ended", json={**end, "id": "unasked", "answered": False}).status_code == 202
    until_counted(home, {"answered": 3, "unanswered": 1})

    node.process.kill()
    node.process.wait(20)
    command = [sys.executable, "-m", "clearbell", "serve", "--home", str(home)]
    with subprocess.Popen(command, stdout=node.log, stderr=node.log) as again:
        until = time.monotonic() + 60
        while True:
            try:
                told = node.web.post("/v1/calls/ended", json={**end, "id": "c3"})
                break
            except httpx.TransportError:
                assert time.monotonic() < until, (home / "log").read_text()
                time.sleep(0.1)
        assert told.status_code == 202
        until_counted(home, {"answered": 4, "unanswered": 1})
        again.terminate()
