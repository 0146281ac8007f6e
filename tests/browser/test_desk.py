"""The desk's lists, with a browser: what is at hand is found, narrowed down, worked off and taken away."""

from __future__ import annotations

import csv
import os
import time

import msgspec
import numpy as np
import pytest
from tests.browser.joining import from_menu, invited, join, set_factor

from clearbell.calls import DAY, HOUR
from clearbell.cases.model import Opened, Source, Unit, UnitKind
from clearbell.cases.service import do_open
from clearbell.discovery.campaigns.model import Anchor, Bonds
from clearbell.discovery.campaigns.tables import campaign, campaign_number
from clearbell.enforcement.tables import task
from clearbell.policy.pack import builtin_pack
from clearbell.records.outcomes.tables import trunk_outcome
from clearbell.registry.model import PartyKind, PartyRegistered, TrunkOpened
from clearbell.registry.service import do_open_trunk, do_register_party
from clearbell.replay.model import Kind
from clearbell.replay.wording import KINDS
from clearbell.vault import Vault, load_secret
from clearbell.verification.sound import silence, tone, write_wav
from clearbell.web.officers.health_texts import HEALTH
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.officers.policy_texts import POLICY
from clearbell.web.officers.provider_texts import PROVIDERS
from clearbell.web.officers.replay_texts import REPLAY
from clearbell.web.officers.report_texts import REPORTS
from clearbell.web.officers.sanction_texts import SANCTIONS
from clearbell.web.officers.texts import DESK

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

CALLER, OTHER, ME = 8613800000066, 8613800000077, 8613900000009


def report(node, number, reporters, category="property"):
    body = [{"number": f"+{number}", "reporter": f"+{ME + one}", "category": category} for one in range(reporters)]
    assert node.web.post("/v1/reports", json={"reports": body}).status_code == 201


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_complaint_centre_works_off_what_is_at_hand(node, visitor, language):
    t, o, lw = DESK[language], REPORTS[language], LISTING[language]
    link = invited(node, "sun", "complaints")
    report(node, CALLER, 3)
    report(node, OTHER, 1, "loans")
    clerk = visitor(language)
    join(clerk, link, "sun")
    before = clerk.clicks
    clerk.click("link", t["reports"])
    clerk.look("desk-reports")
    clerk.page.get_by_label(lw["number"], exact=True).fill("138 0000 0077")
    clerk.click("button", lw["show"])
    rows = clerk.page.get_by_role("table").locator("tbody tr")
    assert rows.count() == 1
    clerk.clicks += 1
    rows.first.get_by_role("link").first.click()
    clerk.sees("+8613800000077")
    clerk.look("desk-report")
    clerk.page.locator("#provider").fill("Example Access")
    clerk.click("button", o["forward"])
    assert clerk.clicks - before == 4
    clerk.page.locator("#words-handle").fill("barred")
    clerk.click("button", o["handle"])
    clerk.page.locator("#words-answer").fill("it was barred")
    clerk.click("button", o["answer_do"])
    clerk.sees("it was barred")
    clerk.look()

    # By what is due, and the other way round; then as a file.
    clerk.open("/desk/reports?sort=due")
    clerk.look()
    clerk.click("link", lw["due"], exact=False, within=clerk.page.get_by_role("table"))
    assert clerk.page.get_by_role("columnheader", name=lw["due"]).get_attribute("aria-sort") == "descending"
    clerk.look()
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("button", name=lw["download"]).click()
    lines = list(csv.reader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0][2] == lw["number"]
    assert [line[2] for line in lines[1:]] == ["+86138****0066"] * 3
    clerk.open("/desk/reports?number=hello", status=422)
    clerk.sees(lw["bad_filter"].format(what=lw["number"]))
    clerk.look()


def barred(node, number):
    """A confirmed case with a sanction that bites at once, as officers decided it over HTTP."""
    opened = {"words": "rings all day", "number": f"+{number}", "officer": "li"}
    name = node.web.post("/v1/cases", json=opened).json()["case"]
    for step, body in (
        ("verify", {"officer": "li"}),
        (
            "evidence",
            {"source": "line-1", "what": {"type": "test-call", "outcome": "answered", "recording": "ab" * 32}},
        ),
        ("verdict", {"verdict": "confirmed", "words": "sells flats", "officer": "li"}),
        ("confirm", {"agrees": True, "words": "so it is", "officer": "wang"}),
        ("sanction", {"reason": "marketing without consent", "officer": "zhao"}),
    ):
        reply = node.web.post(f"/v1/cases/{name}/{step}", json=body)
        assert reply.status_code in (200, 201), (step, reply.text)
    return name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_officer_lifts_a_sanction_and_sees_what_is_due_and_how_the_node_does(node, visitor, language):
    t, o, h = DESK[language], SANCTIONS[language], HEALTH[language]
    case = barred(node, CALLER)
    report(node, OTHER, 2)
    officer = visitor(language)
    join(officer, invited(node, "li", "officer"), "li")
    before = officer.clicks
    officer.click("link", t["sanctions_place"])
    officer.look("desk-sanctions")
    officer.clicks += 1
    officer.page.get_by_role("table").get_by_role("link", name=f"{case}/1").click()
    officer.sees("+8613800000066")
    officer.look("desk-sanction")
    officer.fill(o["lift_reason"], "the number was another's")
    officer.page.locator(".step button").click()
    officer.clicks += 1
    officer.sees(o["nothing_now"])
    assert officer.clicks - before == 3
    officer.look()

    officer.click("link", t["deadlines"])
    officer.look()
    officer.page.locator("select[name=kind]").select_option("report_forward")
    officer.click("button", LISTING[language]["show"])
    assert officer.page.get_by_role("table").locator("tbody tr").count() == 2
    officer.look()
    from_menu(officer, "menu_node", "health")
    officer.sees(h["fresh"])
    officer.look("desk-health")


def restricted_untold(node, target):
    """A carrier let a restriction lie."""
    with node.store.act("test") as act:
        do_register_party(act, PartyRegistered("ap1", PartyKind.COMPANY, "Example Access"))
        do_open_trunk(act, TrunkOpened("trunk-1", "ap1"))
        day = (act.at + 8 * HOUR) // DAY
        for action, calls in (("allow", 1200), ("label", 40), ("reject", 160)):
            act.conn.execute(trunk_outcome.insert().values(trunk="trunk-1", day=day, action=action, calls=calls))
        values = dict.fromkeys((column.name for column in task.columns), 0)
        values |= {
            "restriction": "C1/1", "target": target, "operation": "put", "state": "overdue", "provider": "ap1",
            "spread": False, "how": "", "message": "", "digest": "", "fault": "", "alarmed": act.at, "deadline": act.at,
        }  # fmt: skip
        act.conn.execute(task.insert().values(values))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_supervisor_sees_who_let_nuisance_in_and_what_a_test_call_heard(node, visitor, language):
    o = PROVIDERS[language]
    restricted_untold(node, "edge-1")
    opened = {"words": "rings all day", "number": f"+{CALLER}", "officer": "li"}
    case = node.web.post("/v1/cases", json=opened).json()["case"]
    vault = Vault(node.home / "documents", load_secret(node.home / "document-key", os.urandom), os.urandom)
    sound = np.concatenate([silence(1), tone(300, 2, 0.3), silence(0.5), tone(500, 3, 0.8), silence(1.5)])
    digest = vault.put(write_wav(sound), 10**7).digest
    what = {
        "type": "test-call",
        "outcome": "machine",
        "recording": digest,
        "text": "FLATS BY THE LAKE",
        "confidence": 0.71,
    }
    reply = node.web.post(f"/v1/cases/{case}/evidence", json={"source": "line-1", "what": what})
    assert reply.status_code == 200, reply.text

    clerk = visitor(language)
    join(clerk, invited(node, "wang", "supervisor"), "wang")
    set_factor(clerk)
    from_menu(clerk, "menu_callers", "providers")
    # Scorecards are reckoned beside the pages, a few seconds apart.
    until = time.monotonic() + 60
    while o["alarms"].format(count=1) not in clerk.text() and time.monotonic() < until:
        time.sleep(0.5)
        clerk.open("/desk/providers")
    clerk.sees(o["alarms"].format(count=1))
    clerk.look("desk-providers")
    clerk.click("link", "Example Access")
    clerk.look()
    clerk.click("link", o["alarms_show"])
    clerk.sees("edge-1")
    clerk.look()
    clerk.open(f"/desk/cases/{case}")
    clerk.sees("FLATS BY THE LAKE")
    clerk.look("desk-recording")
    length = clerk.page.evaluate(
        "async () => { const a = document.querySelector('audio'); a.load();"
        " await new Promise((done, no) => { a.onloadedmetadata = done; a.onerror = no; }); return a.duration; }"
    )
    assert length == pytest.approx(8, abs=0.1)
    clerk.look()
    with node.store.act("test") as act:
        numbers = [CALLER + n for n in range(9)]
        bonds = Bonds({"same_trunk": 36}, (Anchor("same_trunk", "trunk-1", tuple(numbers)),), ())
        row = {"campaign": "K1", "first_day": 20_000, "last_day": 20_003, "bonds": msgspec.json.encode(bonds).decode()}
        act.conn.execute(campaign.insert().values(row))
        for place, number in enumerate(numbers):
            joined = {"campaign": "K1", "number": number, "joined": 20_000 + place % 3, "left": 0}
            act.conn.execute(campaign_number.insert().values(joined))
        reason = Opened(Source.OFFICER, Unit(UnitKind.CAMPAIGN, "K1"), (), "they ring together")
        do_open(act, "CAMPAIGN1", reason, builtin_pack("cn").cases, lambda _at, _name: 0, officer="li")
    clerk.open("/desk/cases/CAMPAIGN1")
    clerk.sees("trunk-1")
    clerk.look("desk-campaign")

    # What other points would have done with the calls just made.
    w = POLICY[language]
    for n in range(3):
        node.call(CALLER + 100 + n, ME)
    from_menu(clerk, "menu_node", "policy")
    clerk.look("desk-policy")
    clerk.page.locator("input[name=from_reject]").fill("-1000")
    clerk.click("button", w["try_do"])
    clerk.sees(w["try_after"])
    clerk.look()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_officer_tries_another_policy_on_calls_on_record_and_reads_a_decision(node, visitor, language):
    t, o = POLICY[language], REPLAY[language]
    for n in range(6):
        call = {"caller": "", "callee": f"+{ME + n}", "withheld": True}
        assert node.web.post("/v1/screen", json=call).status_code == 200
    officer = visitor(language)
    join(officer, invited(node, "li", "officer"), "li")
    officer.open("/desk/policy")
    before = officer.clicks
    officer.click("link", t["replays"])
    officer.look()
    officer.page.locator("select[name=symbol_1]").select_option("WITHHELD")
    officer.page.locator("select[name=effect_1]").select_option("reject")
    officer.page.locator("select[name=hours]").select_option("1")
    officer.click("button", o["begin"])
    # The page follows it by itself.
    officer.page.get_by_role("heading", name=o["result"], exact=True).wait_for(timeout=90_000)
    officer.sees(KINDS[Kind.TOUCHED][language])
    officer.look("desk-replay")
    officer.clicks += 1
    officer.page.locator("a[href^='/desk/decisions/']").first.click()
    officer.sees("WITHHELD")
    officer.look("desk-decision")
    assert officer.clicks - before == 3
