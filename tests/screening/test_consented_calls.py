"""Calls within a consent: its frequency, its end by the pack, and the limits across a holder's numbers."""

import re

from clearbell.calls import DAY, HOUR, MINUTE, SECOND, Action, Answer
from clearbell.consent.model import ConsentGranted
from clearbell.policy.pack import builtin_pack_text, load_pack
from clearbell.registry.model import HolderRegistered, NumbersAssigned, Purpose
from clearbell.testing.screening import CALLEE, World, symbols

FIRST = 8657188880000


def centre(pack=None, **more):
    world = World(pack)
    world.state(
        HolderRegistered("H", "p", "insurance"),
        NumbersAssigned("r", "H", FIRST, FIRST + 99, Purpose.COMMERCIAL),
        ConsentGranted("H", CALLEE, "insurance", **more),
    )
    return world


def test_calls_beyond_what_the_subscriber_agreed_to_are_refused_across_the_holders_numbers():
    world = centre(per_day=2)
    for n in range(2):
        assert world.call(FIRST + n).action is not Action.REJECT
        world.move(HOUR)
    third = world.call(FIRST + 2)
    assert symbols(third) == ["CONSENT_EXCEEDED"]
    assert third.answer is Answer.NOT_ENTITLED
    world.move(DAY)
    assert "CONSENT_EXCEEDED" not in symbols(world.call(FIRST + 3))


def test_a_consent_without_a_period_lapses_where_the_pack_says_so():
    text, count = re.subn(
        r"^consent_days = { value = false", "consent_days = { value = 90", builtin_pack_text("cn"), flags=re.MULTILINE
    )
    assert count == 1
    world = centre(load_pack(text, "test.toml"))
    world.move(89 * DAY)
    assert "CONSENTED" in symbols(world.call(FIRST))
    world.move(DAY)
    assert symbols(world.call(FIRST)) == ["CONSENT_LAPSED"]


def test_the_fourth_call_in_five_minutes_is_seen_whichever_number_is_used_and_however_many_others_are_called():
    world = centre()
    for n in range(3):
        world.call(FIRST + n)
        for other in range(700):
            world.call(FIRST + n, CALLEE + 1 + other)
        world.move(MINUTE)
    assert "REDIAL_5M" in symbols(world.call(FIRST + 50))
    world.move(5 * MINUTE + SECOND)
    assert "REDIAL_5M" not in symbols(world.call(FIRST + 51))
