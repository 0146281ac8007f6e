"""A subscriber at the door of their own calls, with nothing but what the pages say."""

from __future__ import annotations

import json
import time

import pytest

from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.web.subscriber.texts import ME

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

INSURER, STRANGER, MINE = 8657188880001, 8613800000066, 8613900000009


@pytest.fixture
def calls(node):
    with node.store.act("cli:test") as act:
        do_register_party(act, PartyRegistered("p1", PartyKind.COMPANY, "Example Insurance"))
        do_register_holder(act, HolderRegistered("H1", "p1", "insurance"))
        do_assign_numbers(act, [NumbersAssigned("r1", "H1", INSURER, INSURER, Purpose.COMMERCIAL)])
    body = {"consents": [{"holder": "H1", "callee": f"+{MINE}", "purpose": "insurance", "provenance": "customer"}]}
    assert node.web.post("/v1/consents", json=body).status_code == 201
    node.call(INSURER, MINE, talk=8)
    for other in range(12):
        node.call(STRANGER, 8613900001000 + other, talk=2)
    node.call(STRANGER, MINE, talk=3)


def in_force(node, caller, code):
    """What was pressed is in force for the next call soon; how soon is asked where nothing else runs."""
    until = time.monotonic() + 10
    while (answer := node.ask(caller, MINE)[0]).code != code:
        assert time.monotonic() < until, answer
        time.sleep(0.1)


def wishes_by_the_hour(me, node):
    """None of a kind for the whole day where I am, then only at an hour that is not now, then no more hours."""
    t = ME[me.language]
    me.page.locator("input[name=refuse]").first.uncheck()
    me.page.locator("select[name=category-0]").select_option("*")
    me.page.locator("input[name=from-0]").fill("22:00")
    me.click("button", t["save"])
    me.sees(t["hours_incomplete"])
    me.noise.clear()  # The browser says of itself that the answer was a 422.
    me.look()
    me.page.locator("input[name=from-0]").fill("00:00")
    me.page.locator("input[name=to-0]").fill("00:00")
    me.page.locator("#zone").fill("Europe/London")
    clicks = me.clicks
    me.click("button", t["save"])
    me.sees(t["did_wish"])
    assert me.clicks - clicks == 1
    assert me.page.locator("input[name=from-0]").input_value() == "00:00"
    assert me.page.locator("input[name=day-0]:checked").count() == 7
    assert me.page.locator("#zone").input_value() == "Europe/London"
    me.look("me-wishes")
    # The insurer has no consent any more; that the hour goes first shows that it is in force.
    in_force(node, INSURER, 607)
    me.page.locator("select[name=category-0]").select_option("")
    me.click("button", t["save"])
    me.sees(t["did_wish"])
    in_force(node, INSURER, 403)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_subscriber_sees_their_calls_and_says_what_they_want(node, calls, visitor, language):
    t = ME[language]
    me = visitor(language)
    me.open("/me")
    me.look()
    me.fill(t["number"], "13900000009")
    me.click("button", t["send_code"])
    me.look()
    me.fill(t["code"], node.code_sent(MINE))
    me.click("button", t["go_on"])
    me.sees("Example Insurance")
    me.sees(f"+{STRANGER}")
    me.page.locator("details summary").first.click()
    me.look("me-calls")

    # One press each; what was done is said, and can be undone.
    clicks = me.clicks
    me.click("button", t["report"])
    me.sees(t["did_report"].format(number=f"+{STRANGER}"))
    me.look()
    me.click("button", t["undo"])
    me.sees(t["did_undo"])
    me.click("button", t["block"])
    me.look()
    assert me.clicks - clicks == 3
    in_force(node, STRANGER, 607)

    me.click("link", t["consents"])
    me.look("me-consents")
    me.click("button", t["withdraw"], exact=False)
    me.sees(t["did_withdraw"])
    me.look()
    in_force(node, INSURER, 403)

    me.click("link", t["wishes"])
    me.page.locator("input[name=refuse]").first.check()
    me.look()
    me.click("button", t["save"])
    me.sees(t["did_wish"])
    assert me.page.locator("input[name=refuse]").first.is_checked()
    wishes_by_the_hour(me, node)

    me.click("link", t["list"])
    me.page.locator("#first").fill("057188880000")
    me.page.locator("#last").fill("057188889999")
    me.click("button", t["add"])
    me.sees("+8657188889999")
    me.look()
    me.page.locator("#first").fill("hello")
    me.click("button", t["add"])
    me.sees(t["need_number"])
    me.noise.clear()  # The browser says of itself that the answer was a 422.
    me.look()

    me.click("link", t["reports"])
    me.sees(f"+{STRANGER}")
    me.look()
    me.click("link", t["data"])
    me.look()
    with me.page.expect_download() as waiting:
        me.click("link", t["export"])
    told = json.loads(waiting.value.path().read_text())
    assert [len(told[name]) for name in ("consents", "list", "reports")] == [1, 2, 1]
    assert len(told["calls"]) >= 4
    me.page.get_by_label(t["erase_sure"]).check()
    me.click("button", t["erase"])
    me.look()
    me.open("/me")
    me.sees(t["enter"])
