"""Who connected whom, and what came of it."""

import itertools

import pytest
from sqlalchemy import event

from clearbell.calls import DAY, HOUR, Call
from clearbell.desk.scorecards import MOST_DAYS, Period, last_days, league, scorecards
from clearbell.desk.tallying import tally_complaints
from clearbell.policy.pack import builtin_pack
from clearbell.records.journal import Journal
from clearbell.records.outcomes.adding import Outcomes
from clearbell.registry.model import (
    HolderRegistered,
    NumbersAssigned,
    PartyKind,
    PartyRegistered,
    Purpose,
    TrunkKind,
    TrunkOpened,
)
from clearbell.registry.service import do_assign_numbers, do_open_trunk, do_register_holder, do_register_party
from clearbell.reports import ReputationSettings, do_file_reports
from clearbell.reports.judging import Look
from clearbell.reports.model import Match, Reported
from clearbell.reports.service import do_withdraw_report
from clearbell.reports.weighing import do_weigh
from clearbell.sanctions.model import Restricted, Rung, Target
from clearbell.sanctions.service import do_restrict
from clearbell.screening.engine import Engine
from clearbell.screening.traffic import Traffic
from clearbell.serving.follower import load_views
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.screening import NOON

GOOD, BAD = 8657188880001, 8657188880002


@pytest.fixture
def clock():
    return MovableClock(NOON - HOUR)


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("ap1", PartyKind.COMPANY, "Example Access"))
        do_register_party(act, PartyRegistered("ap2", PartyKind.COMPANY, "Another Access"))
        for holder in ("G", "B"):
            do_register_holder(act, HolderRegistered(holder, "ap1"))
        do_open_trunk(act, TrunkOpened("T1", "ap1"))
        do_open_trunk(act, TrunkOpened("T2", "ap2", TrunkKind.FOREIGN))
        do_open_trunk(act, TrunkOpened("T3", "ap2"))
        do_assign_numbers(
            act,
            [
                NumbersAssigned("r1", "G", GOOD, GOOD, Purpose.SERVICE, ("T1",)),
                NumbersAssigned("r2", "B", BAD, BAD, Purpose.COMMERCIAL, ("T3",)),
            ],
        )
    yield store
    store.close()


PERIOD = Period(NOON // DAY - 1, NOON // DAY + 1, 480)


def called(store, folder, calls):
    """Decide calls (number, trunk) and add them up as a node does."""
    pack = builtin_pack("cn")
    ids = itertools.count()
    engine = Engine(pack, load_views(store, None), Traffic(pack), lambda: str(next(ids)))
    journal = Journal(folder / "journal")
    for n, (number, trunk) in enumerate(calls):
        journal.decided(engine.screen(Call("c", NOON + n * HOUR // 10, number, 8613900000000 + n, trunk=trunk)))
    journal.close()
    Outcomes(store, folder / "journal", lambda _: "", 480, lambda n: b"j" * n).catch_up()


def complained(store, number, names, trunk):
    """Reports of calls that the records saw come in on a trunk."""
    with store.act("cli:li") as act:
        now = act.at
        reports = [Reported(name, "desk", number, NOON, now, 8613900000000 + n) for n, name in enumerate(names)]
        do_file_reports(act, reports, ReputationSettings(), records=True)
        do_weigh(act, {name: Look(Match.MATCHED, trunk=trunk) for name in names}, ReputationSettings())


def restrict(store, name, number=0, holder=""):
    with store.act("cli:li") as act:
        target = Target.NUMBER if number else Target.HOLDER
        do_restrict(act, Restricted(name, target, Rung.OUTGOING_BARRED, "x", act.at, number=number, name=holder))


def cards_of(store, period=PERIOD):
    for day in range(period.first, period.last + 1):
        tally_complaints(store, day, 480)
    with store.read() as conn:
        return scorecards(conn, period)


def test_each_trunk_is_scored_by_its_calls_complaints_and_what_was_done(store, clock, tmp_path):
    called(
        store,
        tmp_path,
        [(GOOD, "T1")] * 4 + [(BAD, "T3")] * 5 + [(8613700000001, "T2")] + [(8613700000002, "T9")],
    )
    clock.move(2 * HOUR)
    complained(store, BAD, ["x0", "x1"], "T3")
    clock.move(3 * HOUR)
    restrict(store, "R1", BAD)
    restrict(store, "R2", BAD)
    cards = cards_of(store)
    by_trunk = {card.trunk: card for card in cards}
    assert [card.trunk for card in cards][:2] == ["T3", "T2"]
    bad = by_trunk["T3"]
    assert (bad.name, bad.resources, bad.attempts, bad.refused, bad.unwanted_share) == ("Another Access", 1, 5, 5, 1.0)
    assert (bad.complaints, bad.complaints_per_10000) == (2, 4000.0)
    assert bad.hours_to_act == pytest.approx(3.0)
    assert bad.repeat_offenders == ("B",)
    good = by_trunk["T1"]
    assert (good.attempts, good.unwanted_share, good.complaints, good.hours_to_act) == (4, 0.0, 0, None)
    assert by_trunk["T2"].unwanted_share == 1.0  # a foreign trunk that shows +86
    assert by_trunk["T9"].provider == ""


def test_a_restriction_on_the_holder_answers_complaints_about_each_of_its_numbers(store, clock):
    complained(store, BAD, ["x0"], "T3")
    complained(store, GOOD, ["x1"], "T1")
    clock.move(HOUR)
    restrict(store, "R1", holder="B")
    by_trunk = {card.trunk: card for card in cards_of(store)}
    assert by_trunk["T3"].hours_to_act == pytest.approx(1.0)
    assert by_trunk["T1"].hours_to_act is None


def test_a_complaint_counts_for_the_trunk_that_its_call_came_in_on_whoever_has_the_number(store):
    complained(store, BAD, ["x0"], "T1")
    assert {card.trunk: card.complaints for card in cards_of(store)} == {"T1": 1, "T2": 0, "T3": 0}


def test_what_is_outside_the_period_does_not_count(store, tmp_path, clock):
    called(store, tmp_path, [(GOOD, "T1")])
    complained(store, GOOD, ["x0"], "T1")
    restrict(store, "R1", GOOD)
    later = Period(NOON // DAY + 1, NOON // DAY + 2, 480)
    assert [(card.trunk, card.attempts, card.complaints, card.hours_to_act) for card in cards_of(store, later)] == [
        ("T1", 0, 0, None),
        ("T2", 0, 0, None),
        ("T3", 0, 0, None),
    ]


def test_a_period_is_whole_days_of_the_packs_zone():
    period = last_days(NOON, 7, 480)
    assert (period.last - period.first, period.until - period.since) == (6, 7 * DAY)
    assert period.since <= NOON < period.until
    assert last_days(NOON, 400, 480).until - last_days(NOON, 400, 480).since == MOST_DAYS * DAY


def test_the_league_adds_up_the_trunks_of_each_provider(store, tmp_path, clock):
    called(store, tmp_path, [(GOOD, "T1")] * 4 + [(BAD, "T3")] * 5 + [(8613700000001, "T2")])
    complained(store, BAD, ["x0"], "T3")
    clock.move(2 * HOUR)
    restrict(store, "R1", BAD)
    by_name = {one.provider: one for one in league(cards_of(store))}
    assert (by_name["ap1"].trunks, by_name["ap1"].attempts, by_name["ap1"].unwanted_share) == (1, 4, 0.0)
    other = by_name["ap2"]
    assert (other.trunks, other.attempts, other.refused, other.complaints) == (2, 6, 6, 1)
    assert other.hours_to_act == pytest.approx(2.0)
    assert by_name["ap1"].hours_to_act < 0


def test_however_many_calls_there_were_the_scoring_asks_for_sums(store, tmp_path):
    """No query goes through the reports without an index, and none through decisions at all."""
    called(store, tmp_path, [(GOOD, "T1")] * 4)
    asked = []
    with store.read() as conn:
        event.listen(conn, "before_cursor_execute", lambda _c, _u, text, args, *_: asked.append((text, args)))
        scorecards(conn, PERIOD)
        plans = [
            row[-1] for text, args in list(asked) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", args)
        ]
    assert [line for line in plans if line.startswith(("SCAN report", "SCAN restriction"))] == []


def test_a_day_is_counted_anew_when_a_complaint_is_taken_back(store):
    day = NOON // DAY
    complained(store, BAD, ["x0", "x1"], "T3")
    assert tally_complaints(store, day, 480)
    assert not tally_complaints(store, day, 480)
    with store.act("cli:li") as act:
        do_withdraw_report(act, "x0", ReputationSettings())
    assert tally_complaints(store, day, 480)
    assert {card.trunk: card.complaints for card in cards_of(store)}["T3"] == 1
    with store.act("cli:li") as act:
        do_withdraw_report(act, "x1", ReputationSettings())
    assert {card.trunk: card.complaints for card in cards_of(store)}["T3"] == 0
