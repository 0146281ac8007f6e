"""Followers see every entry once, in order, across crashes."""

import msgspec
import pytest

from clearbell.ledger.followers import advance, advance_all
from clearbell.testing import fresh_store


class Opened(msgspec.Struct, frozen=True):
    door: int


@pytest.fixture
def store(tmp_path):
    store = fresh_store(tmp_path)
    for n in range(10):
        with store.act("cli:li") as act:
            act.append("test.opened" if n % 2 else "test.closed", [Opened(n)])
    yield store
    store.close()


def test_a_follower_is_given_each_entry_once_in_order(store):
    seen = []
    assert advance_all(store, "reader", None, lambda _act, entries: seen.extend(e.seq for e in entries), limit=3) == 10
    assert seen == list(range(1, 11))
    assert advance(store, "reader", None, lambda _act, entries: seen.extend(entries)) == 0


def test_followers_have_cursors_of_their_own(store):
    ours, theirs = [], []
    advance(store, "ours", {"test.opened"}, lambda _act, entries: ours.extend(e.seq for e in entries))
    advance(store, "theirs", None, lambda _act, entries: theirs.extend(e.seq for e in entries), limit=2)
    assert ours == [2, 4, 6, 8, 10]
    assert theirs == [1, 2]


def test_a_follower_that_fails_is_given_the_same_entries_again(store):
    def fail(_act, _entries):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        advance(store, "reader", None, fail)
    seen = []
    advance(store, "reader", None, lambda _act, entries: seen.extend(e.seq for e in entries))
    assert seen[0] == 1


def test_an_effect_on_the_store_lands_with_the_cursor(store):
    advance(
        store, "echo", {"test.opened"}, lambda act, entries: [act.append("test.echo", [Opened(e.seq)]) for e in entries]
    )
    assert [e.kind for e in store.entries(10)] == ["test.echo"] * 5
