"""Test calls that a case plans by itself."""

import itertools
import random

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.cases.model import Verdict
from clearbell.cases.service import do_reopen, do_verdict, do_verify
from clearbell.policy.model import ForCases
from clearbell.verification.errors import NeverCalledError
from clearbell.verification.for_cases import cases_verifying, do_cancel_idle, do_plan_for_case, idle_calls, next_window
from clearbell.verification.model import State
from clearbell.verification.queries import calls_like
from clearbell.verification.settings import LineSettings

from .conftest import NUMBER, RULES

LINES = tuple(LineSettings(name=f"l{n}", number=f"+8657187650{n:03}", domain="192.0.2.1") for n in range(3))


def rules_with(**more):
    return msgspec.structs.replace(RULES, rules=msgspec.structs.replace(RULES.rules, **more))


def due(at, _):
    return at + DAY


def verifying(room, case="K1", number=NUMBER):
    room.open_case(case, number)
    room.act(do_verify, case, due)


def plan(room, case="K1", numbers=(NUMBER,), lines=LINES, rules=RULES):
    ids = (f"p{count}" for count in itertools.count(room.clock.now()))
    return room.act(do_plan_for_case, rules, case, numbers, lines, lambda: next(ids), random.Random(1).random)


def planned(room, **more):
    with room.store.read() as conn:
        return sorted(calls_like(conn, **more), key=lambda row: row.due)


def test_a_case_calls_as_often_as_the_pack_says_each_time_in_another_window_and_on_another_line(room):
    verifying(room)
    made, spared = plan(room)
    first, second = planned(room, case="K1")
    assert ({first.call, second.call}, spared) == (set(made), [])
    windows = [window_of(one.due) for one in (first, second)]
    assert None not in windows
    assert windows[0] != windows[1]
    assert second.due - first.due >= RULES.rules.gap_minutes * MINUTE
    assert first.line != second.line


def window_of(at, rules=RULES):
    minute = (at + rules.utc_offset_minutes * MINUTE) % DAY // MINUTE
    return next((w for w in rules.rules.for_cases.windows if w[0] <= minute < w[1]), None)


def test_what_is_planned_is_not_planned_again_but_a_new_verification_plans_anew(room):
    verifying(room)
    plan(room)
    assert plan(room) == ([], [])
    assert len(planned(room)) == 2
    room.act(do_verdict, "K1", Verdict.INCONCLUSIVE, "nobody answered", RULES.cases, due)
    assert plan(room) == ([], [])
    room.clock.move(HOUR)
    room.act(do_reopen, "K1", "more reports", due)
    plan(room)
    assert len(planned(room)) == 4


def test_calls_of_a_case_with_a_verdict_are_given_up(room):
    verifying(room)
    plan(room)
    with room.store.read() as conn:
        assert (len(cases_verifying(conn)), idle_calls(conn)) == (1, [])
    room.act(do_verdict, "K1", Verdict.CLEARED, "a clinic", RULES.cases, due)
    assert len(room.act(do_cancel_idle)) == 2
    assert {State(row.state) for row in planned(room)} == {State.CANCELLED}
    assert room.act(do_cancel_idle) == []


def test_an_officers_own_call_for_the_case_is_not_given_up(room):
    from clearbell.verification.service import do_plan

    verifying(room)
    own = room.plan(case="K1", why="once more")
    room.act(do_plan, RULES, own, lambda: 0.5)
    room.act(do_verdict, "K1", Verdict.CLEARED, "a clinic", RULES.cases, due)
    assert room.act(do_cancel_idle) == []


def test_a_number_that_is_never_called_is_spared_and_the_others_are_called(room):
    from clearbell.cases.model import Opened, Source, Unit, UnitKind
    from clearbell.cases.service import do_open

    reason = Opened(Source.OFFICER, Unit(UnitKind.HOLDER, "H"), words="look into it")
    room.act(do_open, "K1", reason, RULES.cases, due)
    room.act(do_verify, "K1", due)
    made, (spared,) = plan(room, numbers=(86110, NUMBER))
    assert (spared.number, type(spared.error)) == (86110, NeverCalledError)
    assert {row.number for row in planned(room)} == {NUMBER}
    assert len(made) == 2


def test_without_lines_or_calls_in_the_pack_nothing_is_planned(room):
    verifying(room)
    assert plan(room, lines=()) == ([], [])
    none = msgspec.structs.replace(RULES.rules.for_cases, calls=0)
    assert plan(room, rules=rules_with(for_cases=none)) == ([], [])


@given(
    at=st.integers(1_600_000_000_000_000, 1_900_000_000_000_000),
    chance=st.floats(0, 1, exclude_max=True),
    spread=st.integers(0, 600),
)
def test_every_time_lies_in_a_window_and_never_before_it_may(at, chance, spread):
    rules = rules_with(spread_minutes=spread)
    found = next_window(rules, at, lambda: chance)
    assert at <= found < at + DAY + spread * MINUTE
    assert window_of(found, rules) is not None
    if window_of(at, rules) is not None:
        assert found - at <= spread * MINUTE


def test_a_window_may_be_the_whole_day(room):
    rules = rules_with(spread_minutes=0, for_cases=ForCases(1, 1, ("00:00-24:00",)))
    assert next_window(rules, 7, lambda: 0.9) == 7
