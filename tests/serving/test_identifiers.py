"""Decision ids are unique, ordered and hard to guess."""

import os

from hypothesis import given
from hypothesis import strategies as st

from clearbell.serving.identifiers import base32, decision_ids


def test_ids_of_one_process_are_unique():
    make = decision_ids(1_789_000_000_000_000, os.urandom)
    made = [make() for _ in range(1000)]
    assert len(set(made)) == 1000
    assert len({one.split("-")[0] for one in made}) == 1


def test_two_processes_that_start_at_the_same_moment_differ():
    assert decision_ids(5, os.urandom)() != decision_ids(5, os.urandom)()


@given(st.integers(0, 2**64))
def test_base32_orders_as_the_numbers_do_when_padded(value):
    assert base32(value, 14) < base32(value + 1, 14)
