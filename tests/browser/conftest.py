"""Chromium on a served node: every page looked at is checked for what a person, or a screen reader, would stumble over."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from tests.integrations.conftest import Node

from clearbell.testing.smsc_process import running_smsc

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "images"
WIDE, PHONE = {"width": 1360, "height": 900}, {"width": 360, "height": 740}
CHINESE = re.compile(r"[\u3400-\u9fff]")
QUIET = (
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-gpu",
)


@pytest.fixture(scope="module")
def chromium():
    """One browser for the walks of a module; skipped by name where there is none."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=[*QUIET, "--no-sandbox"])
        yield browser
        browser.close()


class Visitor:
    """Someone with a browser of their own, who notices what is wrong with a page."""

    def __init__(self, browser, base, language, pictures):
        self.base = base
        self.language = language
        self.pictures = pictures
        self.context = browser.new_context(
            base_url=base, viewport=WIDE, locale="zh-CN" if language == "zh" else "en-GB", reduced_motion="reduce"
        )
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.noise = []
        self.clicks = 0
        self.looked_at = set()
        self.page.on(
            "console", lambda said: self.noise.append(said.text) if said.type in ("error", "warning") else None
        )
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("request", self._sent)

    def _sent(self, request):
        if not request.url.startswith((self.base, "data:", "about:")):
            self.noise.append(f"asks another host: {request.url}")

    def open(self, path, *, status=200):
        """Type an address."""
        reply = self.page.goto(path)
        assert reply is not None
        assert reply.status == status, (path, reply.status, self.page.content()[:2000])
        if status >= 400:
            self.noise = [said for said in self.noise if "Failed to load resource" not in said]

    def click(self, role, name, exact=True, within=None):
        """Click what has this role and these words."""
        self.clicks += 1
        (within or self.page).get_by_role(role, name=name, exact=exact).first.click()
        self.page.wait_for_load_state()

    def fill(self, label, text):
        self.page.get_by_label(label, exact=True).first.fill(text)

    def text(self):
        return self.page.inner_text("body")

    def sees(self, words):
        assert words in self.text(), f"{words!r} is not on {self.page.url}:\n{self.text()[:3000]}"

    def look(self, picture="", *, data=""):
        """Check the page as it stands; ``data`` are words on it that somebody wrote, in whatever language."""
        path = urlsplit(self.page.url).path
        self.looked_at.add(path)
        found = [
            (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in Axe().run(self.page).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]
        assert not found, (path, found)
        assert self.page.locator("html").get_attribute("lang") == self.language
        if self.language == "en":
            shown = self.page.evaluate(
                "() => [...document.querySelectorAll('body *:not(script):not(style)')]"
                ".filter(e => !e.closest('[lang=zh]')).flatMap(e => [...e.childNodes])"
                ".filter(n => n.nodeType === 3).map(n => n.data).join(' ')"
            )
            for word in data.split():
                shown = shown.replace(word, "")
            assert not CHINESE.search(shown), (path, CHINESE.findall(shown)[:20])
        self.page.set_viewport_size(PHONE)
        # What is wider than the screen may scroll in a box of its own, the page may not.
        wide = self.page.evaluate(
            "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] :"
            " [...document.querySelectorAll('main *, header *')].filter(e => !e.parentElement.closest('.scroll')"
            " && e.getBoundingClientRect().right > innerWidth).map(e => e.outerHTML.slice(0, 120))"
        )
        assert not wide, f"{path} is wider than a phone: {wide[:6]}"
        self.page.set_viewport_size(WIDE)
        assert not self.noise, (path, self.noise)
        if picture and self.pictures:
            PICTURES.mkdir(exist_ok=True)
            self.page.screenshot(path=PICTURES / f"{picture}-{self.language}.png")

    def close(self):
        self.context.close()


@pytest.fixture
def visitor(chromium, node, request):
    """Call it with a language for a new visitor."""
    come = []

    def comes(language):
        one = Visitor(chromium, node.url, language, request.config.getoption("--write-pictures"))
        come.append(one)
        return one

    yield comes
    for one in come:
        one.close()


class Office(Node):
    """A served node with an SMS centre, and people who may be invited to its desk."""

    def __init__(self, home, port, sip_port, smsc):
        (home / "smsc").write_text("secret\n")
        super().__init__(
            home,
            port,
            sip_port,
            f'[notices.sms]\naddress = "127.0.0.1:{smsc.port}"\nsystem_id = "clearbell"\nsource = "10690001"\n'
            f'password_file = "{home / "smsc"}"\n',
        )
        self.home = home
        self.smsc = smsc

    def cli(self, *words):
        """Run the operator's command; what it printed."""
        return subprocess.run(
            [sys.executable, "-m", "clearbell", *words, "--home", str(self.home)],
            env={**os.environ, "CLEARBELL_LANG": "en"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def code_sent(self, number, count=1):
        """The newest code that was sent to a number by SMS."""
        until = time.monotonic() + 15
        while len(texts := self.smsc.texts(number)) < count:
            assert time.monotonic() < until, "no code was sent"
            time.sleep(0.05)
        return re.search(r"\b(\d{6})\b", texts[count - 1])[1]


@pytest.fixture
def node(tmp_path, free_port):
    home = tmp_path / "home"
    home.mkdir()
    with running_smsc("--password", "secret") as smsc:
        served = Office(home, free_port(), free_port(socket.SOCK_DGRAM), smsc)
        yield served
        served.stop()
