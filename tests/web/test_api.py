"""The HTTP API and the pages, over a node whose world you state."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from clearbell.calls import SECOND
from clearbell.consent.model import Listed, ListVerdict
from clearbell.labels.model import Labelled
from clearbell.records.checking import Damage
from clearbell.testing.screening import CALLEE, CALLER, NOON, World
from clearbell.web.app import create_app
from clearbell.web.portal_texts import PORTAL
from clearbell.web.texts import TEXTS


class Counts:
    calls = 0
    ends = 0
    fail_open = 0

    def __init__(self):
        self.by_action = {}
        self.by_reason = {}


class Gate:
    """A node without store or journal."""

    def __init__(self):
        self.world = World()
        self.pack = self.world.pack
        self.started = NOON
        self.counts = Counts()
        self.views_seq = 7
        self.stale = False
        self.journal_damage = ()
        self.chores_well = True
        self.decided = []
        self.ends = []

    def now(self):
        return NOON

    def screen(self, call):
        decision = self.world.engine.screen(call)
        self.decided.append(decision)
        self.counts.calls += 1
        self.counts.by_action[decision.action.value] = self.counts.by_action.get(decision.action.value, 0) + 1
        return decision

    def ended(self, end):
        self.ends.append(end)

    def recent(self):
        return self.decided[::-1]

    def find(self, decision_id):
        return next((d for d in self.decided if d.id == decision_id), None)

    def door_counts(self):
        return {"received": 3}


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def client(gate):
    with TestClient(create_app(gate)) as client:
        yield client


def test_a_call_is_judged_and_explained_in_the_language_asked_for(gate, client):
    gate.world.state(Labelled(CALLER, "loans", 25, 20.0, 30.0, NOON, NOON + 10**13))
    reply = client.post("/v1/screen?lang=zh", json={"caller": "138 0000 0001", "callee": "13900000002", "id": "x"})
    assert reply.status_code == 200
    body = reply.json()
    assert (body["action"], body["call"], body["label"]) == ("label", "x", "loans")
    assert body["total"] == sum(charge["points"] for charge in body["charges"])
    assert "贷款理财" in body["charges"][1]["words"]
    assert body["sentence"]


def test_words_are_built_only_when_asked_for(client):
    body = client.post("/v1/screen", json={"caller": "", "callee": "13900000002", "withheld": True}).json()
    assert [charge["words"] for charge in body["charges"]] == [""]


def test_a_batch_is_judged_in_order_with_its_own_times(gate, client):
    calls = [{"caller": CALLER, "callee": CALLEE, "id": str(n), "at": NOON + n * SECOND} for n in range(5)]
    body = client.post("/v1/screen/batch", json={"calls": calls}).json()
    assert [d["call"] for d in body["decisions"]] == list("01234")
    assert [d.call.at for d in gate.decided] == [NOON + n * SECOND for n in range(5)]


def test_of_a_batch_with_a_fault_none_is_judged(gate, client):
    calls = [{"caller": CALLER, "callee": CALLEE}, {"caller": CALLER, "callee": CALLEE, "at": "yesterday"}]
    reply = client.post("/v1/screen/batch", json={"calls": calls})
    assert reply.status_code == 400
    assert reply.json()["where"] == "at"
    assert not gate.decided


def test_call_ends_are_taken(gate, client):
    end = {"caller": CALLER, "callee": CALLEE, "answered": True, "duration_ms": 1500, "at": "2026-09-10T12:00:00+08:00"}
    assert client.post("/v1/calls/ended", json=end).status_code == 202
    assert client.post("/v1/calls/ended/batch", json={"ends": [end, end]}).json() == {"accepted": 2}
    assert {e.duration for e in gate.ends} == {1_500_000}


def test_a_decision_can_be_looked_up_by_its_id(client):
    made = client.post("/v1/screen", json={"caller": CALLER, "callee": CALLEE}).json()
    assert client.get(f"/v1/decisions/{made['id']}").json() == made
    missing = client.get("/v1/decisions/nothing")
    assert (missing.status_code, missing.json()["error"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/screen", {}),
        ("/v1/screen", {"caller": CALLER}),
        ("/v1/screen", {"caller": CALLER, "callee": CALLEE, "colour": "red"}),
        ("/v1/screen", {"caller": [], "callee": CALLEE}),
        ("/v1/screen", {"caller": -1, "callee": CALLEE}),
        ("/v1/screen", {"caller": CALLER, "callee": CALLEE, "at": "2026-09-10T12:00:00"}),
        ("/v1/screen", {"caller": CALLER, "callee": CALLEE, "attestation": "z"}),
        ("/v1/screen", []),
        ("/v1/screen/batch", {"calls": {}}),
        ("/v1/calls/ended", {"caller": CALLER, "callee": CALLEE, "answered": "perhaps"}),
        ("/v1/calls/ended", {"caller": "", "callee": CALLEE, "answered": True}),
        ("/v1/calls/ended", {"caller": CALLER, "callee": CALLEE, "answered": True, "duration_ms": -5}),
    ],
)
def test_a_bad_body_is_refused_in_one_form_in_both_languages(gate, client, path, body):
    reply = client.post(path, json=body)
    assert reply.status_code == 400
    assert set(reply.json()) == {"error", "where", "zh", "en"}
    assert reply.json()["zh"]
    assert not gate.decided


def test_what_is_not_json_or_too_large_is_refused(client):
    assert client.post("/v1/screen", content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert (
        client.post("/v1/screen", content=b"\xff\xfe", headers={"content-type": "application/json"}).status_code == 400
    )
    huge = b'{"calls": [' + b" " * (9 * 1024 * 1024) + b"]}"
    assert (
        client.post("/v1/screen/batch", content=huge, headers={"content-type": "application/json"}).status_code == 413
    )


def test_a_token_is_needed_where_one_is_configured(gate):
    with TestClient(create_app(gate, token="s3cret")) as client:
        refused = client.post("/v1/screen", json={"caller": CALLER, "callee": CALLEE})
        assert (refused.status_code, refused.json()["error"]) == (401, "token-needed")
        assert refused.headers["www-authenticate"] == "Bearer"
        headers = {"Authorization": "Bearer s3cret"}
        assert client.post("/v1/screen", json={"caller": CALLER, "callee": CALLEE}, headers=headers).status_code == 200


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_console_page_speaks_the_language_and_hides_numbers(gate, client, language):
    gate.screen_call = client.post("/v1/screen", json={"caller": CALLER, "callee": CALLEE})
    page = client.get("/desk/live", headers={"accept-language": f"{language};q=0.9"})
    assert TEXTS[language]["newest"] in page.text
    assert "+86138****0001" in page.text
    assert str(CALLER) not in page.text
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in page.text.replace("<!doctype html>", "")


def test_the_status_is_what_the_page_shows(gate, client):
    client.post("/v1/screen", json={"caller": CALLER, "callee": CALLEE})
    news = client.get("/desk/live/events?lang=en&most=1").text
    status = json.loads(news.removeprefix("data:").strip())
    assert status["calls"] == 1
    assert status["actions"][0] == ["allow", "allow", 1]
    assert len(status["rows"]) == 1


def test_every_text_exists_in_both_languages():
    for words in (TEXTS, PORTAL):
        assert words["zh"].keys() == words["en"].keys()
        assert all(text for texts in words.values() for text in texts.values())


def test_a_blocked_caller_is_told_why_without_any_number(gate, client):
    gate.world.state(Labelled(CALLER, "loans", 25, 60.0, 60.0, NOON, NOON + 10**13))
    for n in range(80):
        made = client.post(
            "/v1/screen", json={"caller": CALLER, "callee": CALLEE + n, "at": NOON + n * 20 * SECOND}
        ).json()
    assert made["answer"] == "network-blocked"
    page = client.get(f"/blocked/{made['id']}?lang=en")
    assert page.status_code == 200
    assert "60 calls within an hour" in page.text or "calls within an hour" in page.text
    assert str(CALLER)[-8:] not in page.text


def test_nobody_learns_of_an_unblocked_call_there(gate, client):
    gate.world.state(Listed(CALLEE, CALLER, CALLER, ListVerdict.BLOCK))
    made = client.post("/v1/screen", json={"caller": CALLER, "callee": CALLEE}).json()
    assert client.get(f"/blocked/{made['id']}").status_code == 404


def test_health_and_metrics_tell_of_a_damaged_journal_and_the_node_stays_in_service(gate, client):
    assert client.get("/healthz").json()["journal_damaged"] == 0
    gate.journal_damage = (Damage("000000000001.segment", 400, 9000),)
    health = client.get("/healthz")
    assert (health.status_code, health.json()["journal_damaged"]) == (200, 1)
    assert "clearbell_journal_damaged 1.0" in client.get("/metrics").text


def test_health_tells_of_stale_views(gate, client):
    assert client.get("/healthz").status_code == 200
    gate.stale = True
    assert client.get("/healthz").status_code == 503


def test_metrics_hold_counts_and_no_numbers(client):
    client.post("/v1/screen", json={"caller": CALLER, "callee": CALLEE})
    text = client.get("/metrics").text
    assert 'clearbell_calls_total{action="allow"} 1.0' in text
    assert "86138" not in text


def test_the_description_names_every_route(client):
    paths = client.get("/v1/openapi/openapi.json").json()["paths"]
    assert {"/v1/screen", "/v1/screen/batch", "/v1/calls/ended", "/v1/decisions/{decision_id}"} <= set(paths)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from(
    ["caller", "callee", "id", "at", "trunk", "attestation", "withheld", "answered", "duration_ms", "calls"]
)


@given(st.sampled_from(["/v1/screen", "/v1/screen/batch", "/v1/calls/ended"]), st.dictionaries(fields, values) | values)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_breaks_the_api(client, path, body):
    reply = client.post(path, content=json.dumps(body).encode(), headers={"content-type": "application/json"})
    assert reply.status_code in (200, 202, 400)
