"""Officers sign in with an identity provider, a process of its own, and are told why where they may not."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx
import pytest
from tests.browser.conftest import Visitor
from tests.integrations.conftest import Node

from clearbell.web.officers.elsewhere_texts import ELSEWHERE
from clearbell.web.officers.texts import DESK

pytestmark = [pytest.mark.process, pytest.mark.timeout(300)]

PEOPLE = (
    {"sub": "wang", "preferred_username": "wang", "name": "Wang Fang", "roles": ["desk"]},
    {"sub": "zhao", "preferred_username": "zhao", "name": "Zhao Min", "roles": ["kitchen"]},
    {"sub": "chen", "preferred_username": "chen", "name": "Chen Jie", "roles": ["chief"], "amr": ["mfa"]},
)


class Served:
    """A node, and the provider that it believes."""

    def __init__(self, folder, port, sip_port, provider_port, age):
        home = folder / "home"
        home.mkdir()
        self.provider_url = f"http://127.0.0.1:{provider_port}"
        words = [sys.executable, "-m", "oidc_provider_mock", "--port", str(provider_port), "--require-nonce", "true"]
        if age is not None:
            words += ["--token-max-age", str(age)]
        for one in PEOPLE:
            words += ["--user-claims", json.dumps(one)]
        self.log = (folder / "provider.log").open("wb")
        # The provider's own library warns about names it will lose; that is not ours to mend.
        env = {**os.environ, "PYTHONWARNINGS": "ignore", "AUTHLIB_INSECURE_TRANSPORT": "1"}
        self.provider = subprocess.Popen(words, stdout=self.log, stderr=self.log, env=env)
        until = time.monotonic() + 20
        while True:
            try:
                httpx.get(f"{self.provider_url}/.well-known/openid-configuration")
                break
            except httpx.TransportError:
                assert time.monotonic() < until, (folder / "provider.log").read_text()
                time.sleep(0.05)
        (home / "oidc-secret").write_text("s3cret\n")
        self.node = Node(
            home,
            port,
            sip_port,
            f'public_url = "http://127.0.0.1:{port}"\n[[access.oidc]]\nid = "house"\nzh = "单位账号"\n'
            f'en = "the house account"\nissuer = "{self.provider_url}"\nclient_id = "clearbell"\n'
            f'client_secret_file = "{home / "oidc-secret"}"\nsecond_factor = ["mfa"]\n[access.oidc.roles]\nchief = "supervisor"\ndesk = "officer"\n',
        )

    def stop(self):
        self.node.stop()
        self.provider.terminate()
        self.provider.wait(20)
        self.log.close()


@pytest.fixture
def served(tmp_path, free_port):
    """Call it with how many seconds the provider's statements last."""
    made = []

    def serves(age=None):
        one = Served(tmp_path, free_port(), free_port(socket.SOCK_DGRAM), free_port(), age)
        made.append(one)
        return one

    yield serves
    for one in made:
        one.stop()


class Guest(Visitor):
    """A visitor who may be sent to the provider, and nowhere else."""

    def __init__(self, browser, served, language, pictures):
        self.provider_url = served.provider_url
        super().__init__(browser, served.node.url, language, pictures)

    def _sent(self, request):
        if not request.url.startswith(self.provider_url):
            super()._sent(request)

    def at_the_provider(self):
        assert self.page.url.startswith(f"{self.provider_url}/oauth2/authorize?"), self.page.url
        # What its pages lack is the provider's.
        self.noise.clear()

    def signs_in_as(self, who):
        t, e = DESK[self.language], ELSEWHERE[self.language]
        self.open("/desk/cases")
        name = "单位账号" if self.language == "zh" else "the house account"
        self.sees(e["or_password"])
        self.look("sign-in-elsewhere")
        assert self.page.get_by_role("heading", name=t["sign_in"], exact=True).is_visible()
        self.click("link", e["with"].format(name=name))
        self.at_the_provider()
        self.page.locator(f"button[value={who}]").first.click()
        self.page.wait_for_url(f"{self.base}/**")
        self.noise = [said for said in self.noise if "Failed to load resource" not in said]


@pytest.fixture
def guest(chromium, request):
    come = []

    def comes(served, language):
        one = Guest(chromium, served, language, request.config.getoption("--write-pictures"))
        come.append(one)
        return one

    yield comes
    for one in come:
        one.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_officer_comes_in_by_the_house_account_and_leaves_both(served, guest, language):
    house = served()
    wang = guest(house, language)
    wang.signs_in_as("wang")
    assert urlsplit(wang.page.url).path == "/desk/cases", wang.text()
    wang.sees("Wang Fang")
    assert wang.clicks == 1
    wang.look()
    first = {one["name"]: one["value"] for one in wang.context.cookies()}
    assert "clearbell_sign_in" not in first
    wang.click("button", DESK[language]["sign_out"])
    wang.sees(ELSEWHERE[language]["left"])
    wang.look()
    wang.page.get_by_role("link", name="单位账号" if language == "zh" else "house account").first.click()
    wang.page.wait_for_url(f"{house.provider_url}/**")
    assert "post_logout_redirect_uri=" in wang.page.url
    # The session is another one after each sign-in, and the one before opens nothing.
    wang.noise.clear()
    wang.signs_in_as("wang")
    wang.sees("Wang Fang")
    second = {one["name"]: one["value"] for one in wang.context.cookies()}
    assert second["clearbell_session"] != first["clearbell_session"]
    old = httpx.get(f"{house.node.url}/desk/cases", cookies={"clearbell_session": first["clearbell_session"]})
    assert old.status_code == 303


@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_may_not_come_in_is_told_why(served, guest, language):
    house = served()
    zhao = guest(house, language)
    zhao.signs_in_as("zhao")
    zhao.sees("(kitchen)" if language == "zh" else "roles that house gives you (kitchen) mean none here")
    zhao.look()
    # Somebody puts another nonce into the question: the answer is not one to this sign-in.
    other = guest(house, language)

    other.open("/desk/sign-in")
    other.page.locator("a.button").first.click()
    other.at_the_provider()
    parts = urlsplit(other.page.url)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()} | {"nonce": "another"}
    other.page.goto(urlunsplit(parts._replace(query=urlencode(asked))))
    assert "nonce=another" in other.page.url
    other.page.locator("button[value=wang]").first.click()
    other.page.wait_for_url(f"{house.node.url}/**")
    other.noise = []
    other.sees("不是对这次登录的答复" if language == "zh" else "it does not answer this sign-in")
    other.look()
    # A state that another browser began.
    third = guest(house, language)
    third.open("/desk/sign-in/back/house?code=x&state=y", status=403)
    third.sees("10 分钟" if language == "zh" else "more than 10 minutes ago")
    third.look()
    assert httpx.get(f"{house.node.url}/desk/sign-in/with/nobody").status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_statement_that_has_expired_is_refused(served, guest, language):
    wang = guest(served(age=-120), language)
    wang.signs_in_as("wang")
    wang.sees("已过期" if language == "zh" else "it has expired")
    wang.look()


def test_a_second_factor_that_was_given_there_need_not_be_set_up_here(served, guest):
    chen = guest(served(), "en")
    chen.signs_in_as("chen")
    assert urlsplit(chen.page.url).path == "/desk/cases", chen.text()
    chen.open("/desk/account")
    assert DESK["en"]["factor_needed"] not in chen.text()
    chen.look()
