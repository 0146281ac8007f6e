"""Who does not remember number and minute chooses the call: by the code that proves the number to be theirs."""

from __future__ import annotations

import pytest

from clearbell.web.portal_texts import PORTAL

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

CALLER, ME = 8613800000066, 8613900000009


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_call_is_chosen_and_not_typed(node, visitor, language):
    p = PORTAL[language]
    node.call(CALLER, ME, talk=8)
    me = visitor(language)
    me.open("/report")
    me.page.get_by_label(p["accept"]).check()
    me.fill(p["reporter"], "13900000009")
    me.click("button", p["send_code"])
    me.fill(p["code"], node.code_sent(ME))
    me.click("button", p["show_calls"])
    me.look("report-call")
    me.page.locator("#call").select_option(index=1)
    me.page.locator("#category").select_option("property")
    me.fill(p["description"], "x")
    me.click("button", p["send"])
    me.sees(p["done"])
    assert me.clicks == 3
