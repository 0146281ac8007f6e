"""Live counters against a plain list of what happened."""

from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR, MINUTE, SECOND, Call, CallEnd, HangUp
from clearbell.policy.pack import builtin_pack
from clearbell.screening.activity import MAX_CALLEES, MAX_REPEATS, MOST_FEW, Few, Kind, Many, noted
from clearbell.screening.recent import Recent
from clearbell.screening.traffic import Traffic
from clearbell.screening.windows import BUCKET, H1, H24, M1, M5, MOST_TALLIED, WIDTHS, Window, tallied, tally_count

PACK = builtin_pack("cn")
T0 = 1_789_000_000 * SECOND


def attempt(traffic, caller, callee, at, holder=""):
    found, last, tally = traffic.found(caller), traffic.called(caller, callee), traffic.tally(callee)
    traffic.attempt(Call(id="", at=at, caller=caller, callee=callee), holder, False, True, found, last, tally)


def everything(activity, now):
    return (
        [activity.attempts(index, now) for index in (M1, M5, H1, H24)],
        [activity.distinct(index, now) for index in (H1, H24)],
        [activity.ended(index, now) for index in (H1, H24)],
        (activity.answered(now), activity.short(now), activity.one_ring(now)),
        [activity.repeats(callee, now, width) for callee in range(6) for width in (5 * MINUTE, DAY)],
    )


events = st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 5), st.integers(0, 8 * HOUR)), max_size=MOST_FEW)


@given(events, st.integers(0, 2 * DAY))
def test_a_caller_of_few_events_is_told_of_as_one_of_many(done, later):
    packed, many, now = b"", Many(), T0
    for kind, callee, gap in done:
        now += gap
        packed = noted(packed, kind, now, callee)
        many.note(kind, now, callee)
        assert everything(Few(packed), now) == everything(many, now)
    if packed:
        assert everything(Few(packed), now + later) == everything(many, now + later)
    assert everything(Many.after(packed), now + later) == everything(many, now + later)


@given(st.lists(st.tuples(st.sampled_from(Kind), st.integers(0, 5), st.integers(0, 4 * HOUR)), max_size=40))
def test_becoming_a_caller_of_many_events_changes_no_count(done):
    traffic, many, now = Traffic(PACK), Many(), T0
    traffic._numbers.note(7, Kind.ATTEMPT, now, 1)
    many.note(Kind.ATTEMPT, now, 1)
    for kind, callee, gap in done:
        now += gap
        traffic._numbers.note(7, kind, now, callee)
        many.note(kind, now, callee)
        assert everything(traffic.number(7), now) == everything(many, now)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=200), st.integers(2, 12))
def test_what_was_used_last_is_remembered_and_never_more_than_the_whole(steps, most):
    recent, used, forgotten = Recent(most), [], set()
    for key, gone in steps:
        if gone:
            recent.pop(key)
            forgotten.add(key)
        else:
            recent.put(key, key + 1)
            forgotten.discard(key)
            used = [*(one for one in used if one != key), key]
        assert len(recent) == len(set(recent)) <= most
        # One that was told to be forgotten keeps its place among the last: what was let go before does not come back.
        kept = max(1, most // 2)
        assert all(recent.get(one) == one + 1 for one in used[-kept:] if one not in forgotten)
        assert set(recent) <= set(used) - forgotten


steps = st.lists(st.tuples(st.integers(0, 3 * HOUR), st.integers(1, 5)), max_size=60)


@given(steps, st.sampled_from([M1, M5, H1, H24]))
def test_a_window_counts_no_more_than_happened_and_no_less_than_its_full_buckets(moves, index):
    window = Window(index)
    times = []
    now = T0
    for gap, _ in moves:
        now += gap // (1 + index)
        window.add(now)
        times.append(now)
        width, bucket = WIDTHS[index], BUCKET[index]
        count = window.count(now)
        assert count <= sum(1 for t in times if now - width < t <= now)
        assert count >= sum(1 for t in times if now - width + bucket < t <= now)


@given(st.lists(st.integers(-2 * DAY, 2 * DAY), max_size=80), st.sampled_from([M1, M5, H1, H24]))
def test_events_out_of_order_never_make_a_count_negative_or_too_large(offsets, index):
    window = Window(index)
    newest = T0
    times = []
    for offset in offsets:
        at = T0 + offset
        window.add(at)
        times.append(at)
        newest = max(newest, at)
        assert 0 <= window.count(newest) <= sum(1 for t in times if newest - WIDTHS[index] < t <= newest)
        window.take(at)
        window.add(at)
        assert min(window.counts) >= 0


@given(st.lists(st.integers(-9 * MINUTE, 9 * MINUTE), max_size=60), st.integers(-MINUTE, 9 * MINUTE))
def test_a_tally_counts_as_a_window_of_five_minutes_does(offsets, later):
    window, tally = Window(M5), 0
    for offset in offsets:
        window.add(T0 + offset)
        tally = tallied(tally, T0 + offset)
        assert tally_count(tally, T0 + offset) == window.count(T0 + offset)
        assert tally_count(tally, 0) >= window.count(T0 + offset)
    assert tally_count(tally, T0 + later) == window.count(T0 + later)


def test_a_tally_never_runs_over_into_the_next_minute():
    tally = 0
    for _ in range(3 * MOST_TALLIED):
        tally = tallied(tally, T0)
    assert tally_count(tally, T0) == MOST_TALLIED
    assert tally_count(tallied(tally, T0 + MINUTE), T0 + MINUTE) == MOST_TALLIED + 1


@given(st.lists(st.tuples(st.integers(0, 20 * MINUTE), st.integers(1, 12)), max_size=120))
@settings(max_examples=60)
def test_distinct_callees_are_exact_up_to_the_grain_of_the_window(moves):
    traffic = Traffic(PACK)
    happened = []
    now = T0
    for gap, callee in moves:
        now += gap
        attempt(traffic, 7, callee, now)
        happened.append((now, callee))
        activity = traffic.number(7)
        for index in (H1, H24):
            count = activity.distinct(index, now)
            width, bucket = WIDTHS[index], BUCKET[index]
            latest = {c: t for t, c in happened}
            assert count <= sum(1 for t in latest.values() if now - width < t <= now)
            assert count >= sum(1 for t in latest.values() if now - width + bucket < t <= now)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, HOUR)), max_size=100))
def test_callers_are_never_mixed(moves):
    together = Traffic(PACK)
    alone = {caller: Traffic(PACK) for caller in range(1, 5)}
    now = T0
    for caller, callee, gap in moves:
        now += gap
        attempt(together, caller, callee, now)
        attempt(alone[caller], caller, callee, now)
    for caller, own in alone.items():
        one, other = together.number(caller), own.number(caller)
        if one is None:
            assert other is None
            continue
        assert everything(one, now) == everything(other, now)


def test_a_holder_is_counted_across_its_numbers():
    traffic = Traffic(PACK)
    for number in range(10):
        attempt(traffic, 100 + number, 5, T0 + number, holder="H")
    assert traffic.holder("H").attempts(H1, T0 + 10) == 10
    assert traffic.holder("H").repeats(5, T0 + 10, 5 * MINUTE) == MAX_REPEATS


def test_the_callers_used_last_are_remembered_and_the_idlest_make_room():
    traffic = Traffic(PACK, max_callers=20)
    for caller in range(1, 100):
        attempt(traffic, caller, 9, T0 + caller)
        attempt(traffic, 1, 9, T0 + caller)
        assert traffic.active <= 20
        assert all(traffic.number(one) is not None for one in (1, *range(max(1, caller - 3), caller)))
    assert traffic.number(50) is None
    assert traffic.number(1).attempts(M1, T0 + 99) == 100


def test_memory_is_bounded_however_many_call():
    traffic = Traffic(PACK, max_callers=50, max_contacts=60, max_callees=40)
    for n in range(5000):
        attempt(traffic, n, n * 7, T0 + n * SECOND, holder=f"h{n}")
    assert len(traffic._numbers) <= 50
    assert len(traffic._holders) <= 50
    assert len(traffic._calls) <= 60
    assert len(traffic._rung) <= 40


def test_one_caller_remembers_a_bounded_number_of_callees():
    traffic = Traffic(PACK)
    for n in range(3 * MAX_CALLEES):
        attempt(traffic, 1, n + 1, T0 + n)
    assert len(traffic.number(1).callees) == MAX_CALLEES


def end(traffic, *, answered, seconds=0.0, ring=10.0, hangup=HangUp.CALLER, at=T0):
    traffic.ended(
        CallEnd(
            id="", at=at, caller=1, callee=2, answered=answered,
            duration=int(seconds * SECOND), ring=int(ring * SECOND), hangup=hangup,
        ),
        "",
    )  # fmt: skip


def test_ends_are_sorted_into_answered_short_and_one_ring():
    traffic = Traffic(PACK)
    attempt(traffic, 1, 2, T0)
    end(traffic, answered=True, seconds=100)
    end(traffic, answered=True, seconds=3)
    end(traffic, answered=False, ring=2)
    end(traffic, answered=False, ring=2, hangup=HangUp.CALLEE)
    end(traffic, answered=False, ring=25)
    activity = traffic.number(1)
    assert activity.ended(H24, T0) == 5
    assert activity.answered(T0) == 2
    assert activity.short(T0) == 1
    assert activity.one_ring(T0) == 1


def test_an_end_of_an_unknown_caller_is_no_activity():
    traffic = Traffic(PACK)
    end(traffic, answered=True, seconds=3)
    assert traffic.number(1) is None


def test_only_a_real_talk_makes_a_contact_and_it_goes_both_ways():
    traffic = Traffic(PACK)
    end(traffic, answered=True, seconds=5)
    assert traffic.talked(1, 2) == 0
    end(traffic, answered=True, seconds=60)
    assert traffic.talked(1, 2) == traffic.talked(2, 1) == T0
