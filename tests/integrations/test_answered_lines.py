"""Served nodes answer their lines that receive: SIPp calls back, and the call is evidence in the case, whoever is killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import numpy as np
import pytest
from tests.integrations.test_case_calls import BUSY, RINGS, pack_text

from clearbell.calls import HOUR, MINUTE
from clearbell.ledger import Store
from clearbell.ledger.verify import verify
from clearbell.testing.served import ServedNode, SharedClock
from clearbell.vault import Vault, load_secret
from clearbell.verification import sound
from clearbell.verification.queries import calls_to_lines, evidence_of

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(
        shutil.which("baresip") is None, reason="baresip is not installed: apt-get install baresip-core"
    ),
    pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed: apt-get install sip-tester"),
]

MARKETER, STRANGER = 8613800000066, 8613800000067
OWN = 8657187650001
WITHIN = 30.0

CALLS_BACK = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="calls back">
  <send retrans="500"><![CDATA[
    INVITE sip:{own}@[remote_ip]:[remote_port] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+{caller}@[local_ip]>;tag=[pid]-[call_number]
    To: <sip:{own}@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 INVITE
    Max-Forwards: 70
    Contact: <sip:x@[local_ip]:[local_port]>
    Content-Type: application/sdp
    Content-Length: [len]

    v=0
    o=- 1 1 IN IP4 [local_ip]
    s=-
    c=IN IP4 [media_ip]
    t=0 0
    m=audio [media_port] RTP/AVP 8
    a=rtpmap:8 PCMA/8000

  ]]></send>
  <recv response="100" optional="true"/>
  <recv response="180"/>
  {rest}
</scenario>
"""
ANSWERED = """
  <recv response="200" rrs="true"/>
  <send><![CDATA[
    ACK [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+{caller}@[local_ip]>;tag=[pid]-[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
"""
TALKS = (
    ANSWERED
    + """
  <nop><action><exec rtp_stream="spoken.raw,-1,8"/></action></nop>
  <pause milliseconds="{talk}"/>
  <send retrans="500"><![CDATA[
    BYE [next_url] SIP/2.0
    Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
    From: <sip:+{caller}@[local_ip]>;tag=[pid]-[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 2 BYE
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
"""
)
IS_HUNG_UP_ON = (
    ANSWERED
    + """
  <recv request="BYE" timeout="60000"/>
  <send><![CDATA[
    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
"""
)
GIVES_UP = """
  <pause milliseconds="700"/>
  <send retrans="500"><![CDATA[
    CANCEL sip:{own}@[remote_ip]:[remote_port] SIP/2.0
    [last_Via:]
    From: <sip:+{caller}@[local_ip]>;tag=[pid]-[call_number]
    To: <sip:{own}@[remote_ip]>
    Call-ID: [call_id]
    CSeq: 1 CANCEL
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
  <recv response="487"/>
  <send><![CDATA[
    ACK sip:{own}@[remote_ip]:[remote_port] SIP/2.0
    [last_Via:]
    From: <sip:+{caller}@[local_ip]>;tag=[pid]-[call_number]
    [last_To:]
    Call-ID: [call_id]
    CSeq: 1 ACK
    Max-Forwards: 70
    Content-Length: 0

  ]]></send>
"""

CONFIG = """pack = "{pack}"
[sip]
listen = ["udp:127.0.0.1:{sip}"]
[http]
listen = "127.0.0.1:{http}"
[[verification.line]]
name = "pool-1"
number = "+{own}"
domain = "127.0.0.1:{peer}"
listen = "127.0.0.1:{line}"
media_ports = "23000-23999"
receives = true
answer_seconds = 2.0
"""


class Field:
    """Nodes on one store and one clock, who all have the one line; a SIPp that it calls, and others that call it."""

    def __init__(self, folder, free_port, url):
        self.folder = folder
        self.free_port = free_port
        self.url = url
        self.clock = folder / "clock"
        SharedClock(self.clock)
        self.line = free_port(socket.SOCK_DGRAM)
        self.peer = free_port(socket.SOCK_DGRAM)
        (folder / "pack.toml").write_text(pack_text())
        # A second of noise in A-law.
        (folder / "spoken.raw").write_bytes(random.Random(1).randbytes(8000))
        self.nodes = []
        self.webs = []
        self.sipps = []
        self.store = None

    def node(self):
        http = self.free_port()
        config = CONFIG.format(
            pack=self.folder / "pack.toml", sip=self.free_port(socket.SOCK_DGRAM), http=http, own=OWN, peer=self.peer,
            line=self.line,
        )  # fmt: skip
        made = ServedNode(self.folder / f"node-{len(self.nodes)}", self.clock, config, database=self.url)
        self.nodes.append(made)
        made.start()
        web = httpx.Client(base_url=f"http://127.0.0.1:{http}", timeout=10)
        self.webs.append(web)
        if self.store is None:
            self.store = Store.open(self.url, clock=SharedClock(self.clock))
        return made, web

    def answers(self):
        """A SIPp that is called once, rings, and is busy."""
        (self.folder / "called.xml").write_text(
            f'<?xml version="1.0"?>\n<scenario name="called"><recv request="INVITE"/>{RINGS}{BUSY}</scenario>\n'
        )
        self._sipp("-sf", "called.xml", "-p", str(self.peer), "-timeout", "120")

    def calls(self, steps, caller=MARKETER, talk=3000):
        """Call the line; returns the process."""
        name = f"calls-{len(self.sipps)}.xml"
        text = CALLS_BACK.replace("{rest}", steps)
        for word, value in (("{own}", OWN), ("{caller}", caller), ("{talk}", talk)):
            text = text.replace(word, str(value))
        (self.folder / name).write_text(text)
        return self._sipp(
            f"127.0.0.1:{self.line}", "-sf", name, "-p", str(self.free_port(socket.SOCK_DGRAM)), "-timeout", "90",
            "-timeout_error",
        )  # fmt: skip

    def _sipp(self, *words):
        process = subprocess.Popen(
            ["sipp", *words, "-i", "127.0.0.1", "-m", "1", "-nostdin", "-mp", str(self.free_port(socket.SOCK_DGRAM))],
            cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.sipps.append(process)
        return process

    def until(self, happens, seconds=WITHIN):
        limit = time.monotonic() + seconds
        while not (found := happens()):
            assert time.monotonic() < limit, "\n".join(node.log[-3000:] for node in self.nodes)
            time.sleep(0.1)
        return found

    def tested(self, web):
        """A case whose number the line has test-called."""
        opened = web.post("/v1/cases", json={"number": f"+{MARKETER}", "words": "seen", "officer": "o1"}).json()
        assert web.post(f"/v1/cases/{opened['case']}/verify", json={"officer": "o1"}).status_code == 200
        self.until(lambda: self.evidence(web, opened["case"]))
        return opened["case"]

    def evidence(self, web, case):
        story = web.get(f"/v1/cases/{case}").json()["story"]
        return [line["en"] for line in story if line["kind"] == "test-call"]

    def health(self, web):
        (line,) = web.get("/v1/lines").json()
        return line

    def owned_by(self, node):
        """Whether that node answers the line."""
        return self.health(self.webs[self.nodes.index(node)])["owner"].endswith(f":{node.home}")

    def does(self, web, doing):
        return self.health(web)["doing"] == doing

    def processes_of(self, node):
        """The processes that a node started, and those that these started."""
        found, more = [], [node.pid]
        while more:
            children = Path(f"/proc/{more[0]}/task/{more[0]}/children")
            more += [int(word) for word in children.read_text().split()] if children.exists() else []
            # Threads start processes too.
            for other in Path(f"/proc/{more[0]}/task").glob("*/children"):
                more += [int(word) for word in other.read_text().split() if int(word) not in more]
            found.append(more.pop(0))
        return list(dict.fromkeys(found))[1:]

    def stop(self):
        for sipp in self.sipps:
            sipp.kill()
            sipp.wait()
        for node in self.nodes:
            node.stop()
        for web in self.webs:
            web.close()
        if self.store is not None:
            self.store.close()


@pytest.fixture
def field(tmp_path, free_port):
    made = Field(tmp_path, free_port, f"sqlite:///{tmp_path / 'clearbell.db'}")
    yield made
    made.stop()


def running(pid):
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_number_that_calls_the_line_back_within_a_day_is_evidence_in_its_case(field):
    node, web = field.node()
    field.answers()
    case = field.tested(web)
    # The line that receives has called by itself, and is answered again.
    assert field.evidence(web, case) == ["test call: busy, 0 s of talk"]
    field.until(lambda: field.does(web, "waiting"))
    # Almost a day later.
    SharedClock(field.clock).move(23 * HOUR)
    back = field.calls(TALKS, talk=4000)
    field.until(lambda: field.does(web, "in-call"))
    assert back.wait(60) == 0
    told = field.until(lambda: [one for one in field.evidence(web, case) if "called the line" in one])
    assert len(told) == 1
    assert told[0].startswith("test call: it called the line of the test call back, 4 s of talk, recording ")
    health = field.until(lambda: found if (found := field.health(web))["doing"] == "waiting" else None)
    assert (health["line"], health["number"], health["calls"], health["back"]) == ("pool-1", f"+{OWN}", 1, 1)
    assert health["owner"].endswith(f":{node.home}")
    # What was heard is kept.
    with field.store.read() as conn:
        (row,) = calls_to_lines(conn, caller=MARKETER)
    assert evidence_of(row).talk_ms > 3000
    assert told[0].endswith(row.heard)
    documents = Vault(node.home / "documents", load_secret(node.home / "document-key", os.urandom), os.urandom)
    heard = sound.read_wav(documents.get(row.heard), "heard")
    assert float(np.abs(heard).max()) > 0.1
    # Another number, still within the day of the test call, knows the line too; a day after it, nobody follows it.
    assert field.calls(TALKS, caller=STRANGER, talk=500).wait(60) == 0
    field.until(lambda: len(field.evidence(web, case)) == 3)
    SharedClock(field.clock).move(2 * HOUR)
    assert field.calls(TALKS, caller=STRANGER, talk=500).wait(60) == 0
    field.until(lambda: field.health(web)["calls"] == 3 and field.does(web, "waiting"))
    assert len(field.evidence(web, case)) == 3
    assert verify(field.store).fault is None


def test_a_line_says_who_answers_it_and_lets_nobody_else(field):
    node, web = field.node()
    field.until(lambda: field.does(web, "waiting"))
    assert field.health(web)["fault"] == ""

    def clearbell(*words, lang="en"):
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", "verify", *words, "--home", str(node.home)],
            env={**os.environ, "CLEARBELL_LANG": lang, "CLEARBELL_DATABASE": field.url, "COLUMNS": "500"},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    code, said = clearbell("lines")
    assert (code, "pool-1" in said, str(node.home) in said, "waiting" in said) == (0, True, True, True)
    assert "待接" in clearbell("lines", lang="zh")[1]
    code, said = clearbell("listen", "--line", "pool-1")
    assert code == 1
    assert f"the line pool-1 is answered by {field.health(web)['owner']}" in said
    code, said = clearbell("call", f"+{MARKETER}", "--line", "pool-1")
    assert (code, "plan the call with --later" in said) == (1, True)
    assert "0 test calls made" in clearbell("run", "--once")[1]
    node.stop()
    code, said = clearbell("lines")
    assert (code, "nobody" in said, "unanswered" in said) == (1, True, True)


def test_who_gives_up_before_the_line_answers_called_back_all_the_same(field):
    _, web = field.node()
    field.answers()
    case = field.tested(web)
    assert field.calls(GIVES_UP).wait(60) == 0
    field.until(lambda: len(field.evidence(web, case)) == 2)
    assert "test call: it called the line of the test call back, 0 s of talk" in field.evidence(web, case)
    with field.store.read() as conn:
        (row,) = calls_to_lines(conn, caller=MARKETER)
    assert (row.heard, evidence_of(row).talk_ms) == ("", 0)
    assert evidence_of(row).ring_ms >= 600


def test_a_node_that_is_stopped_hangs_up_records_and_leaves_the_line_to_another(field):
    first, web = field.node()
    field.answers()
    case = field.tested(web)
    _, other = field.node()
    back = field.calls(IS_HUNG_UP_ON)
    field.until(lambda: field.does(web, "in-call"))
    time.sleep(4.0)
    assert field.owned_by(first)
    first.stop()
    assert back.wait(30) == 0
    told = [one for one in field.evidence(other, case) if "called the line" in one]
    assert len(told) == 1
    with field.store.read() as conn:
        (row,) = calls_to_lines(conn, caller=MARKETER)
    assert evidence_of(row).talk_ms > 500
    field.until(lambda: field.owned_by(field.nodes[1]), 15)
    assert field.calls(TALKS, talk=500).wait(60) == 0
    field.until(lambda: len([one for one in field.evidence(other, case) if "called the line" in one]) == 2)


def test_a_node_that_is_killed_finishes_the_call_and_another_answers_the_next(field):
    first, web = field.node()
    field.answers()
    case = field.tested(web)
    _, other = field.node()
    back = field.calls(TALKS, talk=6000)
    field.until(lambda: field.does(web, "in-call"))
    time.sleep(3.0)
    first.kill()
    assert back.wait(60) == 0
    field.until(lambda: len(field.evidence(other, case)) == 2)
    assert "6 s of talk" in field.evidence(other, case)[-1]
    field.until(lambda: field.owned_by(field.nodes[1]), 15)
    assert field.calls(TALKS, talk=500).wait(60) == 0
    field.until(lambda: len(field.evidence(other, case)) == 3)
    with field.store.read() as conn:
        assert len(calls_to_lines(conn, caller=MARKETER)) == 2


def test_a_call_whose_node_died_with_all_its_processes_is_known_of(field):
    first, web = field.node()
    field.answers()
    case = field.tested(web)
    _, other = field.node()
    field.calls(TALKS, talk=60_000)
    field.until(lambda: field.does(web, "in-call"))
    time.sleep(3.0)
    processes = field.processes_of(first)
    first.kill()
    agents = [pid for pid in processes if b"baresip" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert len(agents) == 1
    for pid in processes:
        if pid not in agents:
            os.kill(pid, signal.SIGKILL)
    # The user agent does not stay in a call that nobody drives.
    field.until(lambda: not running(agents[0]), 10)
    # The lease runs out, and when the call would be over at the latest, it is recorded that it came.
    SharedClock(field.clock).move(3 * MINUTE)
    field.until(lambda: field.owned_by(field.nodes[1]), 15)
    field.until(lambda: len(field.evidence(other, case)) == 2)
    assert field.evidence(other, case)[-1] == "test call: it called the line of the test call back, 0 s of talk"
    with field.store.read() as conn:
        (row,) = calls_to_lines(conn, caller=MARKETER)
    assert evidence_of(row).phrase == "interrupted"
    assert field.calls(TALKS, talk=500).wait(60) == 0
    field.until(lambda: len(field.evidence(other, case)) == 3)
