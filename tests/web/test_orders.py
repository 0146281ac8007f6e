"""Orders over HTTP: put on file with their document, carried out, proven, confirmed, replied to."""

from __future__ import annotations

import base64
import hashlib
import os

import pytest
from litestar.testing import TestClient

from clearbell.policy.pack import builtin_pack
from clearbell.policy.workdays import builtin_workdays
from clearbell.registry.applications.service import Desk
from clearbell.registry.identity import IdentityKey
from clearbell.sanctions.queries import restrictions
from clearbell.testing import MovableClock, fresh_store
from clearbell.vault import Vault
from clearbell.web.app import create_app

PACK = builtin_pack("cn")
PDF = b"%PDF-1.7 signed"
ORDER = {
    "order": "O-7",
    "authority": "police",
    "reference": "no. 7",
    "text": "shut it off, and hand over its records",
    "must_do": [
        {"kind": "shut_off", "number": "138 0000 0066"},
        {"kind": "hand_over_records", "number": "138 0000 0066", "due": "2030-01-01T00:00:00+08:00"},
    ],
    "document": base64.b64encode(PDF).decode(),
    "officer": "clerk",
}


class Gate:
    """A node that keeps facts and documents and screens nothing."""

    def __init__(self, folder):
        self.pack = PACK
        self.store = fresh_store(folder, MovableClock())
        self.vault = Vault(folder / "documents", bytes(32), os.urandom)
        self.desk = Desk(PACK, builtin_workdays("cn"), IdentityKey(bytes(32)))

    def now(self):
        return self.store.clock.now()


@pytest.fixture
def gate(tmp_path):
    gate = Gate(tmp_path)
    yield gate
    gate.store.close()


@pytest.fixture
def post(gate):
    with TestClient(create_app(gate)) as client:

        def ask(path, status=200, **body):
            reply = client.post(f"/v1/orders{path}", json=body)
            assert reply.status_code == status, reply.text
            return reply.json()

        ask.get = lambda path="": client.get(f"/v1/orders{path}")
        yield ask


def test_an_order_from_its_receipt_to_the_reply(gate, post):
    made = post("", 201, **ORDER)
    assert (made["state"], made["document"]) == ("received", hashlib.sha256(PDF).hexdigest())
    assert gate.vault.get(made["document"]) == PDF
    refused = post("/O-7/must-do/1/do", 422, officer="li")
    assert refused["where"] == "order"
    assert "须先签收" in refused["zh"]
    post("/O-7/acknowledge", officer="li")
    carried = post("/O-7/must-do/1/do", officer="li")
    assert (carried["proven"], carried["reference"]) == (True, "O-7/1")
    with gate.store.read() as conn:
        assert [one.order for one in restrictions(conn, gate.now())] == ["O-7"]
    assert "it needs a file" in post("/O-7/must-do/2/prove", 422, officer="li")["en"]
    assert "still open: O-7/2" in post("/O-7/propose", 422, outcome="done", officer="li")["en"]
    post("/O-7/must-do/2/prove", file=base64.b64encode(b"%PDF-1.7 receipt").decode(), officer="li")
    post("/O-7/propose", outcome="done", officer="li")
    assert "a second officer" in post("/O-7/confirm", 422, agrees=True, officer="li")["en"]
    ended = post("/O-7/confirm", agrees=True, officer="wang")
    assert (ended["state"], ended["confirmed_by"]) == ("done", "wang")
    reply = post("/O-7/reply", language="zh", officer="wang")
    assert hashlib.sha256(reply["json"].encode()).hexdigest() == reply["digest"]
    assert reply["digest"] in reply["text"]
    assert post.get().json() == []
    assert [one["order"] for one in post.get("?everything=true").json()] == ["O-7"]


def test_what_an_authority_may_not_ask_for_is_refused_and_nothing_is_on_file(post):
    body = {**ORDER, "authority": "sector"}
    assert post("", 422, **body)["where"] == "authority"
    assert post.get("/O-7").status_code == 404
    assert post("/O-7/reply", 404)["error"] == "not-found"


def test_a_must_do_that_cannot_be_done_is_taken_up_again(post):
    post("", 201, **ORDER)
    post("/O-7/acknowledge")
    assert post("/O-7/must-do/2/cannot", words="the records are gone")["must_do"][1]["state"] == "cannot"
    assert post("/O-7/must-do/2/reopen", words="found them")["must_do"][1]["state"] == "open"
    assert post("/O-7/must-do/9/cannot", 404, words="x")["where"] == "order"
