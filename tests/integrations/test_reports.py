"""Reports against a served node that also screens the calls they are about: who is believed, and who is not."""

from __future__ import annotations

import time

import pytest

pytestmark = pytest.mark.process

CLINIC, MARKETER, RESCUER, QUIET = 8657187000001, 8613800000066, 8613800000077, 8613800000088
WITHIN = 10.0


def subscriber(place):
    return 8613900000000 + place


def report(node, number, *reporters, **more):
    body = {"reports": [{"number": f"+{number}", "reporter": f"+{one}", **more} for one in reporters]}
    answer = node.web.post("/v1/reports", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["receipts"]


def settled(node, receipts, state):
    """The states of reports once none waits any more, or, for ``waiting``, at once."""
    until = time.monotonic() + WITHIN
    while True:
        found = [node.web.get(f"/v1/reports/{one}").json() for one in receipts]
        if all(one["state"] == state for one in found):
            return found
        assert time.monotonic() < until, found
        time.sleep(0.2)


def labelled(node, number):
    return node.open.get(f"/v1/labels/numbers/+{number}").json()["labelled"]


def test_five_called_reporters_label_a_marketer_and_two_hundred_liars_no_clinic(node):
    for patient in range(100, 120):
        node.call(CLINIC, subscriber(patient), talk=45)
    # Everyone here is called by somebody, so a call that is not on record did not happen.
    for place in range(200):
        node.call(8613700000000 + place, subscriber(1000 + place), talk=60)
    for victim in range(5):
        node.call(MARKETER, subscriber(1000 + victim), talk=8)
    lies = report(node, CLINIC, *(subscriber(1000 + place) for place in range(200)), category="fraud")
    truths = report(node, MARKETER, *(subscriber(1000 + victim) for victim in range(5)), category="property")
    settled(node, truths, "counted")
    assert node.until_labelled(MARKETER, True) < WITHIN
    # A late record may still come for the lies; none of them counts until then.
    assert {one["state"] for one in settled(node, lies[:20], "waiting")} == {"waiting"}
    assert not labelled(node, CLINIC)
    # After the pack's hour there is none.
    node.let_waiting_be_due()
    aside = settled(node, lies, "aside")
    assert {one["en"] for one in aside} == {"it was set aside: there is no such call on record"}
    assert not labelled(node, CLINIC)
    attacked = node.web.get("/v1/reports/attacked").json()
    assert [(one["number"], one["aside"]) for one in attacked] == [(f"+{CLINIC}", 200)]
    # Honest patients who complain are heard: the clinic is not beyond reports, only beyond lies.
    report(node, CLINIC, *(subscriber(place) for place in range(100, 104)), category="health")
    assert node.until_labelled(CLINIC, True) < WITHIN


def test_a_quarrelling_couple_labels_nobody(node):
    one, other = subscriber(1), subscriber(2)
    for _ in range(3):
        node.call(one, other, talk=200)
        node.call(other, one, talk=90)
    receipts = []
    for _ in range(12):
        receipts += report(node, one, other) + report(node, other, one)
    settled(node, receipts, "aside")
    waiting = node.web.get("/v1/reports/aside").json()
    assert len(waiting) == 24
    assert {found["why"] for found in waiting} == {"private"}
    assert not labelled(node, one)
    assert not labelled(node, other)
    chosen = waiting[0]["receipt"]
    decided = node.web.post(
        f"/v1/reports/{chosen}/decision", json={"counts": False, "reason": "a quarrel", "officer": "officer-1"}
    )
    assert decided.status_code == 200, decided.text
    assert decided.json()["en"] == "it was set aside: an officer looked at it and it does not count"
    assert len(node.web.get("/v1/reports/aside").json()) == 23


def test_phones_that_answer_607_and_a_dialled_code_are_reports(node):
    for place in range(4):
        node.call(RESCUER, subscriber(place), cause=607)
    assert node.until_labelled(RESCUER, True) < WITHIN
    answers = []
    for place in range(4):
        node.call(QUIET, subscriber(place), talk=5)
        answers.append(node.ask(subscriber(place), "*57")[0])
    assert {answer.code for answer in answers} == {480}
    assert node.until_labelled(QUIET, True) < WITHIN
    # Whoever was not called reports nobody.
    node.ask(subscriber(99), "*57")
    time.sleep(2.5)
    shown = node.web.get("/v1/reports/attacked").json()
    assert shown == []


def test_a_vote_for_a_number_can_save_it_and_a_mark_of_bad_faith_clears_it(node):
    victims = [subscriber(place) for place in range(3)]
    for victim in victims:
        node.call(MARKETER, victim, talk=8)
    report(node, MARKETER, *victims)
    assert node.until_labelled(MARKETER, True) < WITHIN
    now = int(time.time() * 1e6)
    mark = {
        "reporter": f"+{victims[0]}", "since": now - 86_400_000_000, "until": now + 86_400_000_000,
        "reason": "paid to report", "officer": "officer-1",
    }  # fmt: skip
    made = node.web.post("/v1/bad-faith", json=mark)
    assert (made.status_code, made.json()["reports"]) == (201, 1), made.text
    assert node.until_labelled(MARKETER, False) < WITHIN
    lifted = node.web.post(f"/v1/bad-faith/{made.json()['mark']}/lift", json={"reason": "not proven", "officer": "o2"})
    assert (lifted.status_code, lifted.json()["reports"]) == (200, 1), lifted.text
    assert node.until_labelled(MARKETER, True) < WITHIN
    report(node, MARKETER, *(subscriber(place) for place in range(20, 40)), wanted=True)
    assert node.until_labelled(MARKETER, False) < WITHIN


def test_a_complaint_is_passed_on_handled_and_answered(node):
    node.call(MARKETER, subscriber(1), talk=8)
    [receipt] = report(node, MARKETER, subscriber(1), description="flats in the suburbs", forward=True)
    shown = node.web.get(f"/v1/reports/{receipt}").json()
    assert shown["complaint"] == "received"
    assert shown["due"] > time.time() * 1e6
    [open_one] = node.web.get("/v1/complaints").json()
    assert (open_one["receipt"], open_one["state"]) == (receipt, "received")
    for step, words in (("forward", "carrier-1"), ("handle", "warned"), ("answer", "The caller was warned.")):
        done = node.web.post(f"/v1/complaints/{receipt}/{step}", json={"words": words, "officer": "officer-1"})
        assert done.status_code == 200, done.text
    shown = node.web.get(f"/v1/reports/{receipt}").json()
    assert (shown["complaint"], shown["answer"], shown["due"]) == ("answered", "The caller was warned.", 0)
    again = node.web.post(f"/v1/complaints/{receipt}/handle", json={"words": "x"})
    assert again.status_code == 422
    assert "answered" in again.json()["en"]
