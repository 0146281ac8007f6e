"""Appending, sealing, erasing, reading."""

import sqlite3

import msgspec
import pytest

from clearbell.ledger import Store
from clearbell.ledger.model import ERASED
from clearbell.ledger.tables import ledger_sealed
from clearbell.testing import MovableClock, fresh_store


class Said(msgspec.Struct, frozen=True):
    who: int
    what: str


class Opened(msgspec.Struct, frozen=True):
    door: str


TYPES = {"test.said": Said, "test.opened": Opened}


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    yield store
    store.close()


def test_an_entry_comes_back_as_it_was_appended(store):
    with store.act("cli:li") as act:
        seq = act.append("test.opened", [Opened("front"), Opened("back")], note={"lot": 7})
    [entry] = store.entries(0)
    assert (entry.seq, entry.kind, entry.actor, entry.note) == (seq, "test.opened", "cli:li", {"lot": 7})
    assert list(entry.decode(TYPES)) == [Opened("front"), Opened("back")]


def test_the_time_of_an_entry_is_the_clocks(tmp_path):
    clock = MovableClock(1_000)
    store = fresh_store(tmp_path, clock)
    clock.move(234)
    with store.act("cli:li") as act:
        act.append("test.opened", [Opened("front")])
    assert store.entries(0)[0].at == 1_234


def test_personal_facts_are_kept_beside_the_chain(store):
    with store.act("cli:li") as act:
        act.append("test.said", [Said(8613800000000, "no")], about=lambda fact: fact.who)
    with store.read() as conn:
        [row] = conn.execute(ledger_sealed.select()).all()
        body = conn.exec_driver_sql("SELECT body FROM ledger_entry").scalar_one()
    assert row.subject == "8613800000000"
    assert bytes(body) == b"[]"
    assert list(store.entries(0)[0].decode(TYPES)) == [Said(8613800000000, "no")]


def test_an_exception_inside_an_act_leaves_nothing(store):
    def half_an_act():
        with store.act("cli:li") as act:
            act.append("test.opened", [Opened("front")])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_an_act()
    assert store.head() == 0


def test_several_appends_in_one_act_follow_each_other(store):
    with store.act("cli:li") as act:
        assert [act.append("test.opened", [Opened(str(n))]) for n in range(3)] == [1, 2, 3]
    assert store.head() == 3


def test_erasing_wipes_every_fact_about_the_subject_and_says_how_many(store, tmp_path):
    with store.act("cli:li") as act:
        act.append("test.said", [Said(1, "secret-a"), Said(2, "b")], about=lambda fact: fact.who)
        act.append("test.said", [Said(1, "secret-c")], about=lambda fact: fact.who)
    with store.act("cli:li") as act:
        assert act.erase(1) == 2
    first, second, erased = store.entries(0)
    assert list(first.decode(TYPES)) == [Said(2, "b")]
    assert list(second.decode(TYPES)) == []
    assert (erased.kind, erased.note) == (ERASED, {"facts": 2})
    store.close()
    connection = sqlite3.connect(tmp_path / "clearbell.db")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert b"secret-" not in (tmp_path / "clearbell.db").read_bytes()


def test_erasing_someone_unknown_appends_nothing(store):
    with store.act("cli:li") as act:
        assert act.erase(5) == 0
    assert store.head() == 0


def test_entries_can_be_read_by_kind_and_from_a_place(store):
    with store.act("cli:li") as act:
        act.append("test.opened", [Opened("1")])
        act.append("test.said", [Said(1, "x")], about=lambda fact: fact.who)
        act.append("test.opened", [Opened("3")])
    assert [e.seq for e in store.entries(0, {"test.opened"})] == [1, 3]
    assert [e.seq for e in store.entries(1)] == [2, 3]
    assert [e.seq for e in store.entries(0, limit=1)] == [1]


def test_a_reader_is_not_held_up_by_a_writer(store):
    with store.act("cli:li") as act:
        act.append("test.opened", [Opened("1")])
        assert store.head() == 0
    assert store.head() == 1


def test_the_sqlite_library_in_use_is_free_of_the_wal_reset_bug(store):
    with store.read() as conn:
        version = conn.exec_driver_sql("SELECT sqlite_version()").scalar_one()
    assert tuple(map(int, version.split("."))) >= (3, 51, 3)


def test_a_store_opened_without_a_clock_uses_the_machines(tmp_path):
    store = Store.open(f"sqlite:///{tmp_path / 'deep' / 'er' / 'x.db'}")
    assert store.clock.now() > 1_700_000_000_000_000
    store.create()
    assert store.head() == 0


def test_entries_with_many_sealed_facts_few_and_none_come_back_whole_and_in_order(store, monkeypatch):
    monkeypatch.setattr("clearbell.ledger.store._AT_ONCE", 5)
    sizes = [1, 1, 3, 12, 0, 1, 4, 1, 7]
    with store.act("cli:li") as act:
        for place, size in enumerate(sizes):
            facts = [Said(100 * place + n, "x") for n in range(size)]
            act.append("test.said", facts, about=lambda fact: fact.who)
        act.append("test.said", [Said(7, "x")])
    with store.act("cli:li") as act:
        assert act.erase(303) == 1
    wanted = [[100 * place + n for n in range(size)] for place, size in enumerate(sizes)]
    wanted[3].remove(303)
    assert [[fact.who for fact in entry.decode(TYPES)] for entry in store.entries(0)] == [*wanted, [7], []]
