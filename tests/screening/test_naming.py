"""The name card goes with a call only where the number was proven to be the caller's."""

from __future__ import annotations

import pytest

from clearbell.calls import DAY, Action, Attestation
from clearbell.labels.cards.model import CardShown, Hidden, Texts
from clearbell.labels.model import Labelled
from clearbell.records.journal_codec import decode_decision, encode_decision
from clearbell.registry.model import HolderRegistered, NumbersAssigned, Purpose, TrunkKind, TrunkOpened
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sip.answers import Style
from clearbell.sip.callers import Reading
from clearbell.testing.screening import NOON, World
from clearbell.testing.sip import BLOCKED_URL, Switch, request

NUMBER, CALLEE = 8657188880001, 8613900000002
TEXTS = Texts("示例快递", "Example Express", "派送通知", "deliveries")


def card(hidden=Hidden.NONE, holder="H", until=NOON + DAY):
    return CardShown(NUMBER, "C", 1, holder, TEXTS, NOON, until, hidden)


@pytest.fixture
def world():
    world = World()
    world.state(
        HolderRegistered("H", "p"),
        TrunkOpened("own", "p"),
        TrunkOpened("other", "q"),
        TrunkOpened("abroad", "q", TrunkKind.FOREIGN),
        NumbersAssigned("r", "H", NUMBER, NUMBER, Purpose.NOTICE, ("own",)),
        card(),
    )
    return world


def named(world, **more):
    # Another callee each time, so that nobody is called too often.
    decision = world.call(NUMBER, CALLEE + len(world.entries), **{"trunk": "own", **more})
    return decision.name.text("zh") if decision.name else None


def test_the_call_on_the_numbers_own_trunk_shows_the_card(world):
    decision = world.call(NUMBER, CALLEE, trunk="own")
    assert decision.action is Action.ALLOW
    assert (decision.name.text("zh"), decision.name.text("en")) == ("示例快递 派送通知", "Example Express deliveries")
    assert decode_decision(encode_decision(decision)) == decision


@pytest.mark.parametrize(
    "call",
    [
        {"trunk": "other"},
        {"trunk": "other", "attestation": Attestation.A},
        {"trunk": "abroad", "attestation": Attestation.A},
        {"trunk": ""},
        {"trunk": "", "attestation": Attestation.A},
        {"trunk": "unheard-of"},
        {"attestation": Attestation.FAILED},
        {"withheld": True},
    ],
)
def test_whoever_did_not_prove_the_number_does_not_get_its_card(world, call):
    assert named(world, **call) is None


@pytest.mark.parametrize(
    ("attestation", "shown"),
    [(Attestation.A, True), (Attestation.B, False), (Attestation.C, False), (Attestation.NONE, False)],
)
def test_where_a_number_may_appear_on_any_trunk_only_full_attestation_proves_it(world, attestation, shown):
    world.state(NumbersAssigned("r", "H", NUMBER, NUMBER, Purpose.NOTICE))
    assert (named(world, attestation=attestation) is not None) is shown


def test_a_labelled_number_shows_its_label_and_never_its_card(world):
    world.state(Labelled(NUMBER, "loans", 12, 9.0, 9.0, NOON, NOON + DAY))
    decision = world.call(NUMBER, CALLEE, trunk="own")
    assert (decision.action, decision.label, decision.name) == (Action.LABEL, "loans", None)


def test_it_goes_with_the_tombstone_the_holder_the_sanction_and_the_time(world):
    world.state(card(Hidden.RELEASED))
    assert named(world) is None
    world.state(card())
    assert named(world) is not None
    world.state(NumbersAssigned("r", "G", NUMBER, NUMBER, Purpose.NOTICE, ("own",)))
    assert named(world) is None
    world.state(NumbersAssigned("r", "H", NUMBER, NUMBER, Purpose.NOTICE, ("own",)))
    world.state(Restricted("x", Target.HOLDER, Rung.RATE_LIMIT, "r", NOON, name="H", limit=1000))
    assert named(world) is None, "nobody under restriction is recommended, though its calls go on"
    world.state(Lifted("x", "over"))
    assert named(world) is not None
    world.move(DAY)
    assert named(world) is None


def test_an_inbound_only_number_has_no_card_even_where_the_callee_allows_it(world):
    world.state(NumbersAssigned("r", "H", NUMBER, NUMBER, Purpose.NOTICE, ("own",), inbound_only=True))
    assert named(world) is None


def test_a_decision_that_fails_open_shows_no_name(world):
    call = world.call(NUMBER, CALLEE, trunk="own").call
    assert world.engine.fail_open(call, "x").name is None


@pytest.mark.parametrize("go_on", [302, 404])
def test_the_switch_gets_the_name_with_its_mark(world, go_on):
    switch = Switch(world, Style(go_on=go_on, blocked_url=BLOCKED_URL), Reading(trunk="own"))
    switch.now = NOON
    answer = switch.send(request(caller=f"+{NUMBER}"))
    assert answer.code == 302
    [shown] = answer.headers["p-asserted-identity"]
    assert shown.startswith('"[V] ')
    assert f"<sip:+{NUMBER}@example.net>" in shown
    assert answer.headers["contact"] == ["<sip:+8613900000002@example.net>"]
    assert answer.headers["reason"] == ['SIP;cause=302;text="no-fraud-detected"']


def test_a_spoofer_gets_neither_name_nor_mark(world):
    switch = Switch(world, Style(blocked_url=BLOCKED_URL), Reading(trunk="other"))
    switch.now = NOON
    answer = switch.send(request(caller=f"+{NUMBER}"))
    assert answer.code == 403
    assert b"[V]" not in answer.raw
    unknown = Switch(world, Style(blocked_url=BLOCKED_URL), Reading())
    unknown.now = NOON
    answer = unknown.send(request(caller=f"+{NUMBER}", call_id="c2", branch="z9hG4bK2"))
    assert answer.code == 404
    assert b"[V]" not in answer.raw
