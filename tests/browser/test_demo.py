"""A made-up city by one press, seen through every door, and gone by one press; what is not of it stays as it was."""

from __future__ import annotations

import html
import re
import sqlite3
import time
from urllib.parse import urlsplit

import httpx
import pytest
from tests.browser.test_first_run import begin

from clearbell.web.officers.demo_texts import DEMO
from clearbell.web.officers.texts import DESK

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]
SECONDS = 180.0
_ITS_OWN = ("access_session", "scorecard_kept")


def rows(node):
    """Every row of the real node's store, by table, but for sessions and what the node keeps of its sums."""
    with sqlite3.connect(node.home / "clearbell.db") as conn:
        names = [one for (one,) in conn.execute("select name from sqlite_master where type = 'table'")]
        return {name: conn.execute(f'select * from "{name}"').fetchall() for name in names if name not in _ITS_OWN}


def settled(node):
    """The same once the node's own chores have seen what there is."""
    until, was = time.monotonic() + 30, None
    while (now := rows(node)) != was or not now["ledger_follower"]:
        assert time.monotonic() < until, "the node does not come to rest"
        was = now
        time.sleep(3)
    return now


def become(visitor, words):
    visitor.open("/demo/as")
    visitor.click("button", words, exact=False)


def walk_under(visitor, marks):
    """Look at every place the navigation offers; none of them leads out of the demo, and each says what it is."""
    paths = [one.get_attribute("href") for one in visitor.page.locator("header nav a").all()]
    assert paths
    assert all(path.startswith("/demo/") for path in paths), paths
    for path in paths:
        visitor.open(path)
        assert visitor.page.locator("aside.demo-mark").inner_text().startswith(marks)
        visitor.look(data="【演示】 演示")
        links = [one.get_attribute("href") or "" for one in visitor.page.locator("main a").all()]
        assert all(link.startswith(("/demo/", "?", "#", "")) and not link.startswith("/desk") for link in links), links


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_demo_by_one_press_through_every_door_and_gone_by_one(node, visitor, language):
    d, t = DEMO[language], DESK[language]
    node.report(8613800000066, "property", 2)
    before = settled(node)
    wang = visitor(language)
    wang.open(begin(node))
    wang.look()
    wang.click("button", d["do_make"])
    wang.sees(d["making"])
    assert wang.page.locator("progress").count() == 1
    until = time.monotonic() + SECONDS
    while d["go_in"] not in wang.text():
        assert time.monotonic() < until, wang.text()
        time.sleep(0.5)
    wang.look("demo-made")
    assert rows(node) == before, "nothing of it is in the node's own store"
    # Without having been let in nobody is anyone.
    stranger = httpx.get(f"{node.url}/demo/as", params={"lang": language})
    assert (stranger.status_code, d["closed"] in html.unescape(stranger.text)) == (403, True)
    wang.click("button", d["go_in"])
    assert urlsplit(wang.page.url).path == "/demo/as"
    wang.look("demo-as")
    for role in ("officer", "supervisor", "regulator", "auditor", "complaints", "administrator", "enterprise"):
        become(wang, t[f"role_{role}"])
        walk_under(wang, d["mark"])
    become(wang, "+86160")
    walk_under(wang, d["mark"])
    # Every door has something to look at.
    become(wang, t["role_officer"])
    for path, least in (("cases", 8), ("reports", 20), ("sanctions", 2), ("appeals", 1), ("orders", 2)):
        wang.open(f"/demo/desk/{path}")
        assert wang.page.locator("main table tbody tr").count() >= least, path
    wang.open("/demo/desk/cases")
    wang.click("link", "+86", exact=False, within=wang.page.get_by_role("table"))
    wang.look("demo-case", data="【演示】 演示")
    for path in ("/demo/", "/demo/figures", "/demo/report", "/demo/appeal"):
        wang.open(path)
        assert wang.page.locator("aside.demo-mark").count() == 1
        wang.look()
    # And gone by one.
    wang.open(begin(node))
    wang.click("button", d["do_remove"])
    wang.sees(d["do_make"])
    assert rows(node) == before
    assert not (node.home / "demo").exists()
    assert re.fullmatch(r"/", urlsplit(str(httpx.get(f"{node.url}/demo/desk", follow_redirects=True).url)).path)
