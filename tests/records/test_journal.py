"""The record of decisions, read back for one called number."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clearbell.calls import Action, Answer, Call, Decision
from clearbell.records.journal import Journal, decisions_to
from clearbell.records.segments import segments

ME, OTHER, START = 8613900000009, 8613900000010, 1_700_000_000_000_000


def decision(place, callee, caller=8613800000066, at=START):
    call = Call(id=f"c{place}", at=at + place, caller=caller, callee=callee)
    return Decision(f"d{place}", call, Action.ALLOW, Answer.CONTINUE, (), 0.0, "total", "p")


def written(folder, decisions, size=128 * 1024):
    journal = Journal(folder, size)
    for one in decisions:
        journal.decided(one)
    journal.close()


@given(st.lists(st.sampled_from([ME, OTHER, 110, 0]), max_size=40), st.integers(0, 45))
def test_the_newest_calls_to_a_number_and_to_no_other(tmp_path_factory, callees, most):
    folder = tmp_path_factory.mktemp("journal")
    written(folder, [decision(place, callee) for place, callee in enumerate(callees)])
    mine = [f"d{place}" for place, callee in enumerate(callees) if callee == ME][::-1]
    found = decisions_to(folder, ME, 0, most)
    assert [one.id for one in found.decisions] == mine[:most]
    assert found.whole == (len(mine) <= most)


def test_a_number_that_only_called_was_not_called(tmp_path):
    written(tmp_path, [decision(1, OTHER, caller=ME)])
    assert decisions_to(tmp_path, ME, 0, 10).decisions == []


@pytest.mark.parametrize(("since", "found"), [(START, 3), (START + 1, 2), (START + 3, 0)])
def test_calls_before_a_time_are_left_out(tmp_path, since, found):
    written(tmp_path, [decision(place, ME) for place in range(3)])
    assert len(decisions_to(tmp_path, ME, since, 10).decisions) == found


def test_it_reads_back_only_so_far_and_says_so(tmp_path):
    size = 128 * 1024
    written(tmp_path, [decision(place, ME if place == 0 else OTHER) for place in range(6_000)], size)
    assert len(segments(tmp_path)) > 3
    assert decisions_to(tmp_path, ME, 0, 10, segments_most=3) == decisions_to(tmp_path, 1, 0, 10, segments_most=3)
    assert not decisions_to(tmp_path, ME, 0, 10, segments_most=3).whole
    whole = decisions_to(tmp_path, ME, 0, 10)
    assert ([one.id for one in whole.decisions], whole.whole) == (["d0"], True)


def test_segments_closed_before_the_time_are_not_opened(tmp_path):
    written(tmp_path, [decision(0, ME)])
    [path] = segments(tmp_path)
    os.utime(path, (START // 1_000_000 - 10, START // 1_000_000 - 10))
    path.chmod(0)
    assert decisions_to(tmp_path, ME, START, 10).whole
