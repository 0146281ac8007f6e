"""An order of an authority in the browser: taken in, carried out, proven, confirmed by another, replied to."""

from __future__ import annotations

import time

import pytest
from tests.browser.joining import invited, join, set_factor

from clearbell.web.officers.order_texts import ORDERS
from clearbell.web.officers.texts import DESK

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

CALLER, SOMEONE = 8613800000066, 8613900000009


def rings(node):
    return node.ask(CALLER, SOMEONE)[0].code in (302, 404)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_order_to_shut_a_number_off(node, visitor, language):
    o, t = ORDERS[language], DESK[language]
    supervisor, officer = visitor(language), visitor(language)
    join(supervisor, invited(node, "wang", "supervisor"), "wang")
    set_factor(supervisor)
    join(officer, invited(node, "li", "officer"), "li")

    supervisor.click("link", t["orders"])
    supervisor.look()
    supervisor.page.locator("#authority").select_option("bureau")
    supervisor.fill(o["reference"], "2026-17")
    supervisor.page.locator("#text").fill("+8613800000066")
    supervisor.page.locator("select[name=kind-1]").select_option("shut_off")
    supervisor.page.locator("select[name=bears-1]").select_option("number")
    supervisor.page.locator("input[name=subject-1]").fill("hello")
    supervisor.click("button", o["new"])
    supervisor.sees(o["bad_number"])
    supervisor.noise.clear()  # The browser says of itself that the answer was a 422.
    supervisor.page.locator("input[name=subject-1]").fill("138 0000 0066")
    supervisor.click("button", o["new"])
    supervisor.sees(o["acknowledge"])

    assert rings(node)
    before = officer.clicks
    officer.click("link", t["orders"])
    officer.clicks += 1
    officer.page.locator("tbody").get_by_role("link").first.click()
    officer.look()
    officer.click("button", o["acknowledge"])
    officer.click("button", f"{o['do']} 1")
    officer.look("desk-order")
    until = time.monotonic() + 10
    while rings(node):
        assert time.monotonic() < until
        time.sleep(0.1)
    officer.page.locator("input[name=outcome][value=done]").check()
    officer.click("button", o["propose"])
    officer.sees(o["second_own"])
    assert officer.clicks - before == 5
    officer.look()

    supervisor.page.reload()
    supervisor.click("button", o["agree"])
    supervisor.click("button", o["reply"])
    supervisor.sees(o["digest"])
    supervisor.sees("2026-17")
    supervisor.look()
    supervisor.open("/desk/orders?everything=true")
    supervisor.look()
    node.cli("ledger", "verify")
