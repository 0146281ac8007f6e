"""Orders go by their tables and by nothing else: an illegal step says so and changes nothing."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cases.conftest import EVE, PACK
from clearbell.calls import DAY, HOUR
from clearbell.desk.ordering import Asked, Incoming, do_take_in
from clearbell.desk.proving import looker
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError, mermaid
from clearbell.sanctions.orders.errors import (
    NotInWorkError,
    OrderError,
    OrderTakenError,
    OutcomeError,
    SameOfficerError,
    UnprovenError,
    WordsNeededError,
)
from clearbell.sanctions.orders.model import (
    BEARS,
    MUST_DO_TRANSITIONS,
    OPEN,
    PROOFS,
    STEP_OF,
    TRANSITIONS,
    Bears,
    Kind,
    MustDoState,
    MustDoStep,
    Outcome,
    Proof,
    ProofKind,
    State,
    Step,
)
from clearbell.sanctions.orders.queries import must_dos_of, order_of, orders
from clearbell.sanctions.orders.service import (
    do_acknowledge,
    do_begin,
    do_confirm,
    do_give_up,
    do_propose,
    do_prove,
    do_reopen,
    keep_up_orders,
)
from clearbell.sanctions.orders.tables import order_must_do, order_step, regulator_order
from clearbell.testing import MovableClock, fresh_store
from clearbell.vault import Vault

ONE, TWO, THREE = "officer-1", "officer-2", "officer-3"
PDF = b"%PDF-1.7 a receipt"


@pytest.fixture
def clock():
    return MovableClock(EVE)


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    yield store
    store.close()


@pytest.fixture
def vault(tmp_path):
    return Vault(tmp_path / "documents", bytes(32), lambda size: bytes(size))


@pytest.fixture
def look(vault):
    return looker(PACK, vault)


@pytest.fixture
def paper(vault):
    """A file that is really in the vault."""
    return Proof(ProofKind.FILE, vault.put(PDF, 1000).digest)


def take_in(store, order="O-1", *asks, **more):
    asks = asks or (Asked(Kind.OTHER, detail="train the staff"), Asked(Kind.OTHER, detail="say how"))
    came = Incoming(
        order, **{"authority": "bureau", "reference": f"no. {order}", "text": "see to it", **more}, asks=asks
    )
    with store.act("clerk") as act:
        return do_take_in(act, came, PACK)


def state(store, order="O-1"):
    with store.read() as conn:
        return State(order_of(conn, order).state), [MustDoState(one.state) for one in must_dos_of(conn, order)]


def picture(store):
    """Everything that a step could change."""
    with store.read() as conn:
        tables = (regulator_order, order_must_do, order_step)
        rows = [tuple(row) for table in tables for row in conn.execute(select(table))]
    return rows, store.head()


def acts(order, look, paper):
    """Every door that there is, each with the officer who takes it."""
    yield from (
        ("acknowledge", lambda act: do_acknowledge(act, order, officer=ONE)),
        ("begin", lambda act: do_begin(act, order, officer=ONE)),
        ("agree", lambda act: do_confirm(act, order, "", look, officer=TWO)),
        ("send back", lambda act: do_confirm(act, order, "look again", look, agrees=False, officer=TWO)),
    )
    for outcome in Outcome:
        yield (outcome.value, lambda act, outcome=outcome: do_propose(act, order, outcome, "so", look, officer=ONE))
    for place in (1, 2):
        name = f"{order}/{place}"
        yield (f"prove {place}", lambda act, name=name: do_prove(act, name, paper, look, officer=ONE))
        yield (f"give up {place}", lambda act, name=name: do_give_up(act, name, "cannot", officer=ONE))
        yield (f"reopen {place}", lambda act, name=name: do_reopen(act, name, "again", officer=ONE))


def expected(at, dos, outcome, door):
    """What the manual says that a door leads to; None: it is refused."""
    word, _, place = door.rpartition(" ") if door[-1].isdigit() else (door, "", "")
    if place:
        moves = {"prove": MustDoStep.PROVE, "give up": MustDoStep.GIVE_UP, "reopen": MustDoStep.REOPEN}
        to = MUST_DO_TRANSITIONS.get((dos[int(place) - 1], moves[word]))
        if at not in (State.ACKNOWLEDGED, State.IN_WORK) or to is None:
            return None
        after = list(dos)
        after[int(place) - 1] = to.to
        return State.IN_WORK, after, outcome
    if word in ("acknowledge", "begin"):
        to = TRANSITIONS.get((at, Step(word)))
        return (to.to, dos, outcome) if to else None
    if word == "send back":
        return (State.IN_WORK, dos, None) if at is State.PROPOSED else None
    if word == "agree":
        return (State(outcome.value), dos, outcome) if at is State.PROPOSED else None
    ends = {
        "done": set(dos) == {MustDoState.DONE},
        "returned": MustDoState.OPEN not in dos and MustDoState.CANNOT in dos,
        "refused": MustDoState.DONE not in dos,
        "withdrawn": True,
    }
    if at not in (State.ACKNOWLEDGED, State.IN_WORK) or not ends[word]:
        return None
    return State.PROPOSED, dos, Outcome(word)


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """One store for all walks, each with an order of its own."""
    folder = tmp_path_factory.mktemp("walks")
    store = fresh_store(folder, MovableClock(EVE))
    vault = Vault(folder / "documents", bytes(32), lambda size: bytes(size))
    yield store, vault, itertools.count(1)
    assert verify(store).fault is None
    store.close()


TRIED = {
    "acknowledge": "acknowledge",
    "begin": "begin",
    "agree": "complete",
    "send back": "send-back",
    "prove": "prove",
    "give up": "give-up",
    "reopen": "reopen",
    **dict.fromkeys((outcome.value for outcome in Outcome), "propose"),
}
"""By which name each door's step is refused where the table does not have it."""


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_walk_takes_the_steps_of_the_tables_and_no_other(walked, data):
    store, vault, serial = walked
    order = f"w{next(serial)}"
    look = looker(PACK, vault)
    paper = Proof(ProofKind.FILE, vault.put(PDF, 1000).digest)
    take_in(store, order)
    doors = dict(acts(order, look, paper))
    now = (State.RECEIVED, [MustDoState.OPEN, MustDoState.OPEN], None)
    told = set()
    for _ in range(data.draw(st.integers(1, 12), "steps")):
        legal = [door for door in doors if expected(*now, door)]
        store.clock.move(data.draw(st.sampled_from([0, HOUR, 3 * DAY]), "later"))
        late = [fact for fact in keep_up_orders(store) if fact.order == order]
        assert len({fact.what for fact in late}) == len(late)
        assert not told & {fact.what for fact in late}
        told |= {fact.what for fact in late}
        assert state(store, order) == (now[0], now[1])
        anyone = not legal or data.draw(st.booleans(), "any")
        door = data.draw(st.sampled_from(sorted(doors) if anyone else legal), "door")
        to = expected(*now, door)
        before = picture(store)
        if to is None:
            with pytest.raises((IllegalStepError, OrderError)) as refusal, store.act("test") as act:
                doors[door](act)
            assert refusal.value.zh
            assert refusal.value.en
            if not isinstance(refusal.value, OrderError):
                assert f"`{TRIED[door.rstrip(' 12')]}`" in refusal.value.en
            assert picture(store) == before
        else:
            with store.act("test") as act:
                doors[door](act)
            now = to
        assert state(store, order) == (now[0], now[1])


def test_every_open_state_is_left_and_every_end_stays():
    left = {state for state, _ in TRANSITIONS}
    assert left == OPEN
    assert {to.to for to in TRANSITIONS.values()} - left == {State(outcome.value) for outcome in Outcome}
    ends = {step for (state, step), to in TRANSITIONS.items() if to.to not in OPEN}
    assert ends == set(STEP_OF.values())
    assert {to.role for (_, step), to in TRANSITIONS.items() if step in ends} == {"second-officer"}


def test_every_kind_says_on_what_it_bears_what_proves_it_and_when_it_is_due():
    assert set(BEARS) == set(PROOFS) == set(Kind)
    assert set(PACK.orders.kinds) == {kind.value for kind in Kind}
    for authority in PACK.orders.authorities.values():
        assert set(authority.may) <= {kind.value for kind in Kind}


def test_the_manual_shows_the_tables_as_they_are():
    manual = (Path(__file__).resolve().parents[3] / "docs" / "orders.md").read_text()
    assert mermaid(TRANSITIONS, State.RECEIVED) in manual
    assert mermaid(MUST_DO_TRANSITIONS, MustDoState.OPEN) in manual


def test_due_times_are_the_must_dos_own_then_the_orders_then_the_packs(store):
    own, whole = EVE + 3 * HOUR, EVE + 9 * HOUR
    take_in(store, "O-1", Asked(Kind.OTHER, due=own), Asked(Kind.OTHER))
    take_in(store, "O-2", Asked(Kind.OTHER, due=own), Asked(Kind.OTHER), due=whole)
    hours = PACK.orders.kinds["other"].hours
    with store.read() as conn:
        assert [one.due for one in must_dos_of(conn, "O-1")] == [own, EVE + hours * HOUR]
        assert order_of(conn, "O-1").due == EVE + hours * HOUR
        assert [one.due for one in must_dos_of(conn, "O-2")] == [own, whole]
        assert order_of(conn, "O-2").due == whole
        assert order_of(conn, "O-1").acknowledge_by == EVE + PACK.orders.acknowledge_hours * HOUR


def test_an_authority_asks_only_for_what_the_pack_lets_it(store):
    with pytest.raises(OrderError) as refusal:
        take_in(store, "O-1", Asked(Kind.SHUT_OFF, Bears.NUMBER, 8613800000001), authority="centre_12321")
    assert refusal.value.en == (
        "`shut off` is not for the 12321 report centre to order; send it back, or look again at who issued it"
    )
    assert "不能要求「关停」" in refusal.value.zh
    with pytest.raises(OrderError, match="no such authority; there are: miit"):
        take_in(store, authority="mayor")
    assert store.head() == 0


@pytest.mark.parametrize(
    ("asks", "words"),
    [
        ((Asked(Kind.SHUT_OFF, Bears.LISTING, name="x"),), "bears on one of: number, holder, trunk, provider"),
        ((Asked(Kind.SHUT_OFF, Bears.NUMBER),), "say on what it bears"),
        ((Asked(Kind.SHUT_OFF, Bears.HOLDER, name="H9"),), "the registry has no holder H9"),
        ((Asked(Kind.STOP_RESOURCE, Bears.RESOURCE, name="R9"),), "the registry has no number resource R9"),
        ((Asked(Kind.LABEL, Bears.NUMBER, 8613800000001, detail="spam"),), "no category `spam`"),
        ((Asked(Kind.SHUT_OFF, Bears.NUMBER, 8613800000001, until=EVE),), "its end has passed"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(store, asks, words):
    with pytest.raises(OrderError, match=words):
        take_in(store, "O-1", *asks)
    assert store.head() == 0


def test_the_same_order_is_on_file_once(store):
    take_in(store)
    for order, reference in (("O-1", "another"), ("O-2", "no. O-1")):
        with pytest.raises(OrderTakenError) as refusal:
            take_in(store, order, reference=reference)
        assert "O-1" in refusal.value.en
    take_in(store, "O-2", reference="no. O-1", authority="miit")


def test_nothing_is_done_before_the_order_was_acknowledged(store, look, paper):
    take_in(store)
    with pytest.raises(NotInWorkError) as refusal, store.act("test") as act:
        do_prove(act, "O-1/1", paper, look, officer=ONE)
    assert "须先签收" in refusal.value.zh
    assert state(store) == (State.RECEIVED, [MustDoState.OPEN, MustDoState.OPEN])


@pytest.fixture
def done(store, look, paper):
    """Both must-dos proven by the first officer, the end proposed by the third."""
    take_in(store)
    with store.act("test") as act:
        do_acknowledge(act, "O-1", officer=ONE)
        do_prove(act, "O-1/1", paper, look, officer=ONE)
        do_prove(act, "O-1/2", paper, look, officer=ONE)
        do_propose(act, "O-1", Outcome.DONE, "", look, officer=THREE)
    return store


def test_a_second_officer_is_one_who_dealt_with_nothing_of_it(done, look):
    for hand in (ONE, THREE):
        with pytest.raises(SameOfficerError) as refusal, done.act("test") as act:
            do_confirm(act, "O-1", "", look, officer=hand)
        assert hand in refusal.value.en
    with done.act("test") as act:
        do_confirm(act, "O-1", "", look, officer=TWO)
    assert state(done)[0] is State.DONE


def test_a_proof_that_is_gone_when_the_second_officer_looks_ends_nothing(done, look, vault, paper):
    vault.remove(paper.reference)
    with pytest.raises(UnprovenError) as refusal, done.act("test") as act:
        do_confirm(act, "O-1", "", look, officer=TWO)
    assert refusal.value.en.startswith("must-do O-1/1 is not proven: there is no document")
    assert state(done)[0] is State.PROPOSED


def test_an_order_of_which_something_cannot_be_done_is_returned_with_words(store, look, paper):
    take_in(store)
    with store.act("test") as act:
        do_acknowledge(act, "O-1", officer=ONE)
        do_prove(act, "O-1/1", paper, look, officer=ONE)
        do_give_up(act, "O-1/2", "we have no staff", officer=ONE)
    with pytest.raises(OutcomeError, match="the order can only be returned"), store.act("test") as act:
        do_propose(act, "O-1", Outcome.DONE, "", look, officer=ONE)
    with pytest.raises(OutcomeError, match="these are done: O-1/1"), store.act("test") as act:
        do_propose(act, "O-1", Outcome.REFUSED, "no", look, officer=ONE)
    with pytest.raises(WordsNeededError), store.act("test") as act:
        do_propose(act, "O-1", Outcome.RETURNED, " ", look, officer=ONE)
    with store.act("test") as act:
        do_propose(act, "O-1", Outcome.RETURNED, "no staff", look, officer=ONE)
        do_confirm(act, "O-1", "", look, officer=TWO)
    assert state(store) == (State.RETURNED, [MustDoState.DONE, MustDoState.CANNOT])
    with store.read() as conn:
        assert order_of(conn, "O-1").words == "no staff"


def test_each_due_time_that_passes_is_told_once_also_by_two_nodes_and_after_a_restart(tmp_path, store, clock):
    take_in(store, "O-1", Asked(Kind.OTHER, due=EVE + 2 * DAY), Asked(Kind.OTHER, due=EVE + 3 * DAY))
    clock.move(PACK.orders.acknowledge_hours * HOUR - 1)
    assert keep_up_orders(store) == []
    clock.move(1)
    assert [one.what for one in keep_up_orders(store)] == ["acknowledge"]
    assert keep_up_orders(store) == []
    clock.move(DAY)
    again = fresh_store(tmp_path, clock)
    try:
        assert [one.what for one in keep_up_orders(again)] == ["O-1/1"]
        assert keep_up_orders(store) == []
        clock.move(DAY)
        assert [one.what for one in keep_up_orders(store)] == ["O-1/2", "order"]
        assert keep_up_orders(again) == []
    finally:
        again.close()
    assert len(store.entries(0, ["order.overdue"])) == 4


def test_what_was_done_in_time_is_never_overdue(store, clock, look, paper):
    take_in(store)
    with store.act("test") as act:
        do_acknowledge(act, "O-1", officer=ONE)
        do_prove(act, "O-1/1", paper, look, officer=ONE)
        do_prove(act, "O-1/2", paper, look, officer=ONE)
        do_propose(act, "O-1", Outcome.DONE, "", look, officer=ONE)
        do_confirm(act, "O-1", "", look, officer=TWO)
    clock.move(30 * DAY)
    assert keep_up_orders(store) == []
    with store.read() as conn:
        assert orders(conn) == []
        assert [row.order for row in orders(conn, everything=True)] == ["O-1"]
