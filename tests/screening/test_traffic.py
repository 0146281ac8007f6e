"""Live counters against a plain list of what happened."""

from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.calls import DAY, HOUR, MINUTE, SECOND, Call, CallEnd, HangUp
from clearbell.policy.pack import builtin_pack
from clearbell.screening import traffic as room
from clearbell.screening.traffic import Traffic
from clearbell.screening.windows import BUCKET, H1, H24, M1, M5, WIDTHS, Window

PACK = builtin_pack("cn")
T0 = 1_789_000_000 * SECOND


def attempt(traffic, caller, callee, at, holder=""):
    traffic.attempt(Call(id="", at=at, caller=caller, callee=callee), holder, emergency=False, stranger=True)


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
        for place, index in ((0, H1), (1, H24)):
            count = activity.distinct[place].count(now)
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
        assert [w.count(now) for w in one.attempts] == [w.count(now) for w in other.attempts]
        assert one.callees == other.callees


def test_a_holder_is_counted_across_its_numbers():
    traffic = Traffic(PACK)
    for number in range(10):
        attempt(traffic, 100 + number, 5, T0 + number, holder="H")
    assert traffic.holder("H").attempts[H1].count(T0 + 10) == 10
    assert traffic.holder("H").repeats(5, T0 + 10, 5 * MINUTE) == room.MAX_REPEATS


def test_the_idlest_caller_makes_room():
    traffic = Traffic(PACK, max_callers=3)
    for caller in (1, 2, 3):
        attempt(traffic, caller, 9, T0)
    attempt(traffic, 1, 9, T0 + 1)
    attempt(traffic, 4, 9, T0 + 2)
    assert traffic.active == 3
    assert traffic.number(2) is None
    assert traffic.number(1) is not None


def test_memory_is_bounded_however_many_call():
    traffic = Traffic(PACK, max_callers=50, max_contacts=60, max_callees=40)
    for n in range(5000):
        attempt(traffic, n, n * 7, T0 + n * SECOND, holder=f"h{n}")
    assert len(traffic._numbers) <= 50
    assert len(traffic._holders) <= 50
    assert len(traffic._contacts) <= 60
    assert len(traffic._rung) <= 40


def test_one_caller_remembers_a_bounded_number_of_callees():
    traffic = Traffic(PACK)
    for n in range(3 * room.MAX_CALLEES):
        attempt(traffic, 1, n + 1, T0 + n)
    assert len(traffic.number(1).callees) == room.MAX_CALLEES


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
    assert activity.ended[1].count(T0) == 5
    assert activity.answered.count(T0) == 2
    assert activity.short.count(T0) == 1
    assert activity.one_ring.count(T0) == 1


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
