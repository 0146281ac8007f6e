"""What was started over HTTP a running node sends by itself, in a process of its own."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from clearbell.policy.pack import builtin_pack_text
from clearbell.testing.smsc_process import running_smsc

pytestmark = pytest.mark.process

FIRST = 8613900000000
PEOPLE = 40


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Node:
    """A served node whose SMS go to a fake centre."""

    def __init__(self, home, smsc_port):
        port = free_port()
        pack = builtin_pack_text("cn").replace(
            '[hours.notices]\nstart = "08:00"\nend = "21:00"', '[hours.notices]\nstart = "00:00"\nend = "24:00"'
        )
        (home / "pack.toml").write_text(pack)
        (home / "clearbell.toml").write_text(
            f"""pack = "{home / "pack.toml"}"
[sip]
listen = []
[http]
listen = "127.0.0.1:{port}"
[notices.sms]
address = "127.0.0.1:{smsc_port}"
system_id = "bell"
source = "10690001"
"""
        )
        self.log = (home / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clearbell", "serve", "--home", str(home)], stdout=self.log, stderr=self.log
        )
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20)
        self.wait(lambda: self.web.get("/healthz").status_code == 200)

    @staticmethod
    def wait(until, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if found := until():
                    return found
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        raise AssertionError("not within its time")

    def post(self, path, **body):
        reply = self.web.post(path, json=body)
        assert reply.status_code in (200, 201), reply.text
        return reply.json()

    def stop(self):
        self.web.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        self.log.close()


def test_a_notice_started_over_http_is_sent_and_an_answer_by_sms_is_taken_and_answered(tmp_path):
    with running_smsc() as centre:
        node = Node(tmp_path, centre.port)
        try:
            made = node.post(
                "/v1/mass-notices",
                name="n",
                zh="今晚停机维护。",
                en="Down tonight.",
                not_after=int((time.time() + 3600) * 1e6),
                recipients=[{"number": f"+{FIRST + n}"} for n in range(PEOPLE)],
                officer="li",
            )
            path = f"/v1/mass-notices/{made['mass']}"
            node.post(f"{path}/submit", officer="li")
            node.post(f"{path}/approve", officer="wang")
            assert node.post(f"{path}/start", officer="wang")["state"] == "sending"
            node.wait(lambda: node.web.get(f"{path}/progress").json()["counts"] == {"delivered": PEOPLE})
            assert sorted(line["to"] for line in centre.events("message")) == sorted(
                str(FIRST + n) for n in range(PEOPLE)
            )
            centre.tell("send", **{"from": str(FIRST), "to": "10690001", "text": "退订"})
            centre.wait_for(lambda line: line["event"] == "message" and "已退订" in line["text"], 20)
            node.wait(lambda: node.web.get(f"{path}/progress").json()["state"] == "finished", 90)
        finally:
            node.stop()
    text = (tmp_path / "log").read_text()
    assert "mass-sender-started" in text
    assert "mass-sender-failed" not in text
    assert "message-not-taken-in" not in text
