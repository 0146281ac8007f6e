"""A served node that the tests of this folder share."""

from __future__ import annotations

import itertools
import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import update

from clearbell.calls import HOUR
from clearbell.ledger import SystemClock
from clearbell.reports import ReputationSettings, do_file_reports, do_withdraw_report
from clearbell.reports.model import Reported
from clearbell.reports.tables import report
from clearbell.testing import fresh_store
from clearbell.testing.sip import read_answer, request

TOKEN = "let-me-in"
SETTINGS = ReputationSettings(utc_offset_minutes=480)


class Node:
    """``clearbell serve`` on a store that the test writes to as well; a switch asks it over SIP from this process."""

    def __init__(self, home, port, sip_port, more="", pack="cn"):
        self.store = fresh_store(home, SystemClock())
        self.token = TOKEN
        (home / "token").write_text(TOKEN + "\n")
        (home / "clearbell.toml").write_text(
            f'pack = "{pack}"\n[sip]\nlisten = ["udp:127.0.0.1:{sip_port}"]\n'
            '[[sip.source]]\nname = "switch"\naddress = "127.0.0.1"\nreport_code = "*57"\nper_second = 9000.0\n'
            f'[http]\nlisten = "127.0.0.1:{port}"\ntoken_file = "{home / "token"}"\n{more}'
        )
        self.log = (home / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clearbell", "serve", "--home", str(home)], stdout=self.log, stderr=self.log
        )
        self.sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sip.settimeout(5)
        self.sip.connect(("127.0.0.1", sip_port))
        self.serial = itertools.count(1)
        self.url = f"http://127.0.0.1:{port}"
        self.open = httpx.Client(base_url=self.url, timeout=10)
        self.web = httpx.Client(base_url=self.url, timeout=10, headers={"Authorization": f"Bearer {TOKEN}"})
        until = time.monotonic() + 60
        while True:
            try:
                self.web.get("/healthz")
                return
            except httpx.TransportError:
                assert time.monotonic() < until, (home / "log").read_text()
                time.sleep(0.05)

    def until_chores(self):
        """Wait until its chores did their first round, before which they start up."""
        until = time.monotonic() + 60
        while b"chores-begun" not in Path(self.log.name).read_bytes():
            assert time.monotonic() < until
            time.sleep(0.05)

    def report(self, number, category, people):
        self.until_chores()
        with self.store.act("test") as act:
            at = act.at - HOUR
            reports = [
                Reported(f"{number}-{n}", "api", number, at, at, 8613700000000 + n, category) for n in range(people)
            ]
            do_file_reports(act, reports, SETTINGS)

    def withdraw(self, number, people):
        for n in range(people):
            with self.store.act("test") as act:
                do_withdraw_report(act, f"{number}-{n}", SETTINGS)

    def until_labelled(self, number, labelled):
        """Seconds until a look-up says so."""
        began = time.monotonic()
        while self.open.get(f"/v1/labels/numbers/+{number}").json()["labelled"] is not labelled:
            assert time.monotonic() - began < 10
            time.sleep(0.1)
        return time.monotonic() - began

    def ask(self, caller, callee):
        """Send an INVITE; returns the answer and its Call-ID."""
        name = f"c{next(self.serial)}"
        self.sip.send(
            request(
                caller=f"+{caller}",
                callee=f"+{callee}" if isinstance(callee, int) else callee,
                call_id=name,
                branch=f"z9hG4bK{name}",
            )
        )
        return read_answer(self.sip.recv(4096)), name

    def call(self, caller, callee, talk=0, cause=0):
        """A call that is asked about, goes on, and ends."""
        answer, name = self.ask(caller, callee)
        end = {
            "id": name,
            "caller": f"+{caller}",
            "callee": f"+{callee}",
            "answered": talk > 0,
            "duration_ms": talk * 1000,
            "ring_ms": 4000,
            "hangup": "callee",
            "cause": cause,
        }
        self.sip.send(
            request(
                "PUBLISH",
                call_id=f"{name}-end",
                branch=f"z9hG4bK{name}e",
                extra=("Event: clearbell-call-end",),
                body=json.dumps(end),
            )
        )
        assert read_answer(self.sip.recv(4096)).code == 200
        return answer

    def let_waiting_be_due(self):
        """What waits for records has waited for an hour longer."""
        with self.store.engine.begin() as conn:
            for column in (report.c.at, report.c.received):
                conn.execute(update(report).values({column: column - 61 * 60_000_000}))

    def stop(self):
        self.sip.close()
        self.open.close()
        self.web.close()
        self.end()
        self.log.close()
        self.store.close()

    def end(self):
        """End the process; what it left in the store can still be looked at."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)


@pytest.fixture
def node(tmp_path, free_port):
    home = tmp_path / "home"
    home.mkdir()
    served = Node(home, free_port(), free_port(socket.SOCK_DGRAM))
    yield served
    served.stop()
