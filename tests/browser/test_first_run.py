"""From the line on the terminal to the desk, by nothing but what the pages say."""

from __future__ import annotations

import re
import time

import pyotp
import pytest
from tests.browser.joining import PASSWORD, walk_round

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
    wang.look("first-run")
    wang.fill(f["account_id"], "wang")
    wang.fill(t["full_name"], "Wang")
    wang.fill(t["password_new"], PASSWORD)
    wang.fill(t["password_twice"], PASSWORD)
    secret = wang.page.locator("input[name=secret]").get_attribute("value")
    wang.fill(f["code"], pyotp.TOTP(secret).now())
    wang.click("button", f["found"])
    wang.sees(f["founded"])
    assert wang.clicks == 1
    wang.look()
    wang.click("link", f["onward"])
    walk_round(wang)
    wang.open("/first-run", status=404)
