"""Restrictions, and what is refused in which words."""

import pytest

from clearbell.calls import DAY
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.orders.model import Bears, Kind, MustDo, OrderReceived
from clearbell.sanctions.orders.service import do_receive
from clearbell.sanctions.queries import restrictions
from clearbell.sanctions.service import SanctionError, do_lift, do_restrict
from clearbell.testing import MovableClock, fresh_store
from clearbell.testing.clock import START

NUMBER = 8613800000001


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


def fact(**more):
    settings = {
        "restriction": "R", "target": Target.NUMBER, "rung": Rung.OUTGOING_BARRED, "reason": "confirmed marketing",
        "start": START, "until": START + 30 * DAY, "number": NUMBER,
    }  # fmt: skip
    return Restricted(**{**settings, **more})


def restrict(store, **more):
    with store.act("cli:li") as act:
        do_restrict(act, fact(**more))


def test_a_restriction_is_in_force_until_its_end_or_until_lifted(store, clock):
    restrict(store)
    restrict(store, restriction="S", until=0)
    with store.read() as conn:
        assert len(restrictions(conn, clock.now())) == 2
        assert len(restrictions(conn, clock.now() + 31 * DAY)) == 1
    with store.act("cli:li") as act:
        do_lift(act, Lifted("S", "appeal upheld"))
    with store.read() as conn:
        assert [r.restriction for r in restrictions(conn, clock.now())] == ["R"]
        assert len(restrictions(conn)) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"reason": " "}, "needs a reason"),
        ({"start": START - 1}, "cannot begin in the past"),
        ({"until": START}, "would end before it begins"),
        ({"number": 0}, "names the number"),
        ({"name": "H"}, "names the number"),
        ({"target": Target.HOLDER}, "names the number"),
        ({"rung": Rung.RATE_LIMIT}, "has a limit"),
        ({"limit": 5}, "has a limit"),
        ({"order": "O9"}, "no order O9"),
        (
            {"target": Target.TRUNK, "number": 0, "name": "t", "rung": Rung.RATE_LIMIT, "limit": 5},
            "cannot be rate limited",
        ),
    ],
)
def test_an_unsound_restriction_is_refused_and_changes_nothing(store, change, words):
    with pytest.raises(SanctionError, match=words) as refused:
        restrict(store, **change)
    assert refused.value.zh
    assert store.head() == 0


def test_ids_are_not_used_twice(store):
    restrict(store)
    with pytest.raises(SanctionError, match="restriction R already"):
        restrict(store)


@pytest.mark.parametrize("lifted", [Lifted("R", ""), Lifted("unknown", "x")])
def test_only_what_is_in_force_is_lifted_and_with_a_reason(store, lifted):
    restrict(store)
    with store.act("cli:li") as act, pytest.raises(SanctionError):
        do_lift(act, lifted)


def test_a_lapsed_restriction_is_not_lifted(store, clock):
    restrict(store)
    clock.move(31 * DAY)
    with store.act("cli:li") as act, pytest.raises(SanctionError, match="no restriction R is in force"):
        do_lift(act, Lifted("R", "late"))


def test_a_restriction_names_only_an_order_on_file(store, clock):
    with pytest.raises(SanctionError, match="there is no order O1"):
        restrict(store, order="O1")
    due = clock.now() + DAY
    with store.act("cli:li") as act:
        asks = [MustDo("O1", 1, Kind.SHUT_OFF, Bears.NUMBER, due, NUMBER, rung=Rung.OUTGOING_BARRED)]
        do_receive(act, OrderReceived("O1", "bureau", "the bureau", "7", "bar it", clock.now(), due, due), asks)
    restrict(store, order="O1")
