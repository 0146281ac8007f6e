"""An application as the desk shows it, whose applicant has the name of an entry of the shared blacklist."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient
from tests.registry.applications.test_applications import GOOD
from tests.web.desk_world import Clerk, Desk

from clearbell.registry.admission.model import Blacklisted
from clearbell.registry.admission.service import do_blacklist
from clearbell.registry.applications.forms import FORMS
from clearbell.registry.applications.model import LineClass
from clearbell.registry.applications.service import do_attach, do_file
from clearbell.testing import MovableClock
from clearbell.testing.identities import credit_code
from clearbell.testing.screening import NOON
from clearbell.vault import Kept

PAGE = "/desk/applications/A1"


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path, MovableClock(NOON))
    with made.store.act("clerk") as act:
        do_file(act, made.gate.desk, "A1", LineClass.TOLL_400, GOOD)
        for serial, paper in enumerate(FORMS[LineClass.TOLL_400].documents):
            do_attach(act, made.gate.desk, "A1", paper.kind, Kept(f"{serial:064x}", "application/pdf", 100))
    yield made
    made.store.close()


@pytest.fixture
def first(desk):
    with TestClient(desk.app) as client:
        yield Clerk(client, desk, "supervisor")


def listed(desk, **who):
    with desk.store.act("x") as act:
        do_blacklist(act, Blacklisted("B7", "nuisance calls", "unicom", **who))


def test_a_namesake_of_the_blacklist_is_shown_and_goes_on_with_words_only(desk, first):
    assert "On the shared blacklist" not in first.see(PAGE)
    listed(desk, name=GOOD["entity_name"])
    page = first.see(PAGE)
    for words in (
        "On the shared blacklist",
        "the same name",
        "B7",
        "equal names are not equal people",
        'name="looked"',
    ):
        assert words in page
    for words in ("共享黑名单", "名称相同", "同名未必同一主体"):
        assert words in Clerk(first.client, desk, "supervisor", "zh").see(PAGE)
    assert "write down what was found" in first.send(f"{PAGE}/review", 422)
    first.send(f"{PAGE}/review", looked="another licence")
    second = Clerk(first.client, desk, "supervisor2")
    assert 'name="looked"' in second.see(PAGE)
    assert "write down what was found" in second.send(f"{PAGE}/approve", 422)
    second.send(f"{PAGE}/approve", looked="the licence is another")
    assert "On the shared blacklist" not in second.see(PAGE)


def test_who_is_on_the_blacklist_by_licence_can_only_be_refused(desk, first):
    listed(desk, licence=credit_code(1))
    page = first.see(PAGE)
    assert "the licence" in page
    assert f"{PAGE}/review" not in page
    assert f"{PAGE}/refuse" in page
    assert "cannot pass" in first.send(f"{PAGE}/review", 422, looked="no matter")
