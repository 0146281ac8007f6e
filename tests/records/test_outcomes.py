"""Decisions are added up by holder, day, action and reason, each once, wherever the reading stops."""

import pytest
from sqlalchemy import literal, select

from clearbell.calls import DAY, HOUR, Action, Answer, Call, CallEnd, Decision
from clearbell.records.journal import Journal
from clearbell.records.outcomes import adding
from clearbell.records.outcomes.adding import Outcomes, do_forget_before
from clearbell.records.outcomes.queries import outcome_totals, outcomes
from clearbell.records.outcomes.tables import call_outcome, day_outcome
from clearbell.testing import fresh_store

NOON = 20_000 * DAY + 4 * HOUR
HOLDERS = {8657188880001: "clinic", 8657188880002: "clinic", 8657188880011: "insurer"}


class World:
    def __init__(self, folder):
        self.folder = folder
        self.store = fresh_store(folder)
        self.journal = Journal(folder / "journal")
        self.serial = 0

    def decide(self, caller, action=Action.ALLOW, by="total", at=NOON):
        self.serial += 1
        call = Call(f"c{self.serial}", at, caller, 8613900000001)
        answer = Answer.CONTINUE if action is Action.ALLOW else Answer.NETWORK_BLOCKED
        self.journal.decided(Decision(f"d{self.serial}", call, action, answer, (), 0.0, by, "p"))

    def run(self):
        return Outcomes(
            self.store, self.folder / "journal", lambda n: HOLDERS.get(n, ""), 480, lambda n: b"j" * n
        ).run()

    def table(self, holder):
        with self.store.read() as conn:
            found = outcomes(conn, select(literal(holder)), 0, 100)
            return [(row.day, row.action, row.reason, row.calls) for row in found]


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.journal.close()
    world.store.close()


def test_decisions_are_summed_for_their_holder_and_once(world):
    world.decide(8657188880001)
    world.decide(8657188880002)
    world.decide(8657188880001, Action.REJECT, "NO_CONSENT")
    world.decide(8657188880011)
    world.decide(8613800000001)
    world.journal.ended(CallEnd("c1", NOON, 8657188880001, 8613900000001, True))
    assert world.run() == 4
    assert world.run() == 0
    assert world.table("clinic") == [(20_000, "allow", "total", 2), (20_000, "reject", "NO_CONSENT", 1)]
    assert world.table("insurer") == [(20_000, "allow", "total", 1)]
    # Of all callers together, registered or not.
    with world.store.read() as conn:
        assert sorted(map(tuple, conn.execute(select(day_outcome)))) == [(20_000, "allow", 4), (20_000, "reject", 1)]
    world.decide(8657188880002)
    assert world.run() == 1
    assert world.table("clinic")[0] == (20_000, "allow", "total", 3)


def test_days_are_those_of_the_packs_zone(world):
    # 23:30 and 00:30 in a zone eight hours ahead.
    world.decide(8657188880001, at=20_000 * DAY + 15 * HOUR + HOUR // 2)
    world.decide(8657188880001, at=20_000 * DAY + 16 * HOUR + HOUR // 2)
    world.run()
    assert [line[0] for line in world.table("clinic")] == [20_001, 20_000]


def test_a_long_journal_is_read_in_parts_and_nothing_counts_twice_after_a_crash(world, monkeypatch):
    monkeypatch.setattr(adding, "AT_ONCE", 4)
    for _ in range(10):
        world.decide(8657188880001)
    assert [world.run() for _ in range(4)] == [4, 4, 2, 0]

    def fails(act, name, reached):
        raise OSError("the machine went down")

    kept = adding._move
    monkeypatch.setattr(adding, "_move", fails)
    world.decide(8657188880001)
    with pytest.raises(OSError, match="went down"):
        world.run()
    monkeypatch.setattr(adding, "_move", kept)
    assert world.run() == 1
    assert world.table("clinic") == [(20_000, "allow", "total", 11)]


def test_two_nodes_add_to_the_same_sums(world, tmp_path):
    world.decide(8657188880001)
    world.run()
    other = tmp_path / "other"
    journal = Journal(other)
    journal.decided(
        Decision("x", Call("x", NOON, 8657188880002, 1), Action.ALLOW, Answer.CONTINUE, (), 0.0, "total", "p")
    )
    assert Outcomes(world.store, other, lambda n: HOLDERS[n], 480, lambda n: b"o" * n).run() == 1
    journal.close()
    assert world.table("clinic") == [(20_000, "allow", "total", 2)]


def test_old_days_go_with_the_retention(world):
    world.decide(8657188880001)
    world.decide(8657188880001, at=NOON + 3 * DAY)
    world.run()
    with world.store.act("test") as act:
        assert do_forget_before(act, 20_001) == 1
    assert [line[0] for line in world.table("clinic")] == [20_003]
    with world.store.read() as conn:
        assert outcome_totals(conn, select(call_outcome.c.holder), 0) == {"allow": 1}
