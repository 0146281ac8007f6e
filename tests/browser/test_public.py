"""The pages that need no account: the operator's live page, why a call was blocked, a consent's link, a question."""

from __future__ import annotations

import datetime

import pytest

from clearbell.consent.receipts import check
from clearbell.desk.figures.tables import figure
from clearbell.records.outcomes.tables import day_outcome
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.web.appeal_texts import APPEAL
from clearbell.web.figure_texts import FIGURES
from clearbell.web.front_texts import FRONT
from clearbell.web.texts import TEXTS

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

INSURER, NOISY, BOMBED = 8657188880001, 8613800000066, 8613900000009


@pytest.fixture
def insurer(node):
    with node.store.act("cli:test") as act:
        do_register_party(act, PartyRegistered("p1", PartyKind.COMPANY, "Example Insurance"))
        do_register_holder(act, HolderRegistered("H1", "p1", "insurance"))
        do_assign_numbers(act, [NumbersAssigned("r1", "H1", INSURER, INSURER, Purpose.COMMERCIAL)])


def post(node, path, **body):
    reply = node.web.post(path, json=body)
    assert reply.status_code in (200, 201), reply.text
    return reply.json()


def blocked_decision(node):
    """A decision that blocked a call for what it cost in points: one of many, to someone who is being bombed."""
    for place in range(80):
        node.call(NOISY, 8613900001000 + place, talk=2)
    for caller in range(30):
        node.call(8613811110000 + caller, BOMBED)
    answer, _ = node.ask(NOISY, BOMBED)
    decision = answer.headers["x-clearbell-decision"][0]
    assert answer.code == 603, node.web.get(f"/v1/decisions/{decision}").text
    return decision


def appeal(caller, node, language):
    """From the page of the blocked call to a receipt, by the number that was blocked."""
    p = APPEAL[language]
    caller.click("link", TEXTS[language]["blocked_appeal_here"])
    caller.look()
    caller.fill(p["number"], f"+{NOISY}")
    caller.click("button", p["send_code"])
    caller.look()
    caller.fill(p["code"], node.code_sent(NOISY))
    caller.page.locator("#statement").fill("我们是诊所" if language == "zh" else "we are a clinic")
    caller.look("appeal")
    caller.click("button", p["send"])
    caller.sees(p["done"])
    caller.look()
    receipt = caller.page.locator("td b").first.inner_text()
    caller.open("/appeal")
    caller.page.locator("#receipt").fill(receipt)
    caller.click("button", p["look_up_do"])
    caller.sees(p["status"])
    caller.look()


def look_at_figures(someone, node, language):
    """From the front page to the figures of the months before this, and away with them as a table."""
    f = FIGURES[language]
    today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
    first = (today.replace(day=1) - datetime.date(1970, 1, 1)).days
    someone.open("/")
    someone.click("link", FRONT[language]["figures"], exact=False)
    someone.sees(f["none"])
    someone.look()
    with node.store.act("test") as act:
        for day, action, calls in ((first - 20, "allow", 31_000), (first - 50, "reject", 702), (first, "allow", 99)):
            act.conn.execute(day_outcome.insert().values(day=day, action=action, calls=calls))
        act.conn.execute(figure.insert().values(day=first - 20, what="reports", count=4))
    someone.open("/figures")
    someone.sees("31,000")
    someone.sees(f["small"].format(least=10))
    assert someone.page.locator("tbody tr").count() == 2
    someone.look("figures")
    with someone.page.expect_download() as waiting:
        someone.page.get_by_role("link", name="CSV").click()
    assert "31000" in waiting.value.path().read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_without_an_account(node, insurer, visitor, language):
    t = TEXTS[language]
    about = {"holder": "H1", "callee": "13900000002", "purpose": "insurance"}
    post(node, "/v1/consents", consents=[about])
    receipt = post(node, "/v1/consents/receipts", **about, link=f"{node.url}/c/CODE")
    asked = post(node, "/v1/consents/asks", **(about | {"callee": "13900000006"}))["page"]
    someone = visitor(language)

    someone.open("/")
    someone.look()
    someone.page.locator("#number").fill(f"+{NOISY}")
    someone.click("button", FRONT[language]["look"])
    someone.sees(FRONT[language]["clean"])
    assert someone.clicks == 1
    someone.look()
    node.report(NOISY, "loans", 25)
    node.until_labelled(NOISY, True)
    someone.page.locator("#number").fill(f"+{NOISY}")
    someone.click("button", FRONT[language]["look"])
    someone.sees(FRONT[language]["labelled"])
    someone.look("look-up")
    look_at_figures(someone, node, language)
    someone.open("/desk/live")
    someone.look()
    node.call(NOISY, BOMBED)
    someone.page.get_by_text("+86138****0066").first.wait_for(timeout=5_000)
    someone.look("live")
    someone.open(f"/blocked/{blocked_decision(node)}")
    someone.sees(t["blocked_why"])
    someone.look("blocked")
    appeal(someone, node, language)
    someone.open("/blocked/NOSUCHDECISION", status=404)
    someone.look()

    someone.open(asked)
    someone.look()
    someone.click("button", t["ask_agree"])
    someone.look()

    someone.open(check(receipt["receipt"], node.web.get("/v1/keys").content).revoke.removeprefix(node.url))
    someone.look("consent")
    someone.click("button", t["revoke_button"])
    someone.look()
    someone.open("/c/NOSUCHCODE", status=404)
    someone.look()
