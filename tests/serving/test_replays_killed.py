"""A node that is killed in the middle of a replay: its next start tells it as stopped, and lets it go on to the same end."""

from __future__ import annotations

import socket
import time

import httpx
import pytest

from clearbell.replay.files import ReplayFolder
from clearbell.replay.model import State
from clearbell.testing.served import ServedNode, SharedClock

pytestmark = pytest.mark.process
CALLER, CALLEE = 8613800000001, 8613900000002
CALLS, BATCH, WAIT = 80_000, 500, 200


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def node(tmp_path):
    port, clock = free_port(), tmp_path / "clock"
    SharedClock(clock)
    made = ServedNode(tmp_path / "home", clock, f'[sip]\nlisten = []\n[http]\nlisten = "127.0.0.1:{port}"\n')
    made.start()
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/v1", timeout=60) as made.api:
        yield made
    made.stop()


def record(node):
    for first in range(0, CALLS, BATCH):
        calls = [
            {"id": f"c{n}", "caller": f"+{CALLER + n % 50}", "callee": f"+{CALLEE + n}"}
            for n in range(first, first + BATCH)
        ]
        assert node.api.post("/screen/batch", json={"calls": calls}).status_code < 300


def begin(node, since, until):
    change = {"points": {"HIGH_FREQUENCY_1H": 20.0}, "thresholds": {"frequency_1h": 30.0}}
    return node.api.post("/policy/replays", json={"since": since, "until": until, "change": change})


def until(node, name, wanted):
    end = time.monotonic() + WAIT
    while not wanted(found := node.api.get(f"/policy/replays/{name}").json()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def is_done(found):
    return found["state"] == "done"


def told(found):
    """What it found; times of reading are none of it."""
    return {name: found[name] for name in ("calls", "replayed", "not_replayed", "moved", "whom", "zh", "en")}


def test_it_is_told_as_stopped_goes_on_and_comes_to_the_same(node):
    since = time.time_ns() // 1000 - 1
    record(node)
    last = time.time_ns() // 1000 + 1
    made = begin(node, since, last)
    assert made.status_code == 201, made.text
    name = made.json()["replay"]
    assert begin(node, since, last).status_code == 422
    begun = until(node, name, lambda one: 0 < one["calls"] < CALLS or one["state"] == "done")
    assert begun["state"] == "running", "it was done before it could be killed"
    node.kill()
    # Its process has nobody any more, keeps what it has and ends.
    folder, end = ReplayFolder(node.home), time.monotonic() + 30
    while folder.is_running(name):
        assert time.monotonic() < end
        time.sleep(0.05)
    assert folder.find(name).state is State.STOPPED
    node.start()
    stopped = node.api.get(f"/policy/replays/{name}").json()
    assert (stopped["state"], 0 < stopped["calls"] < CALLS) == ("stopped", True)
    assert node.api.post(f"/policy/replays/{name}/go-on").status_code == 200
    whole = until(node, name, is_done)
    assert (whole["calls"], whole["share"]) == (CALLS, 1.0)
    assert whole["moved"]
    # One that nobody disturbed.
    again = begin(node, since, last).json()["replay"]
    assert told(until(node, again, is_done)) == told(whole)
    assert {one["replay"] for one in node.api.get("/policy/replays").json()} == {again, name}


def test_what_cannot_be_tried_is_refused_at_its_place(node):
    now = time.time_ns() // 1000
    refused = node.api.post("/policy/replays", json={"since": now - 9, "until": now, "change": {"points": {"NO": 1}}})
    assert refused.status_code == 400
    assert refused.json()["where"].startswith("change.")
    assert node.api.post("/policy/replays", json={"since": now, "until": now - 9}).json()["where"] == "since"
    bad = node.api.post("/policy/replays", json={"since": now - 9, "until": now, "pack_text": "x"})
    assert (bad.status_code, bad.json()["where"]) == (400, "pack_text")
    assert node.api.get("/policy/replays/7-00000000").status_code == 404
    assert node.api.post("/policy/replays/7-00000000/go-on").status_code == 404
    assert node.api.get("/policy/replays").json() == []
