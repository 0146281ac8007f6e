"""Planning, starting, ending test calls; what is never called; what is kept and for how long."""

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR, MINUTE
from clearbell.cases.errors import UnknownCaseError
from clearbell.ledger.verify import verify
from clearbell.lifecycles import IllegalStepError, move
from clearbell.numbering import to_key
from clearbell.policy.testcalls import verification_problems
from clearbell.testing.clock import START
from clearbell.verification.errors import (
    NeverCalledError,
    NumberBudgetError,
    OtherNumberError,
    OutsideHoursError,
    OwnLineError,
    PoolBudgetError,
    PoolBusyError,
    TooSoonError,
    UnknownCallError,
)
from clearbell.verification.model import FACTS, TRANSITIONS, Evidence, Outcome, State, Step
from clearbell.verification.queries import call_of, calls_like, calls_to_lines, due_calls, evidence_of, prints_with
from clearbell.verification.service import (
    do_cancel,
    do_fail,
    do_fail_left,
    do_finish,
    do_forget_number,
    do_plan,
    do_receive,
    do_remove_expired,
    do_start,
)

from .conftest import NUMBER, OWN, RULES

OTHER = 8613800000009


def with_rules(**changed):
    return msgspec.structs.replace(RULES, rules=msgspec.structs.replace(RULES.rules, **changed))


def made(room, rules=RULES, number=NUMBER, evidence=None, prints=(), outcome=Outcome.HUMAN, **more):
    """A call that is planned, made and done."""
    plan = room.plan(number, **more)
    room.act(do_plan, rules, plan)
    room.act(do_start, rules, plan.call)
    room.act(do_finish, plan.call, outcome, evidence or Evidence(status=200), prints)
    return plan.call


def facts(room):
    return [
        (entry.kind, msgspec.json.decode(fact, type=FACTS[entry.kind]))
        for entry in room.store.entries(0, FACTS)
        for fact in entry.facts
        if fact is not None
    ]


@given(st.lists(st.sampled_from(list(Step)), max_size=12))
def test_only_steps_of_the_table_move_a_test_call(steps):
    state = State.PLANNED
    for step in steps:
        known = TRANSITIONS.get((state, step))
        if known is None:
            with pytest.raises(IllegalStepError):
                move(TRANSITIONS, state, step)
        else:
            state = known.to


def test_every_state_is_reached():
    assert {State.PLANNED} | {transition.to for transition in TRANSITIONS.values()} == set(State)


def test_a_call_goes_from_planned_to_done_and_each_step_is_a_sealed_fact(room):
    room.open_case("K1")
    call = made(room, evidence=Evidence(ring_ms=4000, status=200), case="K1", why="7 reports")
    with room.store.read() as conn:
        row = call_of(conn, call)
        assert (State(row.state), Outcome(row.outcome), row.case_id) == (State.DONE, Outcome.HUMAN, "K1")
        assert evidence_of(row).ring_ms == 4000
        assert [found.call for found in calls_like(conn, case="K1")] == [call]
    told = facts(room)
    assert [kind for kind, _ in told] == ["verification.planned", "verification.started", "verification.done"]
    assert all(fact.number == NUMBER for _, fact in told)
    # Sealed: nothing of the number stands in the chain itself.
    with room.store.engine.connect() as conn:
        bodies = conn.exec_driver_sql("SELECT body FROM ledger_entry WHERE kind LIKE 'verification.%'").scalars()
        assert all(bytes(body) == b"[]" for body in bodies)


@pytest.mark.parametrize("number", ["110", "119", "120", "122", "112", "12110", "12321", "12345", "12315"])
def test_emergency_and_public_service_numbers_are_never_called(room, number):
    with pytest.raises(NeverCalledError) as refused:
        room.act(do_plan, RULES, room.plan(to_key(number)))
    assert refused.value.number_class.value in refused.value.en
    assert refused.value.column == "number"
    with room.store.read() as conn:
        assert calls_like(conn) == []


@pytest.mark.parametrize("number", ["110", "12345"])
def test_not_even_by_a_pack_that_spares_nothing(room, number):
    with pytest.raises(NeverCalledError):
        room.act(do_plan, with_rules(never=()), room.plan(to_key(number)))


def test_a_pack_that_would_allow_it_is_refused():
    problems = verification_problems(msgspec.structs.replace(RULES.rules, never=()), RULES.hours)
    assert {key for _, _, key in problems} == {"verification.never"}
    assert len(problems) == 2


def test_a_number_that_became_an_emergency_number_since_is_not_called(room):
    plan = room.plan()
    room.act(do_plan, RULES, plan)
    from clearbell.numbering import NumberClass

    with pytest.raises(NeverCalledError):
        room.act(do_start, with_rules(never=(NumberClass.MOBILE,)), plan.call)
    with room.store.read() as conn:
        assert State(call_of(conn, plan.call).state) is State.PLANNED


def test_a_line_does_not_call_itself(room):
    with pytest.raises(OwnLineError):
        room.act(do_plan, RULES, room.plan(OWN))


def test_a_case_is_there_and_about_the_number_called(room):
    room.open_case("K1")
    with pytest.raises(OtherNumberError):
        room.act(do_plan, RULES, room.plan(OTHER, case="K1"))
    with pytest.raises(UnknownCaseError):
        room.act(do_plan, RULES, room.plan(case="K2"))


def test_a_number_has_its_budget_and_its_rest(room):
    rules = with_rules(per_number_day=2, gap_minutes=60)
    made(room, rules)
    room.clock.move(59 * MINUTE)
    with pytest.raises(TooSoonError, match="1 minutes"):
        made(room, rules)
    room.clock.move(MINUTE)
    made(room, rules)
    room.clock.move(2 * HOUR)
    with pytest.raises(NumberBudgetError):
        made(room, rules)
    made(room, rules, number=OTHER)
    room.clock.move(22 * HOUR + MINUTE)
    made(room, rules)


def test_a_pool_has_its_budget_and_others_have_theirs(room):
    rules = with_rules(per_pool_day=1)
    made(room, rules)
    with pytest.raises(PoolBudgetError):
        made(room, rules, number=OTHER)
    made(room, rules, number=OTHER, pool="second")


def test_no_more_calls_at_a_time_than_allowed_and_a_call_left_behind_makes_room(room):
    rules = with_rules(concurrency=1)
    first, second = room.plan(), room.plan(OTHER)
    room.act(do_plan, rules, first)
    room.act(do_plan, rules, second)
    room.act(do_start, rules, first.call)
    with pytest.raises(PoolBusyError):
        room.act(do_start, rules, second.call)
    assert room.act(do_fail_left, rules) == 0
    room.clock.move(10 * MINUTE)
    assert room.act(do_fail_left, rules) == 1
    room.act(do_start, rules, second.call)
    with room.store.read() as conn:
        assert call_of(conn, first.call).reason == "interrupted"


def test_nobody_is_called_at_night(room):
    plan = room.plan()
    room.act(do_plan, RULES, plan)
    # 10:26 in Beijing plus twelve hours.
    room.clock.move(12 * HOUR)
    with pytest.raises(OutsideHoursError, match="22:26"):
        room.act(do_start, RULES, plan.call)


@given(st.integers(0, 3 * DAY), st.integers(0, 2**32))
def test_a_drawn_time_is_within_the_hours_soon_and_never_early(after, seed):
    earliest = START + after
    at = RULES.draw(earliest, random.Random(seed).random)
    assert RULES.within_hours(at)
    assert earliest <= at <= earliest + DAY + RULES.rules.spread_minutes * MINUTE


def test_drawn_times_differ(room):
    chance = random.Random(7).random
    due = {room.act(do_plan, RULES, room.plan(), chance) for _ in range(20)}
    assert len(due) == 20
    with room.store.read() as conn:
        assert len(due_calls(conn, max(due))) == 20
        assert due_calls(conn, min(due) - 1) == []


def test_a_cancelled_call_is_not_made(room):
    plan = room.plan()
    room.act(do_plan, RULES, plan)
    room.act(do_cancel, plan.call, "the case was closed")
    with pytest.raises(IllegalStepError):
        room.act(do_start, RULES, plan.call)
    with pytest.raises(UnknownCallError):
        room.act(do_cancel, "nothing", "x")


def test_a_failed_call_says_nothing_of_the_number_and_why(room):
    plan = room.plan()
    room.act(do_plan, RULES, plan)
    room.act(do_start, RULES, plan.call)
    room.act(do_fail, plan.call, "503 Service Unavailable")
    with room.store.read() as conn:
        row = call_of(conn, plan.call)
    assert (row.outcome, row.reason) == ("failed", "503 Service Unavailable")
    assert facts(room)[-1][0] == "verification.failed"


def test_a_call_back_within_a_day_is_matched_to_the_call_before_it(room):
    first = made(room)
    room.clock.move(2 * HOUR)
    second = made(room, number=OTHER)
    room.clock.move(20 * HOUR)
    at = room.clock.now()
    receive = (do_receive, RULES)
    assert room.act(*receive, "r1", ("line", OWN), (NUMBER, "+8613800000001"), at, Evidence()) == (first, True)
    assert room.act(*receive, "r2", ("line", OWN), (8657100000001, "x"), at, Evidence()) == (second, False)
    assert room.act(*receive, "r3", ("other", OWN + 1), (NUMBER, "x"), at, Evidence()) is None
    late = at + 5 * HOUR
    assert room.act(*receive, "r4", ("line", OWN), (NUMBER, "x"), late, Evidence()) is None
    with room.store.read() as conn:
        assert [row.received for row in calls_to_lines(conn, answers=first)] == ["r1"]
        assert {row.received for row in calls_to_lines(conn, caller=NUMBER)} == {"r1", "r3", "r4"}
    assert [kind for kind, _ in facts(room)].count("verification.received") == 4


def wav(room, text):
    return room.vault.put(b"RIFF\0\0\0\0WAVE" + text, 1000).digest


def test_recordings_go_when_their_time_is_over_and_what_is_shared_stays(room):
    heard, said = wav(room, b"heard"), wav(room, b"said")
    old = made(room, evidence=Evidence(heard=heard, said=said), prints=[(5, 1), (5, 1), (6, 2)])
    room.clock.move(20 * DAY)
    made(room, evidence=Evidence(said=said))
    assert room.act(do_remove_expired, room.vault, RULES) == 0
    room.clock.move(10 * DAY)
    assert room.act(do_remove_expired, room.vault, RULES) == 1
    assert not room.vault.remove(heard)
    assert room.vault.get(said)
    with room.store.read() as conn:
        assert call_of(conn, old).heard == ""
        # It can still be recognised.
        assert prints_with(conn, [5, 6]) == {old: [(5, 1), (6, 2)]}
    room.clock.move(150 * DAY)
    room.act(do_remove_expired, room.vault, RULES)
    with room.store.read() as conn:
        assert prints_with(conn, [5, 6]) == {}


def test_a_person_is_forgotten_whole_and_the_chain_still_verifies(room):
    heard = wav(room, b"heard")
    made(room, evidence=Evidence(heard=heard, text="hello"), prints=[(5, 1)])
    kept = made(room, number=OTHER)
    room.act(do_receive, RULES, "r1", ("line", OWN), (NUMBER, "x"), room.clock.now(), Evidence())
    assert room.act(do_forget_number, room.vault, NUMBER) == 2
    with room.store.act("officer") as act:
        assert act.erase(NUMBER) == 4
    assert not room.vault.remove(heard)
    with room.store.read() as conn:
        assert [row.call for row in calls_like(conn)] == [kept]
        assert prints_with(conn, [5]) == {}
        assert calls_to_lines(conn) == []
    assert {fact.number for _, fact in facts(room)} == {OTHER}
    assert verify(room.store).fault is None
