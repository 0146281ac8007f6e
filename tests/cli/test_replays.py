"""Another policy tried on the record at the command line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from clearbell.calls import Call
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.replay.files import ReplayFolder
from clearbell.replay.model import State
from clearbell.serving.node import Node

pytestmark = pytest.mark.process
WAIT = 90


@pytest.fixture
def home(tmp_path):
    made = tmp_path / "home"
    made.mkdir()
    return made


@pytest.fixture
def environment(home):
    return {**os.environ, "CLEARBELL_HOME": str(home), "CLEARBELL_LANG": "en", "COLUMNS": "200"}


@pytest.fixture
def clearbell(environment):
    def run(*words, code=0, lang="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *words],
            capture_output=True, text=True, timeout=WAIT, check=False, env={**environment, "CLEARBELL_LANG": lang},
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return run


def record(home, calls):
    store = Store.open(f"sqlite:///{home / 'clearbell.db'}")
    store.create()
    node = Node(store, builtin_pack("cn"), home, randomness=os.urandom)
    now = store.clock.now()
    made = [
        node.screen(Call(f"c{n}", now - (calls - n) * 1000, 0, 8613900000000 + n, withheld=True)) for n in range(calls)
    ]
    store.close()
    return made


def test_what_another_policy_would_have_done_is_told_with_its_decisions_and_kept(clearbell, home):
    made = record(home, 30)
    text = clearbell("pack", "replay", "--hours", "1", "--decides", "WITHHELD=reject")
    assert "30 calls on record in the window: 30 replayed, 0 could not be." in text
    assert "went through, would be touched" in text
    assert made[0].id in text
    name = re.search(r"replay (\S+): done", text)[1]
    assert name in clearbell("pack", "replays")
    assert "会被处置" in clearbell("pack", "replays", name, lang="zh")
    assert clearbell("decisions", "show", made[0].id)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--points", "NOTHING=1"), "the pack has no such symbol"),
        (("--points", "WITHHELD"), "write NAME=VALUE"),
        (("--points", "WITHHELD=x"), "is no number"),
        (("--since", "yesterday"), "is no time"),
        (("--since", "2026-01-02", "--until", "2026-01-01"), "must begin before it ends"),
        (("--resume", "7-00000000"), "there is no replay"),
        (("--leave-out", "emergency"), "no policy may leave this check out"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_line(clearbell, home, words, said):
    assert said in clearbell("pack", "replay", *words, code=1)
    assert ReplayFolder(home).newest() == []


def test_interrupted_it_goes_on_where_it_was(clearbell, environment, home):
    record(home, 40_000)
    folder = ReplayFolder(home)
    running = subprocess.Popen(
        [sys.executable, "-m", "clearbell", "pack", "replay", "--hours", "1", "--points", "WITHHELD=20"],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    until = time.monotonic() + WAIT
    while not (found := folder.newest()) or not found[0].policy:
        assert time.monotonic() < until
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=WAIT)
    [stopped] = folder.newest()
    assert (running.returncode, stopped.state) == (130, State.STOPPED), said
    assert f"--resume {stopped.replay}" in said
    text = clearbell("pack", "replay", "--resume", stopped.replay)
    assert "40,000 calls on record in the window: 40,000 replayed" in text
    assert folder.find(stopped.replay).state is State.DONE
