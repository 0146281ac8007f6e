"""The desk's pages of mass notices: drafted, looked at, approved by another, followed while they are sent."""

from __future__ import annotations

import datetime
import json
import re
import zoneinfo

import pytest
from litestar.testing import TestClient
from tests.web.mass_world import Office, signed_in

from clearbell.calls import HOUR
from clearbell.notices.mass.model import Event
from clearbell.notices.mass.sending import Change, do_claim, do_keep
from clearbell.notices.mass.service import do_finish
from clearbell.notices.mass.settling import settle
from clearbell.notices.model import Channel
from clearbell.policy.pack import builtin_pack
from clearbell.web.officers.mass_texts import MASS

RULES = builtin_pack("cn").mass_notices
FIRST = 8613900000000


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path)
    yield made
    made.store.close()


@pytest.fixture
def client(office):
    with TestClient(office.app) as client:
        yield client


class Browser:
    """Goes about as someone, in a language."""

    def __init__(self, client, office):
        self.client, self.office = client, office

    def see(self, path, who="li", lang="en", expected=200, **query):
        signed_in(self.client, self.office, who)
        reply = self.client.get(path, params={"lang": lang, **query})
        assert reply.status_code == expected, reply.text
        return reply.text

    def send(self, path, who, expected=303, **fields):
        page = self.see("/desk/mass-notices", who)
        mark = re.search(r'name="csrf" value="([^"]+)"', page)
        reply = self.client.post(path, data={"csrf": mark[1], **fields}, follow_redirects=False)
        assert reply.status_code == expected, reply.text
        return reply

    def draft(self, who="li", expected=303, **more):
        return self.draft_to("/desk/draft-mass-notice", who, expected, **more)

    def draft_to(self, path, who, expected=303, **more):
        zone = zoneinfo.ZoneInfo("Asia/Shanghai")
        until = datetime.datetime.fromtimestamp((self.office.now + HOUR) / 1e6, zone).strftime("%Y-%m-%dT%H:%M")
        fields = {
            "name": "maintenance",
            "purpose": "service",
            "zh": "今晚停机维护。",
            "en": "Down tonight <for maintenance>.",
            "channel_sms": "yes",
            "until": until,
            "source": "list",
            "recipients": "\n".join(f"+{FIRST + n}" for n in range(3)),
        }
        return self.send(path, who, expected, **{**fields, **more})

    def started(self):
        where = self.draft().headers["location"]
        self.send(f"{where}/submit", "li")
        self.send(f"{where}/approve", "wang")
        self.send(f"{where}/start", "li")
        return where


@pytest.fixture
def browser(client, office):
    return Browser(client, office)


def test_both_languages_have_the_same_words():
    assert set(MASS["zh"]) == set(MASS["en"])


def test_a_notice_is_drafted_seen_in_advance_and_approved_by_another(browser):
    where = browser.draft().headers["location"]
    page = browser.see(where)
    assert "Down tonight &lt;for maintenance&gt;." in page
    assert "change of the service" in page
    assert "EventSource" not in page, "nothing moves yet"
    ahead = browser.see(where, preview="true")
    assert "It would reach 3 people now" in ahead
    assert len(re.findall(r"<li>\+86[^<]*\*", ahead)) == 3, "a masked sample"
    browser.send(f"{where}/submit", "li")
    assert MASS["en"]["own"] in browser.see(where, "li")
    assert f'action="{where}/approve"' not in browser.see(where, "li")
    assert f'action="{where}/approve"' in browser.see(where, "wang")
    browser.send(f"{where}/approve", "wang")
    page = browser.see(where, lang="zh")
    assert "已批准" in page
    assert "服务变更" in page
    assert f'action="{where}/start"' in page


def test_an_approval_by_the_same_hand_is_refused_with_its_words_and_changes_nothing(browser):
    where = browser.draft().headers["location"]
    browser.send(f"{where}/submit", "li")
    head = browser.office.store.head()
    refused = browser.send(f"{where}/approve", "li", 422)
    assert "another person must decide" in refused.text
    assert browser.office.store.head() == head


def test_a_faulty_draft_comes_back_with_what_was_typed(browser):
    page = browser.draft(expected=422, recipients="+8613900000001\nnonsense").text
    assert "recipients[1].number" in page
    assert "nonsense</textarea>" in page
    page = browser.draft(expected=422, until="soon").text
    assert "the time should look like" in page


def test_a_returned_draft_is_changed_on_its_page_and_an_empty_list_leaves_the_one_there_is(browser):
    where = browser.draft().headers["location"]
    browser.send(f"{where}/submit", "li")
    browser.send(f"{where}/return", "wang", reason="too short")
    page = browser.see(where)
    assert "too short" in page
    assert ">今晚停机维护。</textarea>" in page
    changed = {"zh": "今晚 23 时停机维护。", "recipients": ""}
    browser.draft_to(f"{where}/edit", "li", **changed)
    page = browser.see(where, preview="true")
    assert "今晚 23 时停机维护。" in page
    assert "It would reach 3 people now" in page
    assert "Words(" not in page
    browser.draft_to(f"{where}/edit", "li", recipients=f"+{FIRST + 9}")
    assert "It would reach 1 people now" in browser.see(where, preview="true")
    faulty = browser.draft_to(f"{where}/edit", "li", 422, en="")
    assert "the words in `en` are missing" in faulty.text


def test_who_only_reads_sees_and_cannot_act(browser):
    where = browser.started()
    page = browser.see(where, "auditor")
    assert '<form method="post" action="/desk/mass-notices' not in page
    assert MASS["en"]["nothing"] in page
    assert MASS["en"]["draft"] not in browser.see("/desk/mass-notices", "auditor")


def test_the_list_shows_progress_and_the_navigation_leads_there(browser):
    where = browser.started()
    page = browser.see("/desk/mass-notices")
    assert f'<a href="{where}">maintenance</a>' in page
    assert '<progress max="3" value="0"' in page
    assert '<a href="/desk/mass-notices" aria-current="page">Mass notices</a>' in page
    assert '<a href="/desk/mass-notices">群发公告</a>' in browser.see("/desk/cases", lang="zh")


def test_while_it_is_sent_the_page_follows_by_events_and_without_scripts_by_refreshing(browser):
    where = browser.started()
    page = browser.see(where)
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert f'new EventSource("{where}/events?lang=en")' in page


def test_the_events_tell_the_counts_and_end_when_everyone_has_an_end(browser):
    number = int(browser.started().rpartition("/")[2])
    store = browser.office.store
    with store.act("t") as act:
        do_claim(act, number, [Channel.SMS], "", 3, {"zh": 1})
        changes = [Change(str(FIRST + n), Channel.SMS, Event.REFUSE, 1, 0, 1, "", "no such number") for n in range(3)]
        do_keep(act, number, changes)
        do_finish(act, number, officer="t")
    settle(store, RULES, "t")
    signed_in(browser.client, browser.office, "auditor")
    reply = browser.client.get(f"/desk/mass-notices/{number}/events", params={"lang": "zh"})
    assert reply.headers["content-type"].startswith("text/event-stream")
    names = re.findall(r"^event: (\w+)", reply.text, re.MULTILINE)
    [data] = [json.loads(one) for one in re.findall(r"^data: (\{.*)", reply.text, re.MULTILINE)]
    assert names == ["progress", "end"]
    assert (data["state"], data["done"], data["all"], data["share"]) == ("已完成", 3, 3, "100.0 %")
    assert data["counts"]["failed"] == 3
    page = browser.see(f"/desk/mass-notices/{number}")
    assert "no such number" in page
    assert "EventSource" not in page, "it is over"


def test_what_is_not_there_is_404(browser):
    browser.see("/desk/mass-notices/9", expected=404)
    browser.see("/desk/mass-notices/9/events", expected=404)
