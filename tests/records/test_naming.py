"""One name, two calls: which records are the same call again, and which only carry its id."""

import pytest

from clearbell.calls import SECOND
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord
from clearbell.records.naming import same_id
from clearbell.records.pseudonyms import Pseudonyms

NOON = 1_790_568_000_000_000
A, B, C = 8613800000001, 8613800000002, 8613800000003


def call(caller, callee, id_="x", **more):
    return CallRecord(id_, "gw", NOON, caller, callee, **more)


@pytest.fixture(params=[None, Pseudonyms(bytes(32))], ids=["plain", "pseudonyms"])
def lake(tmp_path, request):
    lake = Lake(tmp_path / "lake", 480, request.param)
    lake.append("one", [call(A, B), call(0, C, "withheld"), CallRecord("x", "other", NOON, C, C)])
    return lake


def test_another_caller_or_callee_makes_another_call(lake):
    found = [call(A, B), call(A, C), call(C, B), call(A, B, duration=9 * SECOND)]
    assert same_id(found, [], lake, "gw") == [1, 2]


def test_a_number_that_is_not_known_tells_nothing(lake):
    assert same_id([call(A, C, "withheld"), call(0, B), call(A, B, "withheld")], [], lake, "gw") == [2]


def test_calls_not_yet_in_the_lake_are_looked_at_too(lake):
    assert same_id([call(A, B, "new"), call(A, C, "new")], [call(A, B, "new")], lake, "gw") == [1]
