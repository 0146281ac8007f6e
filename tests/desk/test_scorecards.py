"""Who connected whom, and what came of it."""

import itertools

import pytest

from clearbell.calls import DAY, HOUR, Call
from clearbell.desk.scorecards import scorecards
from clearbell.policy.pack import builtin_pack
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
from clearbell.reports.model import Reported
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


def test_each_trunk_is_scored_by_its_calls_complaints_and_what_was_done(store, clock):
    pack = builtin_pack("cn")
    ids = itertools.count()
    engine = Engine(pack, load_views(store, None), Traffic(pack), lambda: str(next(ids)))
    calls = [(GOOD, "T1")] * 4 + [(BAD, "T3")] * 5 + [(8613700000001, "T2")] + [(8613700000002, "T9")]
    decisions = [
        engine.screen(Call("c", NOON + n * HOUR // 10, number, 8613900000000 + n, trunk=trunk))
        for n, (number, trunk) in enumerate(calls)
    ]
    clock.move(2 * HOUR)
    with store.act("cli:li") as act:
        do_file_reports(
            act,
            [Reported(f"x{n}", "desk", BAD, NOON, clock.now(), 8613900000000 + n) for n in range(2)],
            ReputationSettings(),
        )
    clock.move(3 * HOUR)
    for name in ("R1", "R2"):
        with store.act("cli:li") as act:
            do_restrict(act, Restricted(name, Target.NUMBER, Rung.OUTGOING_BARRED, "x", clock.now(), number=BAD))
    with store.read() as conn:
        cards = scorecards(conn, decisions, NOON - DAY, NOON + DAY)
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


def test_what_is_outside_the_period_does_not_count(store):
    with store.read() as conn:
        cards = scorecards(conn, [], NOON, NOON + DAY)
    assert [(card.trunk, card.attempts) for card in cards] == [("T1", 0), ("T2", 0), ("T3", 0)]
