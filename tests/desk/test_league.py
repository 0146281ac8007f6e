"""Scorecards are kept ready: what a page reads is what was reckoned last, and says when."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.desk.league.keeping import keep_scorecards, reckoned
from clearbell.desk.league.tables import scorecard_kept
from clearbell.desk.scorecards import last_days, scorecards
from clearbell.records.outcomes.tables import trunk_outcome
from clearbell.registry.model import PartyKind, PartyRegistered, TrunkOpened
from clearbell.registry.service import do_open_trunk, do_register_party
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.screening import NOON


@pytest.fixture
def clock():
    return MovableClock(NOON)


@pytest.fixture
def store(tmp_path, clock):
    made = fresh_store(tmp_path, clock=clock)
    with made.act("li") as act:
        do_register_party(act, PartyRegistered("ap1", PartyKind.COMPANY, "Example ap1"))
        do_open_trunk(act, TrunkOpened("T1", "ap1"))
    yield made
    made.close()


def week(store):
    return last_days(store.clock.now(), 7, 480)


def called(store, calls):
    with store.act("li") as act:
        day = week(store).last
        act.conn.execute(trunk_outcome.insert().values(trunk="T1", day=day, action="reject", calls=calls))


def read(store):
    with store.read() as conn:
        return reckoned(conn, week(store))


def test_where_none_are_kept_yet_none_are_reckoned_for_who_asks(store):
    called(store, 7)
    assert read(store) is None


def test_what_was_kept_is_read_as_it_was_reckoned_with_its_time(store, clock):
    called(store, 7)
    keep_scorecards(store, week(store))
    kept_at = clock.now()
    with store.read() as conn:
        exact = scorecards(conn, week(store))
    with store.act("li") as act:
        act.conn.execute(trunk_outcome.update().values(calls=9))
    clock.move(5 * MINUTE)
    found = read(store)
    assert (found.cards, found.at) == (exact, kept_at)
    keep_scorecards(store, week(store))
    assert (read(store).cards[0].refused, read(store).at) == (9, clock.now())


def test_when_a_day_begins_those_up_to_the_day_before_stand_until_the_new_ones_are_there(store, clock):
    called(store, 7)
    before, kept_at = week(store), clock.now()
    keep_scorecards(store, before)
    clock.move(13 * HOUR)
    found = read(store)
    assert (found.period, found.at, found.cards[0].refused) == (before, kept_at, 7)
    assert found.period.last == week(store).last - 1
    keep_scorecards(store, week(store))
    assert (read(store).period, read(store).at) == (week(store), clock.now())
    # Those of another length are none of these.
    with store.read() as conn:
        assert reckoned(conn, last_days(clock.now(), 14, 480)) is None
    clock.move(2 * DAY)
    keep_scorecards(store, week(store))
    with store.read() as conn:
        assert conn.execute(select(func.count()).select_from(scorecard_kept)).scalar() == 1
