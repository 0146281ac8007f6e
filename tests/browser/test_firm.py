"""A clerk of an enterprise, with a browser: from the invitation to a signed contract, consents and a scrubbed list."""

from __future__ import annotations

import re

import pytest
from tests.browser.joining import PASSWORD, invited, join
from tests.web.firms import Firm, found

from clearbell.policy.pack import builtin_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.registry.applications.service import Desk
from clearbell.registry.identity import IdentityKey
from clearbell.vault import load_secret
from clearbell.web.firm.texts import FIRM
from clearbell.web.officers.texts import DESK

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

CLINIC, INSURER = Firm("clinic", 1), Firm("insurer", 2)
PDF = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 a licence"}


class Gate:
    """What the firms' things are made by."""

    pack = builtin_pack("cn")

    def __init__(self, home):
        secret = load_secret(home / "identity-key", lambda size: b"i" * size)
        self.desk = Desk(self.pack, builtin_workdays("cn"), IdentityKey(secret))


def sheet(name, *lines):
    return {"name": name, "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_enterprise_does_its_business_at_its_own_door(node, visitor, language):
    t = {**DESK[language], **FIRM[language]}
    for firm in (CLINIC, INSURER):
        found(node.store, Gate(node.home), firm)
    link = invited(node, "clerk", "enterprise", "clinic")
    for callee in range(12):
        node.call(CLINIC.number, 8613900000900 + callee, talk=5)

    clerk = visitor(language)
    join(clerk, link, "clerk")
    assert clerk.page.url.endswith("/firm")
    clerk.sees(CLINIC.name)
    clerk.sees("12" if language == "zh" else "12 calls within the hour")
    clerk.look("firm")

    # The first thing that waits: an application that lacks its documents.
    clerk.click("link", f"{t['application']} {CLINIC.application}", exact=False)
    clerk.sees(t["what_holds"])
    clerk.look("firm-application", data="甲 乙")
    while clerk.page.locator("input[type=file]").count() and t["not_attached"] in clerk.text():
        row = clerk.page.locator(".step", has_text=t["not_attached"]).first
        row.locator("input[type=file]").set_input_files(PDF)
        clerk.click("button", t["upload"], within=row)
    clerk.sees(t["holds_nothing"])
    clerk.look(data="甲 乙")

    # A contract that was put before it is signed.
    clerk.open("/firm")
    clerk.click("link", f"{t['contract']} {CLINIC.contract}", exact=False)
    clerk.look("firm-contract")
    clerk.fill(t["signer"], "Li Si")
    clerk.click("button", t["sign"])
    clerk.sees(t["contract_in-force"])
    clerk.look()

    # Consents of a spreadsheet; what cannot be taken comes back with its reason.
    clerk.open("/firm/consents")
    sent = sheet("week.csv", "callee,purpose", *(f"139000008{n:02},insurance" for n in range(20)), "nobody,insurance")
    clerk.page.locator("#file").set_input_files(sent)
    clerk.click("button", t["upload"])
    clerk.sees(t["by_reason"])
    clerk.look("firm-upload", data="nobody")
    clerk.open("/firm/consents")
    clerk.look("firm-consents")

    # A calling list is held against them.
    clerk.open("/firm/scrub")
    clerk.look()
    clerk.page.locator("#file").set_input_files(sheet("list.csv", "callee", "13900000801", "13900000999"))
    clerk.page.locator("#purpose").select_option("insurance")
    clerk.click("button", t["scrub_do"])
    clerk.sees(t["scrub_found"].format(lines=2, may=1))
    clerk.look("firm-scrub")
    with clerk.page.expect_download() as download:
        clerk.page.get_by_role("link", name=t["download_list"]).click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert re.findall(r"(\d+),(yes|no),([a-z-]+)", text) == [
        ("13900000801", "yes", "consented"),
        ("13900000999", "no", "no-consent"),
    ]

    # Everything else that the door has, and a card.
    for path in (
        "/firm/numbers",
        "/firm/reports",
        "/firm/sanctions",
        "/firm/contracts",
        "/firm/lapsing",
        "/firm/cards",
    ):
        clerk.open(path)
        clerk.look(f"firm-{path.rpartition('/')[2]}" if path in ("/firm/numbers", "/firm/sanctions") else "")
    clerk.open(f"/firm/cards/{CLINIC.card}")
    clerk.look(data="示例")
    clerk.open("/firm/applications")
    clerk.look()
    clerk.click("button", t["begin"])
    clerk.look("firm-new-application")
    clerk.open("/firm/calls")
    clerk.look("firm-calls")
    clerk.open("/desk/account")
    clerk.look()

    # The neighbour's things, and the desk's, are not there for it.
    for path, status in ((f"/firm/contracts/{INSURER.contract}", 404), ("/desk/cases", 403)):
        clerk.open(path, status=status)
        assert INSURER.name not in clerk.text()
        clerk.look()
    assert PASSWORD not in (node.home / "log").read_text(errors="replace")
    node.cli("ledger", "verify")
