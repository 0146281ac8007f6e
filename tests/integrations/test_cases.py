"""The middle of the loop against a served node: reports open a case, it is verified, confirmed by two, and sanctioned."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.process

CLINIC, MARKETER = 8657187000001, 8613800000066
WITHIN = 10.0


def subscriber(place):
    return 8613900000000 + place


def report(node, number, *reporters, **more):
    body = {"reports": [{"number": f"+{number}", "reporter": f"+{one}", **more} for one in reporters]}
    answer = node.web.post("/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["receipts"]


def counted(node, receipts):
    until = time.monotonic() + WITHIN
    while any(node.web.get(f"/v1/reports/{one}").json()["state"] != "counted" for one in receipts):
        assert time.monotonic() < until
        time.sleep(0.2)


def queued(node, count):
    until = time.monotonic() + WITHIN
    while len(found := node.web.get("/v1/cases").json()) != count:
        assert time.monotonic() < until, found
        time.sleep(0.2)
    return found


def step(node, case, name, **body):
    answer = node.web.post(f"/v1/cases/{case}/{name}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(node, case, name, **body):
    answer = node.web.post(f"/v1/cases/{case}/{name}", json=body)
    assert answer.status_code == 422, answer.text
    return answer.json()


def rings(node, number, callee):
    return node.ask(number, callee)[0].code in (302, 404)


def test_from_reports_to_a_verdict_to_a_sanction_and_back(node, tmp_path):
    for victim in range(6):
        node.call(MARKETER, subscriber(victim), talk=8)
    for patient in range(100, 103):
        node.call(CLINIC, subscriber(patient), talk=60)
    # Three patients complain of a clinic ten times each: many reports, few people.
    said = [one for _ in range(10) for one in report(node, CLINIC, *(subscriber(place) for place in range(100, 103)))]
    assert len(said) == 30
    counted(node, said)
    truths = report(node, MARKETER, *(subscriber(victim) for victim in range(6)), category="fraud")
    counted(node, truths)
    [found] = queued(node, 1)
    assert (found["unit"], found["state"]) == (f"+{MARKETER}", "opened")
    case = found["case"]
    # A case alone changes no call, and the clinic has none.
    assert rings(node, MARKETER, subscriber(50))
    assert rings(node, CLINIC, subscriber(51))
    assert (
        "confirmed verdict" in refused(node, case, "sanction", rung="outgoing_barred", reason="x", officer="o3")["en"]
    )

    step(node, case, "assign", assignee="o1", officer="chief")
    step(node, case, "verify", officer="o1")
    assert (
        "alone confirm nothing" in refused(node, case, "verdict", verdict="confirmed", words="many", officer="o1")["en"]
    )
    digest = "ab" * 32
    step(node, case, "evidence", source="o1", what={"type": "test-call", "outcome": "answered", "recording": digest})
    step(node, case, "evidence", source="o1", what={"type": "content", "category": "fraud", "confidence": 0.9})
    proposed = step(node, case, "verdict", verdict="confirmed", words="they sell flats", officer="o1")
    assert proposed["case"]["state"] == "proposed"
    assert "second officer" in refused(node, case, "confirm", agrees=True, officer="o1")["en"]
    confirmed = step(node, case, "confirm", agrees=True, officer="o2")
    assert (confirmed["case"]["state"], confirmed["taught"]) == ("confirmed", 6)
    done = step(node, case, "sanction", rung="outgoing_barred", reason="selling without consent", officer="o3")
    assert done["restriction"] == f"{case}/1"
    until = time.monotonic() + WITHIN
    while rings(node, MARKETER, subscriber(52)):
        assert time.monotonic() < until
        time.sleep(0.1)

    shown = node.web.get(f"/v1/cases/{case}").json()["story"]
    kinds = [line["kind"] for line in shown]
    assert kinds.count("report") == 6
    assert {"reports", "test-call", "content", "sanction", "taken"} <= set(kinds)
    page = subprocess.run(
        [sys.executable, "-m", "clearbell", "cases", "show", case, "--home", str(tmp_path / "home")],
        env={**os.environ, "CLEARBELL_LANG": "zh"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "立案缘由" in page
    assert "they sell flats" in page
    assert str(subscriber(0)) not in page

    step(node, case, "appeal", words="we had consent", officer="o4")
    upheld = step(node, case, "appeal-decision", upheld=True, words="the consents are on file", officer="o5")
    assert upheld["lifted"] == [f"{case}/1"]
    until = time.monotonic() + WITHIN
    while not rings(node, MARKETER, subscriber(53)):
        assert time.monotonic() < until
        time.sleep(0.1)
    # The clinic never had a case, and never stopped ringing.
    assert [one["unit"] for one in queued(node, 1)] == [f"+{MARKETER}"]
    assert rings(node, CLINIC, subscriber(54))


def test_officers_open_put_off_merge_and_note_over_http(node):
    made = [
        node.web.post(
            "/v1/cases", json={"number": f"+{MARKETER + place}", "words": "seen on the trunk", "officer": "o1"}
        )
        for place in range(2)
    ]
    assert [one.status_code for one in made] == [201, 201], made[0].text
    first, second = (one.json()["case"] for one in made)
    again = node.web.post("/v1/cases", json={"number": f"+{MARKETER}", "words": "again", "officer": "o2"})
    assert again.json()["case"] == first
    until = int(time.time() * 1e6) + 86_400_000_000
    assert step(node, first, "snooze", until=until, words="a letter is out", officer="o1")["snoozed"] == until
    assert [one["case"] for one in node.web.get("/v1/cases").json()] == [second]
    assert len(node.web.get("/v1/cases", params={"snoozed": True}).json()) == 2
    step(node, first, "note", words="the letter came back", officer="o1")
    assert step(node, second, "merge", into=first, words="one script", officer="o1")["merged_into"] == first
    assert first in refused(node, second, "verify", officer="o1")["en"]
    assert step(node, second, "merge", into="", words="two after all", officer="o1")["merged_into"] == ""
    assert node.web.get("/v1/cases/NOPE").status_code == 404
    assert node.web.get("/v1/cases", params={"limit": 0}).status_code == 400
    neither = node.web.post("/v1/cases", json={"words": "x"})
    assert (neither.status_code, neither.json()["where"]) == (400, "number")
    assert node.open.get("/v1/cases").status_code == 401
