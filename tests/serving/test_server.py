"""A served node from outside: what is said over HTTP is in force for the next INVITE."""

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from clearbell.consent.receipts import check
from clearbell.policy.pack import builtin_pack_text
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.testing import fresh_store
from clearbell.testing.identities import credit_code, resident_id
from clearbell.testing.sip import read_answer, request

pytestmark = pytest.mark.process

CALLEE = 8613900000002
NUMBERS = [8657188880001, 8657188880002, 8657199990050]
TOLL = 864001234567
WITHIN = 2.0


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def quiet_pack():
    """The Chinese rules at any hour of the day, without the limits on how often a test may call."""
    text = builtin_pack_text("cn")
    for name in ("redial_5m", "redial_24h", "burst_1m", "frequency_1h", "fan_out_1h", "bombing_5m"):
        text, count = re.subn(rf"^({name} = {{ value = )[0-9.]+", r"\1false", text, flags=re.MULTILINE)
        assert count == 1
    return text.replace('start = "08:00"\nend = "21:00"', 'start = "00:00"\nend = "24:00"')


class Node:
    def __init__(self, home):
        (home / "quiet.toml").write_text(quiet_pack())
        self.sip, self.http = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_STREAM)
        (home / "clearbell.toml").write_text(
            f'pack = "{home / "quiet.toml"}"\n[sip]\nlisten = ["udp:127.0.0.1:{self.sip}"]\n[[sip.source]]\nname = "edge"\naddress = "127.0.0.1"\n'
            f'[http]\nlisten = "127.0.0.1:{self.http}"\n'
        )
        self.log = (home / "log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clearbell", "serve", "--home", str(home)],
            stdout=self.log,
            stderr=self.log,
            env={**os.environ, "CLEARBELL_LANG": "en"},
        )
        self.web = httpx.Client(base_url=f"http://127.0.0.1:{self.http}", timeout=10)
        self.calls = 0
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                self.web.get("/healthz")
                return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError((home / "log").read_text())

    def invite(self, caller, callee=CALLEE):
        self.calls += 1
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.sendto(
                request(
                    caller=f"+{caller}", callee=f"+{callee}", call_id=f"c{self.calls}", branch=f"z9hG4bK{self.calls}"
                ),
                ("127.0.0.1", self.sip),
            )
            return read_answer(sock.recv(65_535))

    def until(self, code, caller):
        """Seconds until a call of the caller is answered with the code."""
        began = time.monotonic()
        while time.monotonic() - began < WITHIN:
            if self.invite(caller).code == code:
                return time.monotonic() - began
            time.sleep(0.02)
        raise AssertionError(f"{self.invite(caller)} is not {code} within {WITHIN} s")

    def post(self, path, expected=(200, 201), **body):
        reply = self.web.post(path, json=body)
        assert reply.status_code in expected, reply.text
        return reply.json()

    def stop(self):
        self.web.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        self.log.close()


@pytest.fixture
def node(tmp_path):
    store = fresh_store(tmp_path)
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("p1", PartyKind.COMPANY, "Example Insurance"))
        do_register_holder(act, HolderRegistered("H1", "p1", "insurance"))
        do_assign_numbers(
            act,
            [
                NumbersAssigned("r1", "H1", NUMBERS[0], NUMBERS[0], Purpose.COMMERCIAL),
                NumbersAssigned("r2", "H1", NUMBERS[1], NUMBERS[1], Purpose.SERVICE),
                NumbersAssigned("r4", "H1", TOLL, TOLL, Purpose.SERVICE, inbound_only=True),
                NumbersAssigned("r3", "H1", 8657199990000, 8657199990099, Purpose.COMMERCIAL),
            ],
        )
    store.close()
    node = Node(tmp_path)
    yield node
    node.stop()


def test_a_holder_refused_on_one_number_is_refused_on_every_number_it_has(node):
    node.post("/v1/consents", consents=[{"holder": "H1", "callee": "13900000002", "purpose": "insurance"}])
    for number in NUMBERS:
        node.until(404, number)
    decision = node.invite(NUMBERS[0]).headers["x-clearbell-decision"][0]
    # The agent presses the refusal button in the call.
    assert node.post("/v1/refusals", decision=decision) == {"holder": "H1", "by_number": False}
    assert node.until(607, NUMBERS[0]) < WITHIN
    assert [node.invite(number).code for number in NUMBERS] == [607, 607, 607]
    assert node.invite(NUMBERS[0], CALLEE + 1).code == 403  # no consent
    assert node.invite(NUMBERS[1], CALLEE + 1).code == 404  # someone else did not refuse the service line


def test_a_receipts_link_stops_the_next_call(node):
    node.post("/v1/consents", consents=[{"holder": "H1", "callee": "13900000002", "purpose": "insurance"}])
    node.until(404, NUMBERS[0])
    signed = node.post(
        "/v1/consents/receipts",
        holder="H1",
        callee="13900000002",
        purpose="insurance",
        link=f"http://127.0.0.1:{node.http}/c/CODE",
    )["receipt"]
    link = check(signed, node.web.get("/v1/keys").content).revoke
    page = node.web.get(link, headers={"Accept-Language": "zh-CN"}).text
    assert "Example Insurance" in page
    assert "保险推销" in page
    assert "13900000002" not in page
    assert "撤回立即生效" in page
    assert "已撤回" in node.web.post(f"{link}/revoke", params={"lang": "zh"}).text
    assert node.until(403, NUMBERS[0]) < WITHIN
    assert "This consent has ended" in node.web.post(f"{link}/revoke", params={"lang": "en"}).text
    assert node.web.get("/c/NOSUCHCODE").status_code == 404


def test_asks_replies_lists_wishes_and_scrubbing_over_http(node):
    about = {"holder": "H1", "callee": "13900000002", "purpose": "insurance"}
    node.post("/v1/consents/asks", **about)
    assert node.post("/v1/consents/asks", (422,), **about)["where"] == "callee"
    assert node.post("/v1/consents/replies", **about, text="同意") == {"meant": "agreed"}
    node.until(404, NUMBERS[0])
    node.post("/v1/subscribers/13900000003/list", first="057188880001", verdict="block")
    node.web.put("/v1/subscribers/13900000004/wishes", json={"refuse": ["insurance"]}).raise_for_status()
    lines = node.post(
        "/v1/scrub",
        holder="H1",
        purpose="insurance",
        caller="057188880001",
        callees=["13900000002", "13900000003", "13900000004", "13900000005", "hello"],
    )["lines"]
    assert [line["why"] for line in lines] == ["consented", "own-block", "wish", "no-consent", "no-number"]
    said = node.web.get("/v1/subscribers/13900000002").json()
    assert [(c["holder"], c["channel"], c["provenance"]) for c in said["consents"]] == [("H1", "sms", "subscriber")]
    whole_day = {"hours": [{"category": "*", "start": "00:00", "end": "24:00"}], "zone": "Europe/London"}
    node.web.put("/v1/subscribers/13900000004/wishes", json=whole_day).raise_for_status()
    said = node.web.get("/v1/subscribers/13900000004").json()
    assert (said["hours"], said["zone"]) == (
        [{**whole_day["hours"][0], "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}],
        "Europe/London",
    )
    body = {"holder": "H1", "purpose": "insurance", "callees": ["13900000004"]}
    assert node.web.post("/v1/scrub", json=body).json()["lines"] == [
        {"may": False, "why": "wish-hours", "until": 0, "again": 0}
    ]
    for hours, zone, where in (
        ({"category": "nonsense", "start": "00:00", "end": "24:00"}, None, "hours"),
        ({"category": "loans", "start": "09:00", "end": "09:00"}, None, "hours"),
        ({"category": "loans", "start": "9", "end": "10:00"}, None, "hours[0].start"),
        ({"category": "loans", "start": "09:00", "end": "10:00"}, "Mars/Base", "zone"),
    ):
        refused = node.web.put("/v1/subscribers/13900000004/wishes", json={"hours": [hours], "zone": zone})
        assert refused.status_code in (400, 422), refused.text
        assert where in refused.json()["where"] + refused.json()["en"], refused.text
    wrong = node.web.put("/v1/subscribers/13900000004/wishes", json={"refuse": ["nonsense"]})
    assert (wrong.status_code, wrong.json()["where"]) == (400, "refuse")


def test_an_inbound_only_number_that_calls_is_refused_and_found(node, tmp_path):
    assert [node.invite(TOLL, CALLEE + n).code for n in range(3)] == [403, 403, 403]

    def clearbell(*words):
        run = [sys.executable, "-m", "clearbell", *words, "--home", str(tmp_path)]
        env = {**os.environ, "CLEARBELL_LANG": "en", "COLUMNS": "200"}
        return subprocess.run(run, capture_output=True, text=True, timeout=60, check=True, env=env).stdout

    assert "1 new findings" in clearbell("applications", "watch")
    assert "0 new findings" in clearbell("applications", "watch")
    found = clearbell("applications", "findings")
    assert "inbound-used-outbound" in found
    assert '"calls":3' in found


def test_an_application_a_contract_and_admission_over_http(node):
    fields = {
        "entity_name": "Example Insurance", "entity_kind": "company", "licence_name": "Example Insurance",
        "credit_code": credit_code(1), "licence_legal_name": "甲", "licence_expiry": "9999-12-31", "address": "x",
        "legal_name": "甲", "legal_id": resident_id(1), "legal_phone": "13800000001", "handler_name": "乙",
        "handler_id": resident_id(2), "handler_phone": "13800000002", "purpose": "service", "scenario": "answers",
        "industry": "insurance", "calls_per_day": "10", "own_use": "yes", "holder": "H2", "first": "4007654321",
        "landing_number": "057188880001", "bill_name": "Another Firm",
    }  # fmt: skip
    clerk = {"officer": "clerk"}
    node.post("/v1/applications", application="A1", line_class="400", fields=fields, **clerk)
    scan = base64.b64encode(b"%PDF-1.7 scan").decode()
    for paper in node.web.get("/v1/forms/400").json()["documents"]:
        said = node.post("/v1/applications/A1/documents", kind=paper["kind"], content=scan, **clerk)
    assert [(p["field"], p["code"]) for p in said["problems"]] == [("bill_name", "names-disagree")]
    assert node.post("/v1/applications/A1/review", (422,), officer="li")["zh"].startswith("状态为「held」时不能")
    assert node.post("/v1/applications/A1/fields", fields={"bill_name": "Example Insurance"}, **clerk)["problems"] == []
    assert node.web.get("/v1/applications").json() == {"waiting": ["A1"]}
    node.post("/v1/applications/A1/review", officer="li")
    assert node.post("/v1/applications/A1/approve", (422,), officer="li")["where"] == "actor"
    assert node.post("/v1/applications/A1/approve", officer="wang")["state"] == "approved"
    assert node.until(403, 864007654321) < WITHIN
    node.until(404, NUMBERS[1])
    terms = {"purpose": "service", "hours": "08:00-21:00", "per_hour": 60, "per_callee_day": 5}
    offered = node.post("/v1/contracts", contract="C1", holder="H1", terms=terms)
    node.post("/v1/contracts/C1/accept", signer="x", digest=offered["digest"])
    assert node.post("/v1/contracts/C1/end", officer="li", reason="nuisance")["state"] == "ended"
    assert node.until(403, NUMBERS[1]) < WITHIN
    node.post("/v1/contracts/C1/reinstate", officer="li", reason="remedied")
    assert node.until(404, NUMBERS[1]) < WITHIN
    answer = node.post("/v1/admission", wanted="line", carrier="cmcc", person_id=resident_id(3))
    assert (answer["outcome"], answer["reasons"][0]["code"]) == ("refuse", "organisations-only")
    assert node.post("/v1/contracts/C9/end", (404,), officer="li", reason="x")["error"] == "not-found"


def test_a_subscriber_who_was_asked_agrees_or_refuses_on_a_page(node):
    def asked(callee, **more):
        return node.post("/v1/consents/asks", holder="H1", callee=callee, purpose="insurance", **more)["page"]

    page = asked("13900000002")
    shown = node.web.get(asked("13900000006", per_day=2), params={"lang": "zh"}).text
    for part in ("Example Insurance", "保险推销", "每日最多", "不作选择即为不同意"):
        assert part in shown
    assert "13900000006" not in shown
    assert "已记录您的同意" in node.web.post(f"{page}/agree", params={"lang": "zh"}).text
    node.until(404, NUMBERS[0])
    assert "has been answered" in node.web.post(f"{page}/refuse", params={"lang": "en"}).text
    assert node.invite(NUMBERS[0]).code == 404
    page = asked("13900000007")
    assert "neither call nor ask again" in node.web.post(f"{page}/refuse", params={"lang": "en"}).text
    again = node.post("/v1/consents/asks", (422,), holder="H1", callee="13900000007", purpose="retail")
    assert "must not be asked" in again["en"]
    assert node.web.get("/a/NOSUCHCODE").status_code == 404
    cards = node.web.get("/v1/scorecards").json()["cards"]
    assert cards == []
