"""Packed tables say the same as dictionaries, folded or not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.screening.views.packed import Columns, PackedTable, WideTable
from clearbell.screening.views.pool import Pool

KEYS = st.integers(0, 40) | st.integers(2**64 - 20, 2**64 - 1)
WIDE = KEYS | st.integers(2**70, 2**70 + 20)
STEPS = st.lists(
    st.tuples(st.just("put"), WIDE, st.binary(min_size=3, max_size=3))
    | st.tuples(st.just("pop"), WIDE, st.just(b""))
    | st.tuples(st.just("fold"), st.just(0), st.just(b""))
    | st.tuples(st.just("save"), st.just(0), st.just(b"")),
    max_size=60,
)


def restored(table):
    table.fold()
    parts, keys, rows = table.saved()
    return WideTable.restored(table.width, parts, memoryview(b"".join(keys)), memoryview(b"".join(rows)))


@given(STEPS)
def test_whatever_is_put_taken_folded_and_saved_it_equals_a_dictionary(steps):
    table, plain = WideTable(3), {}
    for what, key, row in steps:
        if what == "put":
            table.put(key, row)
            plain[key] = row
        elif what == "pop":
            table.pop(key)
            plain.pop(key, None)
        elif what == "fold":
            table.fold()
            assert table.changes == 0
        else:
            table = restored(table)
        assert len(table) == len(plain)
    assert dict(table.items()) == plain
    assert all(table.get(key) == plain.get(key) for key in [*plain, *range(45), 2**64 - 1, 2**70 + 3])


def test_only_tables_with_enough_changes_are_folded():
    table = WideTable(1)
    for key in range(10):
        table.put(key, b"a")
    table.put(2**64, b"b")
    table.fold(at_least=5, share=0.5)
    assert table.changes == 1
    table.put(3, b"c")
    table.fold(at_least=1, share=0.5)
    assert table.changes == 1, "one change of ten rows is less than half; one of one is not"


def test_columns_that_do_not_fit_each_other_are_refused():
    with pytest.raises(ValueError, match="do not fit each other"):
        Columns(memoryview(bytes(16)), memoryview(bytes(5)), 3)


def test_a_row_of_another_width_is_refused():
    with pytest.raises(ValueError, match="a row of 2 bytes for a table of 3"):
        PackedTable(3).put(1, b"ab")


@given(st.lists(st.binary(max_size=4)), st.lists(st.binary(max_size=4)))
def test_a_pool_gives_back_what_it_was_given_and_goes_on_after_it_was_saved(first, second):
    pool = Pool()
    codes = {value: pool.code(value) for value in first}
    ends, texts = pool.saved()
    again = Pool(memoryview(ends), memoryview(texts))
    codes |= {value: again.code(value) for value in second}
    assert all(again.value(code) == value for value, code in codes.items())
    assert len(again) == len(set(first) | set(second))
