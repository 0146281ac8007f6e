"""A case file handed over over HTTP: proposed by one officer, handed over by another, and sound at the other end."""

from __future__ import annotations

import io
import os
import zipfile

import pytest
from litestar.testing import TestClient
from tests.web.world import ServedWorld

from clearbell.cases.model import Opened, Source, number_unit
from clearbell.cases.service import do_open
from clearbell.desk.handing_over import verify_package
from clearbell.dossier.errors import NoFontError
from clearbell.dossier.fonts import find_fonts
from clearbell.ledger.checkpoints import public_bytes
from clearbell.testing import MovableClock, fresh_store
from clearbell.web.app import create_app
from clearbell.web.hand_overs import DIGEST
from desk.conftest import RULES, confirmed, due

NUMBER, FREE = 8613800000066, 8613800000067


@pytest.fixture
def gate(tmp_path):
    made = ServedWorld(fresh_store(tmp_path, MovableClock()), tmp_path)
    confirmed(made.store, NUMBER, "c1")
    with made.store.act("test") as act:
        do_open(act, "c2", Opened(Source.OFFICER, number_unit(FREE), (), "rings"), RULES, due, officer="li")
    yield made
    made.store.close()


@pytest.fixture
def client(gate):
    with TestClient(create_app(gate)) as client:
        yield client


def proposed(client, **more):
    return client.post("/v1/cases/c1/hand-over", json={"to": "Example City police", "officer": "one", **more})


def test_it_is_handed_over_by_a_second_officer_and_the_package_is_sound(client, gate, tmp_path):
    try:
        find_fonts(os.environ.get("CLEARBELL_FONT", ""))
    except NoFontError:
        pytest.skip("no Chinese font is installed: apt-get install fonts-noto-cjk")
    made = proposed(client).json()
    assert (made["case"], made["state"], made["proposed_by"], made["four_eyes"]) == ("c1", "proposed", "one", True)
    address = f"/v1/hand-overs/{made['hand_over']}"
    same = client.post(f"{address}/confirm", json={"officer": "one"})
    assert (same.status_code, same.json()["where"]) == (422, "officer")
    done = client.post(f"{address}/confirm", json={"officer": "two"})
    assert (done.status_code, done.headers["Content-Type"]) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(done.content)) as package:
        assert {"case-zh.pdf", "case-en.pdf", "case.vcon.json", "manifest.json", "signature.json"} <= set(
            package.namelist()
        )
        package.extractall(tmp_path / "package")
    found = verify_package(tmp_path / "package", public_bytes(gate.ledger_key), gate.store)
    assert found.faults == ()
    assert (found.manifest.proposed_by, found.manifest.handed_over_by) == ("one", "two")
    (listed,) = client.get("/v1/hand-overs", params={"case": "c1"}).json()
    assert (listed["state"], listed["officer"], listed["manifest"]) == ("handed-over", "two", done.headers[DIGEST])
    # It is handed over once.
    again = client.post(f"{address}/confirm", json={"officer": "two"})
    assert (again.status_code, "not possible" in again.json()["en"]) == (422, True)


def test_what_may_not_be_handed_over_is_refused_and_what_is_sent_back_says_why(client):
    unconfirmed = client.post("/v1/cases/c2/hand-over", json={"to": "police", "officer": "one"})
    assert unconfirmed.json()["en"] == "case c2 is neither confirmed nor asked for by an order; it is not handed over"
    assert proposed(client, to=" ").json()["where"] == "to"
    assert client.post("/v1/hand-overs/nothing/confirm", json={}).status_code == 404
    assert client.get("/v1/hand-overs").json() == []
    name = proposed(client, with_reporters="they agreed").json()["hand_over"]
    assert client.post(f"/v1/hand-overs/{name}/send-back", json={"reason": " ", "officer": "two"}).status_code == 422
    back = client.post(f"/v1/hand-overs/{name}/send-back", json={"reason": "to whom?", "officer": "two"}).json()
    assert (back["state"], back["officer"], back["with_reporters"]) == ("sent-back", "two", "they agreed")
