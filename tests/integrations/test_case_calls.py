"""A served node finds out for a case by itself: the calls on record summed up, and test calls by real user agents."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time

import pytest
from tests.integrations.conftest import Node

from clearbell.policy.pack import builtin_pack_text
from clearbell.verification.model import State
from clearbell.verification.queries import calls_like

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        shutil.which("baresip") is None, reason="baresip is not installed: apt-get install baresip-core"
    ),
    pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed: apt-get install sip-tester"),
]

MARKETER = 8613800000066
WITHIN = 20.0
COMMON = "[last_Via:]\n[last_From:]\n[last_To:];tag=[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"
RINGS = f'<send><![CDATA[\nSIP/2.0 180 Ringing\n{COMMON}Content-Length: 0\n\n]]></send><pause milliseconds="300"/>'
BUSY = f'<send><![CDATA[\nSIP/2.0 486 Busy Here\n{COMMON}Content-Length: 0\n\n]]></send><recv request="ACK"/>'
FOR_EVER = '<recv request="CANCEL" timeout="60000"/>'


def pack_text():
    """The shipped pack, with test calls at any hour and at once."""
    text = builtin_pack_text("cn")
    for old, new in (
        (
            '[hours.verification]\nstart = "09:00"\nend = "20:00"',
            '[hours.verification]\nstart = "00:00"\nend = "24:00"',
        ),
        ("gap_minutes = 60", "gap_minutes = 0"),
        ("spread_minutes = 180", "spread_minutes = 0"),
        (
            'calls = 2\nnumbers = 3\ntimes = ["09:30-11:30", "13:30-17:30", "18:00-19:30"]',
            'calls = 1\nnumbers = 3\ntimes = ["00:00-24:00"]',
        ),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


@pytest.fixture
def called(tmp_path, free_port):
    """The port of a SIPp that answers one call as it is told."""
    started = []

    def start(*steps):
        port = free_port(socket.SOCK_DGRAM)
        (tmp_path / "called.xml").write_text(
            f'<?xml version="1.0"?>\n<scenario name="called"><recv request="INVITE"/>{"".join(steps)}</scenario>\n'
        )
        started.append(
            subprocess.Popen(
                ["sipp", "-sf", "called.xml", "-i", "127.0.0.1", "-p", str(port), "-m", "1", "-nostdin", "-timeout", "90"],
                cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip
        return port

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def node(tmp_path, free_port):
    served = []

    def start(port):
        home = tmp_path / "home"
        home.mkdir()
        (home / "pack.toml").write_text(pack_text())
        more = (
            f'[[verification.line]]\nname = "pool-1"\nnumber = "+8657187650001"\ndomain = "127.0.0.1:{port}"\n'
            'media_ports = "21000-21999"\n'
        )
        served.append(Node(home, free_port(), free_port(socket.SOCK_DGRAM), more, pack=str(home / "pack.toml")))
        return served[0]

    yield start
    for one in served:
        one.stop()


def verifying(node):
    """A case about the marketer, opened and taken up by an officer after six calls."""
    for victim in range(6):
        node.call(MARKETER, 8613900000000 + victim % 4, talk=8)
    opened = node.web.post("/v1/cases", json={"number": f"+{MARKETER}", "words": "seen", "officer": "o1"}).json()
    begun = node.web.post(f"/v1/cases/{opened['case']}/verify", json={"officer": "o1"})
    assert begun.status_code == 200, begun.text
    return opened["case"]


def evidence(node, case, kind):
    until = time.monotonic() + WITHIN
    while True:
        story = node.web.get(f"/v1/cases/{case}").json()["story"]
        found = [line for line in story if line["kind"] == kind]
        if found:
            return found
        assert time.monotonic() < until, story
        time.sleep(0.3)


def test_a_case_in_verification_gets_its_calls_summed_up_and_its_number_called(called, node):
    served = node(called(RINGS, BUSY))
    case = verifying(served)
    (summed,) = evidence(served, case, "calls")
    assert "6 calls, 6 answered (6 short), 0 turned away, to 4 numbers, 48 s of talk" in summed["en"]
    (tested,) = evidence(served, case, "test-call")
    assert tested["en"] == "test call: busy, 0 s of talk"
    # Looked into once, however often the node looks.
    time.sleep(2.5)
    assert len(evidence(served, case, "calls")) == len(evidence(served, case, "test-call")) == 1
    # With the verdict nothing more is planned.
    done = served.web.post(f"/v1/cases/{case}/verdict", json={"verdict": "cleared", "words": "busy", "officer": "o1"})
    assert done.status_code == 200
    with served.store.read() as conn:
        assert [State(row.state) for row in calls_like(conn, case=case)] == [State.DONE]


def test_a_node_that_is_stopped_in_a_call_ends_it_and_says_so(called, node):
    served = node(called(RINGS, FOR_EVER))
    case = verifying(served)
    until = time.monotonic() + WITHIN
    while True:
        with served.store.read() as conn:
            rows = calls_like(conn, case=case)
        if rows and State(rows[0].state) is State.CALLING:
            break
        assert time.monotonic() < until, rows
        time.sleep(0.2)
    began = time.monotonic()
    assert served.ask(MARKETER, 8613900000001)[0].code in (302, 404)
    assert time.monotonic() - began < 1.0
    time.sleep(2.0)
    served.end()
    with served.store.read() as conn:
        (row,) = calls_like(conn, case=case)
    assert (State(row.state), row.reason) == (State.FAILED, "interrupted")
