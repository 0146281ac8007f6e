"""单停 and 双停 on a served node, as SIPp calls: who is barred is refused, and who is barred both ways is not called."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time

import pytest

from clearbell.ledger import Store
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.service import do_lift, do_restrict
from sip.test_doors import SCENARIO

from .test_server import Node, free_port

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed: apt-get install sip-tester"),
]

BARRED, CALLERS = 8613800000066, 8613800001000


@pytest.fixture
def node(tmp_path):
    node = Node(tmp_path)
    yield node
    node.stop()


@pytest.fixture
def sipp(node, tmp_path):
    def call(caller, callee, code):
        scenario = SCENARIO.replace("+8613900000002", f"+{callee}").format(caller=f"+{caller}", code=code)
        (tmp_path / "uac.xml").write_text(scenario)
        done = subprocess.run(
            ["sipp", f"127.0.0.1:{node.sip}", "-sf", "uac.xml", "-m", "1", "-i", "127.0.0.1",
             "-p", str(free_port(socket.SOCK_DGRAM)), "-nostdin", "-timeout", "20", "-timeout_error"],
            cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{caller} to {callee}: not {code}\n" + done.stdout[-2000:] + done.stderr[-2000:]

    return call


def test_outgoing_barred_is_refused_and_still_called_and_barred_is_neither(node, sipp, tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'clearbell.db'}")
    stranger = iter(range(CALLERS, CALLERS + 100))

    def restrict(name, rung):
        with store.act("test") as act:
            do_restrict(act, Restricted(name, Target.NUMBER, rung, "an order", act.at, 0, BARRED))
        # In force for the next call within this time.
        time.sleep(1.5)

    def lift(name):
        with store.act("test") as act:
            do_lift(act, Lifted(name, "put right"))
        time.sleep(1.5)

    try:
        sipp(BARRED, 8613900000001, 404)
        restrict("one-way", Rung.OUTGOING_BARRED)
        sipp(BARRED, 8613900000002, 403)
        sipp(next(stranger), BARRED, 404)
        restrict("both-ways", Rung.BARRED)
        sipp(BARRED, 8613900000003, 403)
        sipp(next(stranger), BARRED, 403)
        lift("both-ways")
        sipp(next(stranger), BARRED, 404)
        sipp(BARRED, 8613900000004, 403)
        lift("one-way")
        sipp(BARRED, 8613900000005, 404)
    finally:
        store.close()
