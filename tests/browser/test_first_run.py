"""From the line on the terminal to the desk, by nothing but what the pages say."""

from __future__ import annotations

import re
import time

import httpx
import pyotp
import pytest
from tests.browser.joining import PASSWORD, walk_round

from clearbell.policy.pack import builtin_pack_text
from clearbell.web.officers.first_run_texts import FIRST_RUN
from clearbell.web.officers.texts import DESK

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]


def begin(node):
    """The address in the line that the terminal shows."""
    until = time.monotonic() + 15
    while not (found := re.search(r"/first-run/\S+", (node.home / "log").read_text())):
        assert time.monotonic() < until, "the terminal shows no such line"
        time.sleep(0.1)
    return found[0]


def said_at(address):
    """What a page says; nothing while the node is away."""
    try:
        return httpx.get(address).text
    except httpx.TransportError:
        return ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_first_account_is_made_in_the_browser(node, visitor, language):
    t, f = DESK[language], FIRST_RUN[language]
    wang = visitor(language)
    wang.open("/first-run")
    wang.look()
    wang.open("/first-run/guessed", status=403)
    wang.sees(f["word_wrong"])
    wang.look()
    wang.open(begin(node))
    # Either language is one press away, on the same page.
    for chosen in ("en", "zh", language):
        wang.page.locator(f"main a[lang={chosen}]").click()
        wang.sees(FIRST_RUN[chosen]["account_step"])
    for said in ("08:00-21:00", "60", "Asia/Shanghai"):
        wang.sees(said)
    wang.look("first-run")
    # Rules of the house's own are one of the packs once they lie in the folder; the node begins again by them.
    (node.home / "packs").mkdir()
    own = builtin_pack_text("cn").replace('start = "08:00"', 'start = "10:00"', 1)
    (node.home / "packs" / "own.toml").write_text(own, encoding="utf-8")
    wang.page.reload()
    wang.page.locator("input[name=pack]:not(:checked)").check(force=True)
    wang.click("button", f["pack_choose"])
    wang.sees(f["pack_again"])
    wang.look()
    until = time.monotonic() + 60
    while "10:00-21:00" not in said_at(node.url + begin(node)):
        assert time.monotonic() < until, "the node did not begin again"
        time.sleep(0.2)
    wang.click("link", f["go_on"])
    wang.sees("10:00-21:00")
    presses = wang.clicks
    wang.fill(f["account_id"], "wang")
    wang.fill(t["full_name"], "Wang")
    wang.fill(t["password_new"], PASSWORD)
    wang.fill(t["password_twice"], PASSWORD)
    secret = wang.page.locator("input[name=secret]").get_attribute("value")
    wang.fill(f["code"], pyotp.TOTP(secret).now())
    wang.click("button", f["found"])
    wang.sees(f["founded"])
    assert wang.clicks == presses + 1
    wang.look()
    wang.click("link", f["onward"])
    walk_round(wang)
    wang.open("/first-run", status=404)
