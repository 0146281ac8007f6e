"""Mass notices over HTTP: two officers, one audience, and what became of each."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient
from tests.web.mass_world import Office, bearer

from clearbell.access.queries import reads
from clearbell.calls import HOUR
from clearbell.consent.granting import do_grant
from clearbell.consent.model import ConsentGranted
from clearbell.notices.mass.model import Event
from clearbell.notices.mass.sending import Change, do_claim, do_keep
from clearbell.notices.model import Channel
from clearbell.registry.model import HolderRegistered, PartyKind, PartyRegistered
from clearbell.registry.service import do_register_holder, do_register_party

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


class Desk:
    """Asks as someone."""

    def __init__(self, client, office):
        self.client, self.office = client, office

    def draft(self, who="li", expected=201, **more):
        body = {
            "name": "maintenance",
            "zh": "今晚停机维护。",
            "en": "Down tonight.",
            "not_after": self.office.now + HOUR,
            "recipients": [{"number": f"+{FIRST + n}"} for n in range(3)],
        }
        return self.post("/v1/mass-notices", who, expected, **{**body, **more})

    def post(self, path, who, expected=200, **body):
        reply = self.client.post(path, headers=bearer(self.office, who), json=body)
        assert reply.status_code == expected, reply.text
        return reply.json()

    def step(self, number, step, who, expected=200, **body):
        return self.post(f"/v1/mass-notices/{number}/{step}", who, expected, **body)

    def get(self, path, who="auditor", expected=200, **query):
        reply = self.client.get(path, headers=bearer(self.office, who), params=query)
        assert reply.status_code == expected, reply.text
        return reply.json()


@pytest.fixture
def desk(client, office):
    return Desk(client, office)


def test_a_notice_goes_its_way_and_another_officer_approves_it(desk):
    made = desk.draft()
    number = made["mass"]
    assert (made["state"], made["hands"], made["counts"]) == ("draft", ["li"], {})
    seen = desk.get(f"/v1/mass-notices/{number}/preview")
    assert (seen["count"], seen["left_out"], len(seen["sample"])) == (3, {}, 3)
    assert all("*" in one for one in seen["sample"]), "a sample is masked"
    assert desk.step(number, "submit", "li")["state"] == "submitted"
    refused = desk.step(number, "approve", "li", 422)
    assert refused["where"] == "officer"
    assert "另一人" in refused["zh"]
    approved = desk.step(number, "approve", "wang")
    assert (approved["state"], approved["approved_by"], approved["recipients"]) == ("approved", "wang", 3)
    assert desk.step(number, "start", "li")["state"] == "sending"
    assert desk.step(number, "pause", "li", reason="too many calls")["reason"] == "too many calls"
    assert desk.step(number, "resume", "wang")["state"] == "sending"
    ended = desk.step(number, "cancel", "wang", reason="wrong text")
    assert (ended["state"], ended["counts"]) == ("cancelled", {"cancelled": 3})
    assert ended["reasons"] == [{"outcome": "cancelled", "zh": "已取消", "en": "cancelled", "people": 3}]
    assert [line["mass"] for line in desk.get("/v1/mass-notices", state="cancelled")] == [number]
    assert desk.get("/v1/mass-notices", state="draft") == []


def test_who_acts_is_whose_token_it_is(desk):
    number = desk.draft()["mass"]
    assert desk.step(number, "submit", "li", 403, officer="wang")["where"] == "officer"
    actors = {entry.kind: entry.actor for entry in desk.office.store.entries(0, limit=1000)}
    assert actors["notices.mass-drafted"] == "li"


def test_a_returned_draft_is_changed_and_whoever_changed_it_cannot_approve_it(desk):
    number = desk.draft()["mass"]
    desk.step(number, "submit", "li")
    assert desk.step(number, "return", "wang", reason="too long")["state"] == "draft"
    body = {
        "name": "m",
        "zh": "停机。",
        "en": "Down.",
        "not_after": desk.office.now + HOUR,
        "recipients": [{"number": f"+{FIRST}"}],
    }
    reply = desk.client.put(f"/v1/mass-notices/{number}", headers=bearer(desk.office, "wang"), json=body)
    assert (reply.json()["version"], reply.json()["hands"]) == (2, ["li", "wang"])
    desk.step(number, "submit", "wang")
    desk.step(number, "approve", "wang", 422)


def test_progress_and_outcomes_tell_of_each_a_page_at_a_time(desk):
    number = desk.draft()["mass"]
    desk.step(number, "submit", "li")
    desk.step(number, "approve", "wang")
    desk.step(number, "start", "li")
    with desk.office.store.act("t") as act:
        do_claim(act, number, [Channel.SMS], "", 2, {"zh": 1})
        do_keep(act, number, [Change(str(FIRST), Channel.SMS, Event.REFUSE, 1, 0, 1, "", "SMPP status 0x0000000B")])
    told = desk.get(f"/v1/mass-notices/{number}/progress")
    assert told == {
        "state": "sending",
        "recipients": 3,
        "counts": {"waiting": 1, "taken": 1, "failed": 1},
        "settled": 0,
    }
    first = desk.get(f"/v1/mass-notices/{number}/outcomes", limit=2)
    assert [(one["recipient"], one["outcome"]) for one in first["outcomes"]] == [
        (str(FIRST), "failed"),
        (str(FIRST + 1), "taken"),
    ]
    assert first["outcomes"][0]["en"] == "SMPP status 0x0000000B"
    rest = desk.get(f"/v1/mass-notices/{number}/outcomes", limit=2, after=first["after"])
    assert ([one["recipient"] for one in rest["outcomes"]], rest["after"]) == ([str(FIRST + 2)], "")
    only = desk.get(f"/v1/mass-notices/{number}/outcomes", outcome="failed")
    assert [one["recipient"] for one in only["outcomes"]] == [str(FIRST)]
    with desk.office.store.read() as conn:
        assert reads(conn, name="auditor")[0].what == "/v1/mass-notices/{mass}/outcomes", "who looked is written down"


def test_an_audience_by_query_finds_whom_it_says(desk):
    with desk.office.store.act("t") as act:
        do_grant(act, [ConsentGranted("shop", FIRST + 7, "*"), ConsentGranted("bank", FIRST + 8, "*")])
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Shop"))
        do_register_holder(act, HolderRegistered("shop", "p", "retail"))
    made = desk.draft(recipients=[], audience={"source": "consent", "holder": "shop"})
    assert desk.get(f"/v1/mass-notices/{made['mass']}/preview")["count"] == 1


@pytest.mark.parametrize(
    ("more", "where"),
    [
        ({"recipients": [{"number": "+8613900000001"}, {"number": "010"}]}, "recipients[1].number"),
        ({"recipients": [{"mail": "li@example.net"}]}, "recipients[0]"),
        ({"recipients": []}, "audience"),
        ({"audience": {"source": "consent"}}, "audience"),
        ({"recipients": [], "audience": {"source": "list"}}, "audience.source"),
        ({"zh": ""}, "zh"),
        ({"purpose": "nonsense"}, "purpose"),
        ({"not_after": 1}, "not_after"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_field(desk, more, where):
    reply = desk.client.post(
        "/v1/mass-notices",
        headers=bearer(desk.office, "li"),
        json={
            "name": "n",
            "zh": "停",
            "en": "down",
            "not_after": desk.office.now + HOUR,
            "recipients": [{"number": f"+{FIRST}"}],
            **more,
        },
    )
    assert (reply.status_code in (400, 422), reply.json()["where"]) == (True, where), reply.text
    assert desk.get("/v1/mass-notices") == []


def test_what_is_not_there_is_404(desk):
    for path in ("/v1/mass-notices/9", "/v1/mass-notices/9/progress", "/v1/mass-notices/9/preview"):
        desk.get(path, expected=404)
    desk.step(9, "submit", "li", 404)
    number = desk.draft()["mass"]
    desk.step(number, "explode", "li", 404)
    desk.get(f"/v1/mass-notices/{2**40}", expected=400)


def test_mail_and_webhooks_are_lists_too(desk):
    made = desk.draft(
        channels=["mail", "webhook"],
        zh_subject="停机",
        en_subject="Down",
        recipients=[{"mail": "li@example.net"}, {"webhook": "https://example.net/hook", "language": "en"}],
    )
    assert made["channels"] == ["mail", "webhook"]
    assert desk.get(f"/v1/mass-notices/{made['mass']}/preview")["count"] == 2
