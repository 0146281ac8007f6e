"""The lake: by day, whole parts, merged without losing or doubling a call."""

import msgspec
import pytest

from clearbell.calls import DAY, HOUR, MINUTE, SECOND
from clearbell.records.between import calls_between, recorded
from clearbell.records.lake import Lake, LakeError
from clearbell.records.model import CallRecord, Disposition

NOON = 1_790_568_000_000_000
A, B, C = 8613800000001, 8613800000002, 8613800000003


def record(caller, callee, at, **more):
    return CallRecord(f"{caller}-{callee}-{at}", "test", at, caller, callee, **more)


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake", 480)


def test_calls_lie_in_the_folder_of_their_local_day(lake):
    assert lake.days() == []
    # 16:30 UTC is half past midnight, the next day, in China.
    assert lake.append("one", [record(A, B, NOON), record(A, B, NOON + 12 * HOUR + 30 * MINUTE)]) == 2
    assert [path.parent.name for path in lake.files(0, 99_999)] == ["day=2026-09-28", "day=2026-09-29"]
    assert lake.days() == [lake.day_of(NOON), lake.day_of(NOON) + 1]


def test_the_same_part_again_replaces_itself(lake):
    lake.append("one", [record(A, B, NOON)])
    lake.append("one", [record(A, B, NOON), record(A, C, NOON)])
    lake.append("two", [record(B, C, NOON)])
    day = lake.day_of(NOON)
    assert lake.read(day, day).num_rows == 3
    assert lake.merge(day)
    assert not lake.merge(day)
    assert [part.name for part in lake.parts(day)] == ["merged-1.parquet"]
    assert lake.read(day, day).column("callee").to_pylist() == [B, C, C]
    lake.append("three", [record(C, A, NOON)])
    assert lake.merge(day)
    assert lake.read(day, day).num_rows == 4
    assert sorted(path.name for path in lake.parts(day)[0].parent.iterdir()) == ["merged-2.parquet", "parts.json"]


def test_a_part_that_is_not_listed_does_not_count(lake):
    lake.append("one", [record(A, B, NOON)])
    day = lake.day_of(NOON)
    part = lake.parts(day)[0]
    part.with_name("left-over.parquet").write_bytes(part.read_bytes())
    assert lake.read(day, day).num_rows == 1


def test_old_days_go(lake):
    lake.append("one", [record(A, B, NOON + days * DAY) for days in range(5)])
    assert lake.remove_before(lake.day_of(NOON) + 3) == 3
    assert lake.days() == [lake.day_of(NOON) + 3, lake.day_of(NOON) + 4]


def test_a_lake_keeps_its_days(lake):
    lake.append("one", [record(A, B, NOON)])
    with pytest.raises(LakeError, match=r"kept by days of UTC\+480 min, the pack now says \+330; use another folder"):
        Lake(lake.folder, 330)


def test_calls_between_two_are_found_both_ways_in_the_time_asked(lake):
    there = record(A, B, NOON, duration=30 * SECOND, disposition=Disposition.ANSWERED, trunk="t1", cause=16)
    back = record(B, A, NOON + DAY)
    lake.append("one", [there, back, record(A, C, NOON), record(C, B, NOON)])
    lake.append("two", [record(A, B, NOON - 40 * DAY)])
    assert calls_between(lake, [(A, B), (C, A)], NOON - DAY, NOON + 2 * DAY) == {
        (A, B): [there, back],
        (C, A): [record(A, C, NOON)],
    }
    assert calls_between(lake, [(A, B)], NOON + 1, NOON + DAY) == {(A, B): []}
    assert calls_between(lake, [], NOON, NOON + DAY) == {}


def test_whose_calls_are_recorded(lake):
    lake.append("one", [record(A, B, NOON)])
    assert recorded(lake, [A, B, C], NOON - DAY, NOON + DAY) == {B}
    assert recorded(lake, [B], NOON + 1, NOON + DAY) == set()
    assert recorded(lake, [], NOON, NOON + DAY) == set()


def test_a_record_goes_through_parquet_whole(lake):
    whole = CallRecord("x", "s", NOON, A, B, "h", "t", 3, 4, Disposition.BUSY, "callee", 486, "a")
    lake.append("one", [whole])
    assert calls_between(lake, [(A, B)], NOON, NOON + 1)[A, B] == [whole]
    assert msgspec.structs.astuple(whole)[9] is Disposition.BUSY
