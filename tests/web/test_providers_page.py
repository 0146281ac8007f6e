"""Access providers at the desk: the league, the alarm, and that each figure leads to what it counts."""

from __future__ import annotations

import pytest
from litestar.testing import TestClient
from tests.web.desk_world import Clerk, Desk, cells, link

from clearbell.access.service import do_make_token
from clearbell.calls import DAY, HOUR
from clearbell.desk.league.keeping import OFFERED, keep_scorecards
from clearbell.desk.league.tables import scorecard_kept
from clearbell.desk.scorecards import last_days
from clearbell.desk.tallying import tally_complaints
from clearbell.enforcement.model import State as Task
from clearbell.enforcement.tables import task
from clearbell.numbering import mask
from clearbell.records.outcomes.tables import trunk_outcome
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkOpened,
)
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.reports.judging import Look
from clearbell.reports.model import Match, Reported
from clearbell.reports.service import do_file_reports
from clearbell.reports.settings import reputation_settings
from clearbell.reports.weighing import do_weigh
from clearbell.sanctions.model import Restricted, Rung, Target
from clearbell.sanctions.service import do_restrict
from clearbell.testing import MovableClock
from clearbell.testing.screening import NOON
from clearbell.web.officers.listing_texts import LISTING
from clearbell.web.officers.provider_texts import PROVIDERS

T = PROVIDERS["en"]


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path, MovableClock(NOON))
    with made.store.act("li") as act:
        for name in ("ap1", "ap2"):
            do_register_party(act, PartyRegistered(name, PartyKind.COMPANY, f"Example {name}"))
            do_open_trunk(act, TrunkOpened(f"trunk-{name}", name))
        day = (act.at + 8 * HOUR) // DAY
        for trunk, action, calls in (
            ("trunk-ap1", "allow", 900),
            ("trunk-ap1", "reject", 100),
            ("trunk-ap2", "allow", 100),
            ("trunk-ap2", "label", 300),
            ("nobodys", "allow", 5),
        ):
            act.conn.execute(trunk_outcome.insert().values(trunk=trunk, day=day, action=action, calls=calls))
        act.conn.execute(trunk_outcome.insert().values(trunk="trunk-ap1", day=day - 20, action="allow", calls=4000))
        reports = [
            Reported(f"api:{n}", "api", 8613800000066, act.at - HOUR, act.at, 8613900000000 + n, "loans")
            for n in range(3)
        ]
        settings = reputation_settings(made.gate.pack)
        do_file_reports(act, reports, settings, records=True)
        looks = {f"api:{n}": Look(Match.MATCHED, trunk=f"trunk-ap{1 + n % 2}") for n in range(3)}
        do_weigh(act, looks, settings)
        for n, state in enumerate((Task.OVERDUE, Task.ACKNOWLEDGED)):
            values = dict.fromkeys((column.name for column in task.columns), 0)
            values |= {
                "restriction": f"C{n}/1", "target": "edge", "operation": "put", "state": state.value, "provider": "ap2",
                "spread": False, "how": "", "message": "", "digest": "", "fault": "", "alarmed": act.at - HOUR,
            }  # fmt: skip
            act.conn.execute(task.insert().values(values))
    tally_complaints(made.store, day, 480)
    for days in OFFERED:
        keep_scorecards(made.store, last_days(NOON, days, 480))
    yield made
    made.store.close()


@pytest.fixture
def clerk(desk):
    with TestClient(desk.app) as client:
        yield Clerk(client, desk)


def names(rows):
    return [" ".join(row[0]) for row in rows]


def test_the_league_begins_with_the_largest_share_of_unwanted_calls(clerk):
    page = clerk.see("/desk/providers")
    rows = cells(page)
    assert names(rows) == ["Example ap2", "Example ap1", T["nobody"]]
    assert [row[2:6] for row in rows[:2]] == [
        [["75.0%"], ["25.0"], ["400"], ["1"]],
        [["10.0%"], ["20.0"], ["1,000"], ["2"]],
    ]
    assert rows[0][8] == ["2", T["alarm"]]
    assert T["alarms"].format(count=2) in page


def test_it_is_sorted_by_any_figure_and_narrowed_to_other_days(clerk):
    assert names(clerk.rows("/desk/providers", sort="complaints"))[0] == "Example ap1"
    assert names(clerk.rows("/desk/providers", sort="-unwanted_share"))[0] == T["nobody"]
    rows = clerk.rows("/desk/providers", period="31", sort="attempts")
    assert [row[4] for row in rows] == [["5,000"], ["400"], ["5"]]
    assert clerk.rows("/desk/providers", 422, period="400") == [[LISTING["en"]["nothing"].split()]]


def test_each_figure_leads_to_what_it_counts(clerk):
    page = clerk.see("/desk/providers")
    # The alarm, and those behind it: acknowledged late is late too.
    alarms = cells(clerk.see(link(page, "2</a>")))
    assert [row[3] for row in alarms] == [["C1/1"], ["C0/1"]]
    assert [row[3] for row in clerk.rows("/desk/unacknowledged", still_open="true")] == [["C0/1"]]
    assert clerk.rows("/desk/unacknowledged", provider="ap1") == [[LISTING["en"]["nothing"].split()]]
    # The calls and the complaints of a provider's trunk.
    card = clerk.see(link(page, "Example ap1"))
    assert cells(card)[0][:6] == [["trunk-ap1"], ["0"], ["10.0%"], ["20.0"], ["1,000"], ["2"]]
    days = cells(clerk.see(link(card, "1,000</a>")))
    assert [(row[1][-1], row[2]) for row in days] == [("reject", ["100"]), ("allow", ["900"])]
    assert clerk.rows(link(card, "10.0%</a>")) == days
    assert len(clerk.rows(link(page, "1,000</a>"))) == 2
    assert cells(clerk.see(f"{link(card, '1,000</a>')}&became=reject"))[0][2] == ["100"]
    assert len(clerk.rows(link(card, "2</a>"))) == 2
    assert 'value="trunk-ap1"' in clerk.see(link(card, "2</a>"))


def test_hours_to_act_and_resources_lead_to_what_they_are_of(clerk, desk):
    with desk.store.act("li") as act:
        do_register_holder(act, HolderRegistered("H", "ap1"))
        spans = [(8613800000066, 8613800000066), (8657188880000, 8657188889999)]
        for n, (first, last) in enumerate(spans):
            numbers = NumbersAssigned(f"r{n}", "H", first, last, Purpose.PERSONAL, ("trunk-ap1",))
            do_assign_numbers(act, [numbers])
        desk.store.clock.move(3 * HOUR)
        do_restrict(act, Restricted("C1/1", Target.NUMBER, Rung.BARRED, "x", NOON + 3 * HOUR, number=8613800000066))
    keep_scorecards(desk.store, last_days(NOON, 7, 480))
    page = clerk.see("/desk/providers/ap1")
    [act] = cells(clerk.see(link(page, "3.0</a>")))
    assert [" ".join(one) for one in act][1::3] == ["trunk-ap1", "3.0"]
    assert act[0] == [mask(8613800000066)]
    assert link(clerk.see(link(page, "3.0</a>")), "C1/1") == "/desk/sanctions/C1/1"
    assert "8613800000066" not in clerk.see(link(page, "3.0</a>"))
    connected = clerk.rows(link(page, "2</a>"))
    assert [row[1] for row in connected] == [["H"], ["H"]]
    assert clerk.rows(f"{link(page, '2</a>')}&sort=-number")[0] == connected[1]
    league = clerk.see("/desk/providers")
    assert cells(clerk.see(link(league, "3.0</a>")))[0][1] == ["trunk-ap2"]
    for path in ("calls", "acts", "numbers"):
        assert clerk.file(f"/desk/providers/ap1/{path}")[0]


def test_trunks_that_nobody_registered_have_a_card_too(clerk):
    assert [row[0] for row in clerk.rows("/desk/providers/-")] == [["nobodys"]]
    clerk.see("/desk/providers/nothing", expected=404)


def test_the_api_tells_the_same(clerk, desk):
    clerk.see("/desk/providers")

    with desk.store.act("t") as act:
        token = do_make_token(act, desk.key, "officer", "test", 30)
    reply = clerk.client.get("/v1/scorecards", headers={"Authorization": f"Bearer {token}"}, params={"days": 7})
    by_trunk = {one["trunk"]: one for one in reply.json()["cards"]}
    assert (by_trunk["trunk-ap2"]["attempts"], by_trunk["trunk-ap2"]["unacknowledged"]) == (400, 2)


def test_before_anything_is_reckoned_pages_and_api_say_so_and_reckon_nothing(clerk, desk):
    clerk.see("/desk/providers")
    with desk.store.act("t") as act:
        act.conn.execute(scorecard_kept.delete())
        token = do_make_token(act, desk.key, "officer", "test", 30)
    for language in ("en", "zh"):
        assert PROVIDERS[language]["not_yet"] in clerk.see("/desk/providers", lang=language)
        assert PROVIDERS[language]["not_yet"] in clerk.see("/desk/providers/ap1", lang=language)
    headers = {"Authorization": f"Bearer {token}"}
    assert clerk.client.get("/v1/scorecards", headers=headers).json() == {"cards": [], "as_of": 0}
    with desk.store.read() as conn:
        assert conn.execute(scorecard_kept.select()).first() is None


def test_the_api_scores_the_periods_that_are_kept_and_names_them(clerk, desk):
    clerk.see("/desk/providers")
    with desk.store.act("t") as act:
        token = do_make_token(act, desk.key, "officer", "test", 30)
    headers = {"Authorization": f"Bearer {token}"}
    refused = clerk.client.get("/v1/scorecards", headers=headers, params={"days": 3})
    assert (refused.status_code, refused.json()["en"]) == (400, "it should be one of 1, 7, 14, 31")


def test_a_file_of_the_league(clerk):
    lines = clerk.file("/desk/providers")
    assert lines[0][0] == LISTING["en"]["provider"]
    assert [line[0] for line in lines[1:]] == ["Example ap2", "Example ap1", T["nobody"]]
