"""An application in the browser: its papers are looked at, one officer passes it on, another approves, and the number calls."""

from __future__ import annotations

import base64

import pytest
from tests.browser.joining import from_menu, invited, join

from clearbell.testing.identities import credit_code, resident_id
from clearbell.web.officers.texts import DESK

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

FIELDS = {
    "entity_name": "Example Insurance", "entity_kind": "company", "licence_name": "Example Insurance",
    "credit_code": credit_code(1), "licence_legal_name": "A", "licence_expiry": "9999-12-31", "address": "x",
    "legal_name": "A", "legal_id": resident_id(1), "legal_phone": "13800000001", "handler_name": "B",
    "handler_id": resident_id(2), "handler_phone": "13800000002", "purpose": "service", "scenario": "answers",
    "industry": "insurance", "calls_per_day": "10", "own_use": "yes", "holder": "H2", "first": "4007654321",
    "landing_number": "057188880001", "bill_name": "Example Insurance",
}  # fmt: skip


def filed(node, name):
    scan = base64.b64encode(b"%PDF-1.7 scan").decode()
    body = {"application": name, "line_class": "400", "fields": FIELDS, "officer": "clerk"}
    assert node.web.post("/v1/applications", json=body).status_code == 201
    for paper in node.web.get("/v1/forms/400").json()["documents"]:
        body = {"kind": paper["kind"], "content": scan, "officer": "clerk"}
        assert node.web.post(f"/v1/applications/{name}/documents", json=body).status_code == 201


@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_officers_pass_an_application(node, visitor, language):
    t = DESK[language]
    first, second = visitor(language), visitor(language)
    filed(node, "A1")
    join(first, invited(node, "li", "officer"), "li")
    join(second, invited(node, "zhao", "officer"), "zhao")
    from_menu(first, "menu_callers", "applications")
    first.look()
    first.click("link", "A1")
    first.look("desk-application")
    with first.page.expect_download() as waiting:
        first.page.get_by_role("link", name="application/pdf", exact=False).first.click()
    assert waiting.value.path().read_bytes() == b"%PDF-1.7 scan"
    assert resident_id(1) not in first.text()
    first.click("button", t["pass_on"])
    first.sees(t["other_reviewer"])
    second.open("/desk/applications/A1")
    second.click("button", t["approve_application"])
    second.sees(t["decided_by"])
    second.look()
    assert node.web.get("/v1/applications/A1").json()["state"] == "approved"
