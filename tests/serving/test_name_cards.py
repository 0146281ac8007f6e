"""A name card through a served node: applied for over HTTP, seen on the next INVITE and in look-ups, gone with its number."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkOpened,
)
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.testing import fresh_store
from clearbell.testing.identities import credit_code
from clearbell.testing.sip import read_answer, request

pytestmark = pytest.mark.process

NUMBER, CALLEE = 8657188880001, 8613900000000
PDF = base64.b64encode(b"%PDF-1.4 a paper").decode()
WITHIN = 3.0


class Node:
    def __init__(self, home, sip, http):
        self.sip, self.calls = sip, 0
        (home / "clearbell.toml").write_text(
            f'[sip]\nlisten = ["udp:127.0.0.1:{sip}"]\nlanguage = "en"\n'
            '[[sip.source]]\nname = "edge"\naddress = "127.0.0.1"\ntrunk_header = "X-Trunk"\n'
            f'[http]\nlisten = "127.0.0.1:{http}"\n'
        )
        self.log = (home / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clearbell", "serve", "--home", str(home)],
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, "CLEARBELL_LANG": "en"},
        )
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{http}", timeout=10)
        until = time.monotonic() + 20
        while True:
            try:
                self.web.get("/healthz")
                return
            except httpx.TransportError:
                assert time.monotonic() < until, (home / "log").read_text()
                time.sleep(0.05)

    def invite(self, trunk):
        # Another callee each time, so that nobody is called too often.
        self.calls += 1
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            raw = request(
                caller=f"+{NUMBER}",
                callee=f"+{CALLEE + self.calls}",
                call_id=f"c{self.calls}",
                branch=f"z9hG4bK{self.calls}",
                extra=(f"X-Trunk: {trunk}",),
            )
            sock.sendto(raw, ("127.0.0.1", self.sip))
            return read_answer(sock.recv(65_535))

    def post(self, path, expected=(200, 201), **body):
        reply = self.web.post(path, json=body)
        assert reply.status_code in expected, reply.text
        return reply.json()

    def until(self, what):
        began = time.monotonic()
        while not (found := what()):
            assert time.monotonic() - began < WITHIN
            time.sleep(0.05)
        return found

    def stop(self):
        self.web.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.log.close()


@pytest.fixture
def node(tmp_path, free_port):
    store = fresh_store(tmp_path)
    with store.act("setup") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "示例快递有限公司"))
        do_register_holder(act, HolderRegistered("H", "p"))
        for trunk in ("own", "other"):
            do_open_trunk(act, TrunkOpened(trunk, "p"))
        do_assign_numbers(act, [NumbersAssigned("r", "H", NUMBER, NUMBER, Purpose.NOTICE, ("own",))])
    store.close()
    node = Node(tmp_path, free_port(socket.SOCK_DGRAM), free_port())
    yield node
    node.stop()


def test_a_card_from_application_over_http_to_the_phone_and_away_with_its_number(node):
    applied = node.post(
        "/v1/cards",
        card="C",
        holder="H",
        licence=credit_code(1),
        name_zh="示例快递",
        name_en="Example Express",
        department_en="deliveries",
        numbers=[{"number": f"+{NUMBER}"}],
        officer="clerk",
    )
    assert applied["state"] == "applied"
    for kind in applied["missing"]:
        standing = node.post("/v1/cards/C/documents", kind=kind, content=PDF, officer="clerk")
    assert standing["missing"] == []
    assert node.post("/v1/cards/C/review", (422,), officer="clerk")["where"] == "officer"
    node.post("/v1/cards/C/review", officer="first")
    node.post("/v1/cards/C/approve", officer="second")
    assert node.web.get("/v1/cards/waiting").json() == {"cards": ["C"]}
    assert node.invite("own").code == 404
    assert node.post("/v1/cards/C/publish", officer="second")["state"] == "in-force"

    answer = node.until(lambda: (got := node.invite("own")).code == 302 and got)
    assert answer.headers["p-asserted-identity"] == [f'"[V] Example Express deliveries" <sip:+{NUMBER}@example.net>']
    spoofed = node.invite("other")
    assert spoofed.code == 403
    assert b"Example" not in spoofed.raw

    looked = node.web.get(f"/v1/labels/numbers/+{NUMBER}").json()
    assert (looked["labelled"], looked["card"]["zh"]) == (False, "示例快递")
    digest = hashlib.sha256(f"+{NUMBER}".encode()).hexdigest()
    hashed = node.web.get(f"/v1/labels/hashed/{digest[:5]}").json()
    assert [(one["digest"], one["en"]) for one in hashed["cards"]] == [(digest, "Example Express deliveries")]
    listed = node.web.get("/v1/cards").json()
    assert [(one["number"], one["removed"]) for one in listed["changes"]] == [(f"+{NUMBER}", False)]
    assert "FN:示例快递" in node.web.get("/v1/cards/feeds/vcf").text
    assert f"+{NUMBER},Example Express deliveries" in node.web.get("/v1/cards/feeds/csv", params={"lang": "en"}).text

    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600))
    freed = node.post(f"/v1/numbers/+{NUMBER}/disconnect", date=today)
    assert (freed["new"], freed["card"]) == (True, True)
    assert node.web.get(f"/v1/labels/numbers/+{NUMBER}").json()["card"] is None
    [gone] = node.web.get("/v1/cards", params={"since": listed["version"]}).json()["changes"]
    assert (gone["removed"], gone["why"], gone["card"]) == (True, "released", None)
    assert node.until(lambda: b"Example" not in node.invite("own").raw)
    assert node.web.get("/v1/cards/C").json()["state"] == "ended"
    assert node.web.get("/v1/cards/none").status_code == 404


def test_the_date_query_alone_and_in_bulk(node):
    asked = node.web.get(f"/v1/numbers/{NUMBER}/reassigned", params={"date": "2026-01-31"})
    assert asked.json() == {
        "number": f"+{NUMBER}",
        "date": "2026-01-31",
        "reassigned": None,
        "safe_harbor": False,
        "data_since": None,
    }
    node.post(f"/v1/numbers/+{NUMBER}/disconnect", date="2026-01-31", source="carrier")
    questions = [{"number": f"+{NUMBER}", "date": day} for day in ("2026-01-30", "2026-01-31", "2026-02-01")]
    many = node.post("/v1/numbers/reassigned", queries=questions)["results"]
    assert [(one["reassigned"], one["safe_harbor"]) for one in many] == [(True, False), (True, False), (False, True)]
    node.post("/v1/numbers/reassigned", (400,), queries=questions * 334)
    refused = node.post(f"/v1/numbers/+{NUMBER}/reassign", (400,), date="yesterday")
    assert (refused["where"], bool(refused["zh"])) == ("date", True)
    assert node.post(f"/v1/numbers/+{NUMBER}/reassign", date="2026-04-01", holder="H", purpose="notice")["new"]
    assert node.post(f"/v1/numbers/+{NUMBER}/reassign", (422,), date="2026-04-01")["where"] == "number"
