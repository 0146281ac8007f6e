"""The page about a day's findings, opened from disk in Chromium: two languages, two themes, a phone and paper."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.conftest import CHINESE, PHONE, PICTURES, WIDE

NUMBER = re.compile(r"\+86\d{11}")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """The page of the second of two days of a simulated country."""
    home = tmp_path_factory.mktemp("city")
    lake, page = home / "lake", home / "out.html"
    for words in (
        ("simulate", "records", "--seed", "6", "--scale", "0.004", "--days", "4", "--out", lake, "--found"),
        ("discover", "--lake", lake, "--day", "2026-09-30..2026-10-01", "--report", page),
    ):
        subprocess.run(
            [sys.executable, "-m", "clearbell", *map(str, words), "--home", str(home)],
            env={**os.environ, "CLEARBELL_LANG": "zh"}, check=True, capture_output=True,
        )  # fmt: skip
    return page


@pytest.fixture(params=["zh", "en"])
def language(request):
    return request.param


@pytest.fixture(params=["light", "dark"])
def opened(chromium, file, language, request):
    """The page in a language, with what the browser said about it."""
    context = chromium.new_context(viewport=WIDE, color_scheme=request.param)
    page = context.new_page()
    noise = []
    page.on("console", lambda said: noise.append(said.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda sent: noise.append(sent.url) if sent.url != file.as_uri() else None)
    page.goto(file.as_uri())
    if language == "en":
        page.get_by_text("English", exact=True).click()
    yield page
    assert noise == []
    context.close()


@pytest.mark.process
def test_it_is_read_by_everyone_on_any_screen_and_asks_nobody(opened, language, request):
    headings = [one.inner_text() for one in opened.get_by_role("heading", level=2).all()]
    assert (
        headings
        == {
            "zh": ["较昨日的变化", "团伙活动", "发现"],
            "en": ["What changed since yesterday", "Campaigns", "Findings"],
        }[language]
    )
    if request.config.getoption("--write-pictures") and opened.evaluate(
        "matchMedia('(prefers-color-scheme:light)').matches"
    ):
        opened.screenshot(path=PICTURES / f"discovery-day-{language}.png")
    opened.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    shown = opened.inner_text("body")
    assert not NUMBER.search(shown)
    assert bool(CHINESE.search(shown.replace("中文", ""))) is (language == "zh")
    found = [(one["id"], one["nodes"][0]["html"][:200]) for one in Axe().run(opened).response["violations"]]
    assert found == []
    opened.set_viewport_size(PHONE)
    assert opened.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.process
def test_a_finding_shows_its_evidence_its_days_and_is_reached_from_what_changed(opened, language):
    word = {"zh": ("特征", "所及限值", "每日所见"), "en": ("Feature", "Limit reached", "Seen day by day")}[language]
    link = opened.locator("ul.changes a[href^='#F-']").first
    name = link.get_attribute("href")[1:]
    link.click()
    finding = opened.locator("details", has=opened.locator(f"[id='{name}']"))
    finding.locator("table").wait_for(state="visible")  # a place within what is folded unfolds it
    text = finding.inner_text()
    assert all(one in text for one in word)
    assert re.search(r"[≥≤] [\d.]+", text)
    assert finding.get_by_role("img", name=word[2]).locator("rect").count() >= 1
    campaign = opened.locator("details[id^='C-']").first
    graph = campaign.get_by_role("img").first
    assert graph.locator("circle.number").count() > 1
    assert graph.locator("line").count() > 1


@pytest.mark.process
def test_paper_has_everything_in_black_on_white(opened):
    opened.emulate_media(media="print")
    folded = opened.locator("details:not([open]) table").first
    assert folded.is_visible()
    assert not opened.get_by_role("group", name="Language").is_visible()
    colours = opened.evaluate("() => (s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
    assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
