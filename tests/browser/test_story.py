"""A call is reported, looked into, decided and looked back at, by people who only read what the pages say."""

from __future__ import annotations

import datetime
import re
import time

import pytest
from tests.browser.joining import join, set_factor, walk_round

from clearbell.web.officers.texts import DESK
from clearbell.web.portal_texts import PORTAL

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

CALLER, ME = 8613800000066, 8613900000009
WITHIN = 15.0


def until(found, what):
    end = time.monotonic() + WITHIN
    while not (value := found()):
        assert time.monotonic() < end, what
        time.sleep(0.2)
    return value


def invite(admin, account, role, tenant=""):
    t = DESK[admin.language]
    admin.open("/desk/accounts")
    admin.page.locator("#account").fill(account)
    admin.page.locator("#full_name").fill(account.title())
    admin.page.locator("#role").select_option(role)
    admin.page.locator("#tenant").fill(tenant)
    admin.click("button", t["invite"])
    admin.look()
    return re.search(r"/desk/join/\S+", admin.text())[0]


def report(subscriber, node):
    """As someone who has the page before them for the first time."""
    p = PORTAL[subscriber.language]
    subscriber.open("/report")
    subscriber.look()
    subscriber.page.get_by_label(p["accept"]).check()
    subscriber.fill(p["reporter"], "13900000009")
    subscriber.click("button", p["send_code"])
    subscriber.look()
    subscriber.fill(p["code"], node.code_sent(ME))
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8)))
    subscriber.fill(p["number"], "138 0000 0066")
    subscriber.fill(p["date"], now.date().isoformat())
    subscriber.fill(p["time"], now.strftime("%H:%M"))
    subscriber.page.locator("#category").select_option("property")
    words = "卖房的录音" if subscriber.language == "zh" else "a recording that sells flats"
    subscriber.fill(p["description"], words)
    subscriber.look("report-fields")
    subscriber.click("button", p["send"])
    subscriber.sees(p["done"])
    subscriber.look()
    return subscriber.page.locator("td b").first.inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_call_is_reported_found_decided_and_looked_back_at(node, visitor, language):
    t = DESK[language]
    said = {
        "zh": ("推销房产,未经同意", "录音与拨测一致", "未经同意营销"),
        "en": ("sells flats without consent", "the test call says the same", "marketing without consent"),
    }[language]

    # The operator makes the first account at the command line; all others are invited in the browser.
    link = re.search(r"/desk/join/\S+", node.cli("accounts", "add", "wang", "Wang", "--role", "administrator"))[0]
    admin = visitor(language)
    join(admin, link, "wang")
    set_factor(admin)
    walk_round(admin)
    links = {
        role: invite(admin, role, role) for role in ("officer", "supervisor", "regulator", "auditor", "complaints")
    }

    # A subscriber reports in the browser, others by the short code of their carrier.
    for reporter in range(6):
        node.call(CALLER, ME + reporter, talk=8)
    subscriber = visitor(language)
    receipt = report(subscriber, node)
    assert subscriber.clicks == 2
    body = [{"number": f"+{CALLER}", "reporter": f"+{ME + one}", "category": "property"} for one in range(1, 6)]
    assert node.web.post("/v1/reports", json={"reports": body}).status_code == 201
    case = until(lambda: [one["case"] for one in node.web.get("/v1/cases").json()], "no case was opened")[0]

    # An officer who has only the page finds the case and takes it.
    officer = visitor(language)
    join(officer, links["officer"], "officer")
    walk_round(officer)
    officer.open("/desk")
    officer.look("desk-queue")
    before = officer.clicks
    officer.click("link", "+86", exact=False, within=officer.page.get_by_role("table"))
    officer.look("desk-case")
    officer.click("button", t["take"])
    # What the test call heard comes from its machine.
    for what in (
        {"type": "test-call", "outcome": "answered", "recording": "ab" * 32},
        {"type": "content", "category": "property", "confidence": 0.9},
    ):
        assert node.web.post(f"/v1/cases/{case}/evidence", json={"source": "line-1", "what": what}).status_code == 200
    officer.open(f"/desk/cases/{case}")
    officer.look()
    officer.page.locator("input[name=verdict][value=confirmed]").check()
    officer.page.locator("#words-verdict").fill(said[0])
    officer.click("button", t["verdict_do"])
    officer.sees(t["second_own"])
    officer.look()
    assert officer.clicks - before == 3

    # Nobody agrees with himself; a supervisor, with a second factor, does, and sees whom the sanction touches.
    supervisor = visitor(language)
    join(supervisor, links["supervisor"], "supervisor")
    set_factor(supervisor)
    walk_round(supervisor)
    supervisor.open(f"/desk/cases/{case}")
    before = supervisor.clicks
    supervisor.sees(said[0])
    supervisor.look("desk-second")
    supervisor.page.locator("#words-second").fill(said[1])
    supervisor.click("button", t["agree"])
    supervisor.sees(t["touches"])
    supervisor.look()
    supervisor.page.locator("#reason").fill(said[2])
    supervisor.click("button", t["sanction_look"])
    supervisor.sees(t["sanction_follows"])
    supervisor.look("desk-follows")
    supervisor.click("button", t["sanction_change"])
    assert supervisor.page.locator("#reason").input_value() == said[2], "what was entered is kept"
    supervisor.click("button", t["sanction_look"])
    supervisor.click("button", t["sanction_do"])
    supervisor.sees(t["sanctions"])
    # To agree, to look, to announce; and two to change one's mind.
    assert supervisor.clicks - before == 3 + 2
    supervisor.look()

    # Who only looks on sees the same and is offered nothing to change.
    for role in ("auditor", "regulator", "complaints"):
        looker = visitor(language)
        join(looker, links[role], role)
        walk_round(looker)
        looker.open(f"/desk/cases/{case}")
        looker.sees(said[0])
        looker.look()
        # Only the complaint centre has something to do here: those who reported wait for an answer.
        assert looker.page.locator("main form").count() == (role == "complaints"), role
    admin.open(f"/desk/cases/{case}", status=403)
    admin.sees(t["refused"])

    # The complaint centre answers everyone in one press, with what came of it; the reporter finds it by the receipt.
    before = looker.clicks
    assert looker.page.get_by_label(t["answer_all_words"]).input_value() != ""
    looker.click("button", t["answer_all_do"])
    assert looker.clicks - before == 1
    looker.look()
    assert looker.page.locator("main form").count() == 0
    p = PORTAL[language]
    subscriber.open("/report")
    subscriber.fill(p["receipt"], receipt)
    subscriber.click("button", p["look_up"])
    subscriber.sees(p["outcome"])
    subscriber.sees("经核查属实" if language == "zh" else "It was looked into and is right")
    subscriber.look("report-outcome")
    told = until(lambda: [text for text in node.smsc.texts(ME) if receipt in text], "the reporter got no answer by SMS")
    assert "经核查属实" in told[0] or "looked into" in told[0]
    node.cli("ledger", "verify")
