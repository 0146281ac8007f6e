"""The policy at the desk: what is weighed how, and what other points would have done."""

from __future__ import annotations

import html

import pytest
from litestar.testing import TestClient
from tests.web.desk_world import Clerk, Desk, cells

from clearbell.calls import Action, Answer, Call, Charge, Decision
from clearbell.policy.model import Status
from clearbell.testing import MovableClock
from clearbell.testing.screening import NOON
from clearbell.web.officers.policy_texts import POLICY
from clearbell.web.texts import TEXTS

T = POLICY["en"]


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path, MovableClock(NOON))
    charge = (Charge("REPUTATION", 6.0, {"score": 9, "reporters": 4, "limit": 3}),)
    call = Call("c", NOON - 1, 8613800000066, 8613900000009)
    decision = Decision("d1", call, Action.LABEL, Answer.LABELLED, charge, 6.0, "total", made.gate.pack.version)
    asked = []

    def since(at):
        asked.append(at)
        return iter([decision] * 7)

    made.gate.decided_since, made.asked = since, asked
    yield made
    made.store.close()


@pytest.fixture
def clerk(desk):
    with TestClient(desk.app) as client:
        yield Clerk(client, desk)


def table(page):
    return cells(page.partition(T["prices"])[2])


def test_every_symbol_stands_there_in_the_order_of_judgement_with_its_words(clerk, desk):
    page = clerk.see("/desk/policy")
    rows = table(page)
    pack = desk.gate.pack
    assert pack.version in page
    assert rows[0][1] == [pack.order[0]]
    assert len(rows) == min(50, len(pack.prices))
    assert "{" not in html.unescape(page.partition("<main")[2])


def test_it_is_sorted_by_points_and_narrowed_by_what_stands_behind_a_rule(clerk, desk):
    priced = desk.gate.pack.prices
    first = table(clerk.see("/desk/policy", sort="points"))[0][2][0]
    assert priced[first].points == max(one.points for one in priced.values())
    rows = table(clerk.see("/desk/policy", basis="law"))
    assert {row[2][0] for row in rows} == {name for name, one in priced.items() if one.status is Status.LAW}
    assert len(clerk.file("/desk/policy")) == len(priced) + 1


def test_other_points_are_tried_on_what_was_decided_and_change_nothing(clerk, desk):
    clerk.see("/desk/policy")
    before = desk.store.head()
    page = clerk.see("/desk/policy", **{"try": "yes", "symbol_1": "REPUTATION", "points_1": "16", "hours": "6"})
    assert T["try_moved"].format(count=7) in page
    assert "+6 → +16" in page
    assert TEXTS["en"]["action_reject"] in page
    assert "13800000066" not in page
    assert desk.asked == [NOON - 6 * 3_600_000_000]
    assert T["try_same"] in clerk.see("/desk/policy", **{"try": "yes"})
    assert T["try_moved"].format(count=7) in clerk.see("/desk/policy", **{"try": "yes", "from_label": "9"})
    assert desk.store.head() == before


@pytest.mark.parametrize("given", ["x", "nan", "inf", "1e9", "--1"])
def test_what_is_no_number_is_refused(clerk, desk, given):
    page = clerk.see("/desk/policy", 422, **{"try": "yes", "from_label": given})
    assert T["bad_number"] in page
    assert desk.asked == []


def test_who_may_not_see_decisions_is_not_offered_a_trial(clerk, desk):
    keeper = Clerk(clerk.client, desk, "administrator")
    page = keeper.see("/desk/policy", **{"try": "yes"})
    assert T["prices"] in page
    assert T["try_do"] not in page
    assert desk.asked == []
