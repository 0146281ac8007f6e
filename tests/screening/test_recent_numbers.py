"""What is remembered of pairs of numbers: bounded, and never of another pair."""

from collections import OrderedDict

from hypothesis import given, settings
from hypothesis import strategies as st

from clearbell.screening.recent_numbers import RecentNumbers

NUMBERS = st.one_of(st.integers(0, 12), st.integers(8613000000000, 8613000000040), st.integers(0, 10**18 - 1))
PUTS = st.lists(st.tuples(NUMBERS, NUMBERS, st.integers(1, 2**62)), max_size=120)


@given(PUTS, st.integers(2, 40))
@settings(max_examples=300, deadline=None)
def test_the_half_that_was_set_last_is_remembered_and_nothing_else_is_told(puts, most):
    memory = RecentNumbers(most)
    told: dict[tuple[int, int], int] = {}
    latest: OrderedDict[tuple[int, int], None] = OrderedDict()
    for one, other, value in puts:
        memory.put(one, other, value)
        told[one, other] = value
        latest.pop((one, other), None)
        latest[one, other] = None
        assert len(memory) <= most
    for pair in list(latest)[-(most // 2) :]:
        assert memory.get(*pair) == told[pair]
    for one, other in told:
        assert memory.get(one, other) in (0, told[one, other])
        if (other, one) not in told:
            assert memory.get(other, one) == 0


def test_pairs_that_were_never_set_are_not_remembered_however_full_it_is():
    memory = RecentNumbers(4_000)
    for number in range(3_000):
        memory.put(number, number + 1, number + 1)
    assert not any(memory.get(number, number + 2) for number in range(3_000))
    assert memory.get(2_999, 3_000) == 3_000
