"""Contract ended: all its numbers restricted, all in one ledger story; reinstated likewise."""

import itertools

import pytest

from clearbell.calls import Action, Call
from clearbell.desk.contracts import end_contract, reinstate_contract
from clearbell.lifecycles import IllegalStepError
from clearbell.policy.pack import builtin_pack
from clearbell.registry.contracts.model import Terms
from clearbell.registry.contracts.queries import steps_of
from clearbell.registry.contracts.service import do_accept, do_offer
from clearbell.registry.model import HolderRegistered, NumbersAssigned, PartyKind, PartyRegistered, Purpose
from clearbell.registry.service import do_assign_numbers, do_register_holder, do_register_party
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.service import do_lift, do_restrict
from clearbell.screening.engine import Engine
from clearbell.screening.traffic import Traffic
from clearbell.serving.follower import load_views
from clearbell.testing import MovableClock, fresh_store

ONE, RANGE, OTHER = 8657188880001, 8657199990000, 8657188880009
CALLEE = 8613900000002


@pytest.fixture
def clock():
    return MovableClock()


@pytest.fixture
def store(tmp_path, clock):
    store = fresh_store(tmp_path, clock)
    with store.act("cli:li") as act:
        do_register_party(act, PartyRegistered("p", PartyKind.COMPANY, "Example Insurance"))
        for holder in ("H", "G"):
            do_register_holder(act, HolderRegistered(holder, "p"))
        do_assign_numbers(
            act,
            [
                NumbersAssigned("r1", "H", ONE, ONE, Purpose.SERVICE),
                NumbersAssigned("r2", "H", RANGE, RANGE + 99, Purpose.SERVICE),
                NumbersAssigned("r3", "G", OTHER, OTHER, Purpose.SERVICE),
            ],
        )
        digest = do_offer(act, "C1", "H", Terms("service", "08:00-21:00", 60, 5))
        do_accept(act, "C1", "signer", digest)
    yield store
    store.close()


def do(store, what, *args):
    with store.act("cli:li") as act:
        return what(act, *args)


def decided(store, clock):
    pack = builtin_pack("cn")
    ids = itertools.count()
    engine = Engine(pack, load_views(store, None), Traffic(pack), lambda: str(next(ids)))
    at = clock.now() - clock.now() % 86_400_000_000 + 86_400_000_000 + 4 * 3_600_000_000
    decisions = [engine.screen(Call("c", at, number, CALLEE)) for number in (ONE, RANGE, RANGE + 57, OTHER)]
    return [decision.decided_by for decision in decisions], [decision.action for decision in decisions]


def story(store):
    with store.read() as conn:
        steps = steps_of(conn, "C1")
    return [(seq, store.entries(seq - 1, limit=1)[0].kind) for seq in steps]


def test_the_end_bars_every_number_and_reinstatement_brings_each_back(store, clock):
    assert decided(store, clock)[1] == [Action.ALLOW] * 4
    clock.move(1)
    do(store, end_contract, "C1", "calls without consent")
    assert decided(store, clock)[0] == ["RESTRICTED_HOLDER"] * 3 + ["total"]
    clock.move(1)
    do(store, reinstate_contract, "C1", "remedied")
    assert decided(store, clock)[1] == [Action.ALLOW] * 4


def test_numbers_that_the_holder_gets_later_are_barred_too(store, clock):
    do(store, end_contract, "C1", "calls without consent")
    do(store, do_assign_numbers, [NumbersAssigned("r4", "H", OTHER + 1, OTHER + 1, Purpose.SERVICE)])
    pack = builtin_pack("cn")
    engine = Engine(pack, load_views(store, None), Traffic(pack), lambda: "d")
    assert engine.screen(Call("c", clock.now() + 1, OTHER + 1, CALLEE)).decided_by == "RESTRICTED_HOLDER"


def test_it_is_one_story_in_the_ledger(store, clock):
    for _ in range(2):
        clock.move(1)
        do(store, end_contract, "C1", "again")
        clock.move(1)
        do(store, reinstate_contract, "C1", "remedied")
    seqs, kinds = zip(*story(store), strict=True)
    ending = ["contract.ended", "sanctions.restricted", "contract.reinstated", "sanctions.lifted"]
    assert list(kinds) == ["contract.offered", "contract.accepted", *ending, *ending]
    assert list(seqs) == list(range(seqs[0], seqs[0] + len(seqs)))


def test_reinstatement_lifts_what_the_end_restricted_and_nothing_else(store, clock):
    do(
        store,
        do_restrict,
        Restricted("R9", Target.HOLDER, Rung.OUTGOING_BARRED, "another matter", clock.now(), name="H"),
    )
    do(store, end_contract, "C1", "x")
    clock.move(1)
    do(store, reinstate_contract, "C1", "y")
    assert decided(store, clock)[0][:3] == ["RESTRICTED_HOLDER"] * 3


def test_what_an_officer_lifted_before_stays_lifted(store, clock):
    restriction = do(store, end_contract, "C1", "x")
    clock.move(1)
    do(store, do_lift, Lifted(restriction, "appeal upheld"))
    clock.move(1)
    do(store, reinstate_contract, "C1", "y")
    assert [kind for _, kind in story(store)][-1] == "contract.reinstated"


def test_a_contract_that_is_not_in_force_cannot_end(store):
    do(store, end_contract, "C1", "x")
    head = store.head()
    with pytest.raises(IllegalStepError, match="`end` is not possible while it is `ended`; possible now: reinstate"):
        do(store, end_contract, "C1", "x")
    assert store.head() == head
