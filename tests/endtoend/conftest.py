"""A carrier, a complaint centre and a regulator on one machine: everything is a process, and everything is asked for
by the doors that its users have.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from tests.endtoend import voices
from tests.endtoend.network import CLINIC, MARKETER, Core, Suspect

from clearbell.policy.pack import builtin_pack_text
from clearbell.testing.kamailio import Edge, Phones, end
from clearbell.testing.smsc_process import running_smsc

SHIPPED = Path(__file__).resolve().parents[2] / "integrations" / "kamailio"
PASSWORD = "correct horse battery staple"
CHANGES = (
    ('[hours.verification]\nstart = "09:00"\nend = "20:00"', '[hours.verification]\nstart = "00:00"\nend = "24:00"'),
    ("gap_minutes = 60", "gap_minutes = 0"),
    ("spread_minutes = 180", "spread_minutes = 0"),
    (
        'calls = 2\nnumbers = 3\ntimes = ["09:30-11:30", "13:30-17:30", "18:00-19:30"]',
        'calls = 1\nnumbers = 3\ntimes = ["00:00-24:00"]',
    ),
    ("talk_seconds = 60", "talk_seconds = 21"),
    # A model of few calls has met fewer of the words.
    ("least_known = 0.65", "least_known = 0.4"),
)


def pack_text():
    """The shipped pack, with test calls at any hour and at once, and no two days between notice and bar."""
    text = builtin_pack_text("cn")
    for old, new in CHANGES:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    head, rung, rest = text.partition("[ladder.rungs.outgoing_barred]")
    assert "notice_hours = 48" in rest
    return head + rung + rest.replace("notice_hours = 48", "notice_hours = 0", 1)


class Relay:
    """A mail relay that keeps what it takes."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 aiosmtpd calls it so
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 OK"


class World:
    def __init__(self, folder, free_port, smsc, relay):
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        self.free_port = free_port
        self.smsc = smsc
        self.relay = relay
        self.door, self.http = free_port(socket.SOCK_DGRAM), free_port()
        self.url = f"http://127.0.0.1:{self.http}"
        self.open = httpx.Client(base_url=self.url, timeout=20)
        self.clients = {}
        self.parts = []
        self.served = None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _start(self):
        self.phones = self._part(Phones())
        self.suspects = {
            number: self._part(Suspect(number, self.free_port, voices.spoken(lines, *voice), media))
            for number, lines, voice, media in (
                (MARKETER, voices.PITCH, voices.PITCH_VOICE, "23000-23999"),
                (CLINIC, voices.APPOINTMENT, voices.CLINIC_VOICE, "24000-24999"),
            )
        }
        self.core = self._part(
            Core(self.folder, self.free_port, {number: one.port for number, one in self.suspects.items()})
        )
        words, model = self.folder / "calls.arpa", self.folder / "model.npz"
        voices.write_language_model(words)
        self.clearbell("content", "train", "--calls", str(voices.HEARD), "--out", str(model), home=False)
        (self.home / "pack.toml").write_text(pack_text())
        (self.home / "smsc").write_text("secret\n")
        (self.home / "token").write_text("of-this-node\n")
        (self.home / "clearbell.toml").write_text(self._configuration(words, model))
        self.clearbell("registry", "party", "zhou", "Zhou Min", "--kind", "person")
        self.clearbell("registry", "holder", "zhou", "zhou")
        self.clearbell("registry", "number", "zhou-1", "zhou", f"+{MARKETER}", "--purpose", "personal")
        self.clearbell("registry", "party", "kang", "Community clinic", "--kind", "public-body")
        self.clearbell("registry", "holder", "kang", "kang", "--category", "health")
        self.clearbell("registry", "number", "kang-1", "kang", f"+{CLINIC}", "--purpose", "notice")
        self._serve()
        self.edge = self._part(Edge(SHIPPED, self.folder, self.free_port, self.phones, self.door))
        self.edge.start()

    def _configuration(self, words, model):
        lines = "".join(
            f'[[verification.line]]\nname = "pool-{place}"\nnumber = "+865718765000{place}"\n'
            f'domain = "127.0.0.1:{self.core.port}"\nmedia_ports = "2{place}000-2{place}999"\n'
            for place in (1, 2)
        )
        return (
            f'pack = "{self.home / "pack.toml"}"\n'
            f'[sip]\nlisten = ["udp:127.0.0.1:{self.door}"]\nblocked_url = "https://bell.example.net/b/{{decision}}"\n'
            '[[sip.source]]\nname = "edge"\naddress = "127.0.0.1"\n'
            f'[http]\nlisten = "127.0.0.1:{self.http}"\ntoken_file = "{self.home / "token"}"\n'
            f'[notices.sms]\naddress = "127.0.0.1:{self.smsc.port}"\nsystem_id = "clearbell"\nsource = "10690001"\n'
            f'password_file = "{self.home / "smsc"}"\n'
            f'[notices.mail]\nhost = "127.0.0.1"\nport = {self.relay.port}\nsecurity = "none"\n'
            'sender = "bell@example.net"\n'
            f'[verification]\ntranscriber = "pocketsphinx:{words}"\ncontent_model = "{model}"\n{lines}'
        )

    def _serve(self):
        with (self.folder / "clearbell.log").open("w") as log:
            self.served = subprocess.Popen(
                [sys.executable, "-m", "clearbell", "serve", "--home", self.home], stdout=log, stderr=log
            )
        self.wait(self._is_up, 60)

    def _is_up(self):
        try:
            return self.open.get("/healthz").status_code == 200
        except httpx.TransportError:
            assert self.served.poll() is None, self.log()
            return False

    def _part(self, part):
        self.parts.append(part)
        return part

    def log(self):
        return (self.folder / "clearbell.log").read_text()[-4000:]

    def clearbell(self, *words, home=True, lang="en"):
        """Run a command; returns what it said."""
        where = ["--home", str(self.home)] if home else []
        done = subprocess.run(
            [sys.executable, "-m", "clearbell", *words, *where],
            env={**os.environ, "CLEARBELL_LANG": lang}, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return done.stdout

    def account(self, name, role):
        """Make an account, open its invitation, and act with a token of its."""
        invited = self.clearbell("accounts", "add", name, name.title(), "--role", role)
        secret = re.search(rf"/desk/join/{name}/(\S+)", invited)[1]
        form = {"name": name, "secret": secret, "password": PASSWORD, "again": PASSWORD}
        joined = self.open.post("/desk/join", data=form)
        assert joined.status_code == 200, joined.text
        token = self.clearbell("accounts", "token", name, "the loop").strip()
        self.clients[name] = httpx.Client(base_url=self.url, timeout=20, headers={"Authorization": f"Bearer {token}"})

    def as_(self, name):
        return self.clients[name]

    def wait(self, happens, seconds):
        """What ``happens`` gives once it gives something."""
        until = time.monotonic() + seconds
        while not (found := happens()):
            assert time.monotonic() < until, f"not within {seconds} s: {happens}\n{self.log()}"
            time.sleep(0.3)
        return found

    def stop(self):
        if self.served is not None:
            end(self.served)
        for part in reversed(self.parts):
            part.stop()
        for client in (self.open, *self.clients.values()):
            client.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory, free_port):
    relay = Relay()
    controller = Controller(relay, hostname="127.0.0.1", port=free_port())
    controller.start()
    relay.port = controller.port
    try:
        folder = tmp_path_factory.mktemp("loop")
        with running_smsc("--password", "secret") as smsc, World(folder, free_port, smsc, relay) as made:
            yield made
    finally:
        controller.stop()
