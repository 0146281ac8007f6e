"""Who uses a number, for a process without views: what the registry says by now."""

import pytest

from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party, do_release_numbers
from clearbell.serving.holders import Holders
from clearbell.testing import fresh_store

LINE, FIRST, LAST = 8657188880001, 8657199990000, 8657199990099


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Insurance"))
        do_register_holder(act, HolderRegistered("H", "p"))
        do_register_holder(act, HolderRegistered("G", "p"))
    yield store
    store.close()


def assign(store, *facts):
    with store.act("cli:li") as act:
        do_assign_numbers(act, list(facts))


def test_what_was_registered_before_and_what_comes_after_are_known(store):
    assign(store, NumbersAssigned("r1", "H", LINE, LINE, Purpose.COMMERCIAL))
    holders = Holders(store)
    assert holders.holder_of(LINE) == "", "nothing was read yet"
    holders.catch_up()
    assert (holders.holder_of(LINE), holders.holder_of(FIRST)) == ("H", "")
    assign(store, NumbersAssigned("r2", "G", FIRST, LAST, Purpose.SERVICE))
    holders.catch_up()
    assert [holders.holder_of(number) for number in (FIRST - 1, FIRST, FIRST + 50, LAST, LAST + 1)] == [
        "",
        "G",
        "G",
        "G",
        "",
    ]
    assign(store, NumbersAssigned("r1", "G", LINE, LINE, Purpose.COMMERCIAL))
    with store.act("cli:li") as act:
        do_release_numbers(act, "r2")
    holders.catch_up()
    assert (holders.holder_of(LINE), holders.holder_of(FIRST)) == ("G", "")


def test_after_an_erasure_the_registry_is_read_anew(store):
    assign(store, NumbersAssigned("r1", "H", LINE, LINE, Purpose.COMMERCIAL))
    holders = Holders(store)
    holders.catch_up()
    with store.act("cli:li") as act:
        assert act.erase(LINE)
        do_release_numbers(act, "r1")
    holders.catch_up()
    assert holders.holder_of(LINE) == ""


def test_entries_that_say_nothing_of_numbers_are_not_asked_for_again(store, monkeypatch):
    holders = Holders(store)
    holders.catch_up()
    asked = []
    entries = store.entries
    monkeypatch.setattr(store, "entries", lambda after, *more: asked.append(after) or entries(after, *more))
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("q", PartyKind.COMPANY, "Other"))
    holders.catch_up()
    holders.catch_up()
    assert len(asked) == 1
