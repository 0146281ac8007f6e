"""Appeals at the desk: the queue and one appeal, with what upholding it would undo, in both languages."""

from __future__ import annotations

import re

import pytest
from litestar.testing import TestClient
from tests.web.test_permissions import CLINIC, Office

from clearbell.access.model import Role
from clearbell.appeals.queries import appeal_of
from clearbell.desk.appeals.deciding import Asked, do_take_in
from clearbell.sanctions.queries import sanction_of
from clearbell.web.doors import COOKIE

NAME = "DESK22"


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path)
    kept = office.gate.vault.put(b"%PDF-1.7 licence", 1000)
    with office.store.act("clerk") as act:
        asked = Asked(CLINIC.sanction, "we have consents", filer="clerk", papers=(("licence.pdf", kept),))
        do_take_in(act, NAME, asked, lambda _: None, office.gate.pack, office.gate.desk.due)
    yield office
    office.store.close()


@pytest.fixture
def client(office):
    with TestClient(office.app, raise_server_exceptions=False) as client:
        yield client


def sign_in(office, client, role):
    client.cookies.clear()
    client.cookies.set(COOKIE, office.cookies[role])


def csrf(client):
    return re.search(r'name="csrf" value="([^"]+)"', client.get("/desk/account").text)[1]


def press(client, step, **fields):
    data = {"csrf": csrf(client), **fields}
    return client.post(f"/desk/appeals/{NAME}/{step}?lang=en", data=data, follow_redirects=False)


def standing(office):
    with office.store.read() as conn:
        return sanction_of(conn, CLINIC.sanction).state, appeal_of(conn, NAME).state


@pytest.mark.parametrize(("language", "words"), [("zh", "若成立,将立即撤销"), ("en", "Upheld, this is undone at once")])
def test_an_appeal_shows_its_papers_and_what_upholding_it_would_undo(office, client, language, words):
    sign_in(office, client, Role.SUPERVISOR)
    queue = client.get(f"/desk/appeals?lang={language}").text
    assert f'href="/desk/appeals/{NAME}"' in queue
    page = client.get(f"/desk/appeals/{NAME}?lang={language}").text
    assert words in page
    assert ("解除处置:clinic-sanction" if language == "zh" else "lifted: clinic-sanction") in page
    assert "licence.pdf" in page
    digest = re.search(r"/papers/([0-9a-f]{64})", page)[1]
    assert client.get(f"/desk/appeals/{NAME}/papers/{digest}").content == b"%PDF-1.7 licence"
    assert client.get(f"/desk/appeals/{NAME}/papers/{'0' * 64}").status_code == 404
    assert client.get("/desk/appeals/NOTHING").status_code == 404


def test_an_auditor_looks_and_is_offered_nothing(office, client):
    sign_in(office, client, Role.AUDITOR)
    page = client.get(f"/desk/appeals/{NAME}?lang=en").text
    assert "There is nothing that you can do now." in page
    assert press(client, "decide", outcome="uphold", reason="x").status_code == 403
    assert standing(office) == ("in-force", "received")


def test_a_supervisor_asks_for_papers_and_upholds(office, client):
    sign_in(office, client, Role.SUPERVISOR)
    assert press(client, "review").status_code == 303
    empty = press(client, "ask-papers", words=" ")
    assert (empty.status_code, "say which papers are needed" in empty.text) == (422, True)
    assert press(client, "ask-papers", words="the permit").status_code == 303
    page = client.get(f"/desk/appeals/{NAME}?lang=en").text
    # While papers are waited for, nobody is rejected.
    assert 'value="uphold"' in page
    assert 'value="reject"' not in page
    early = press(client, "decide", outcome="reject", reason="x")
    assert (early.status_code, "is not possible" in early.text) == (422, True)
    assert press(client, "decide", outcome="uphold", reason="in order").status_code == 303
    assert standing(office) == ("lifted", "upheld")
    page = client.get(f"/desk/appeals/{NAME}?lang=en").text
    assert "Undone" in page
    assert "in order" in page
