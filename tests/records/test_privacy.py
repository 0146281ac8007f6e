"""What the lake keeps about a person, how long, and how it is forgotten."""

import os

import pytest

from clearbell.calls import DAY, SECOND
from clearbell.policy.pack import builtin_pack_text, load_pack
from clearbell.records.between import calls_between, calls_of, recorded
from clearbell.records.erasure import forget_number
from clearbell.records.lake import Lake, LakeError
from clearbell.records.model import CallRecord
from clearbell.records.pseudonyms import Pseudonyms, load_pseudonyms
from clearbell.records.retention import retire

NOON = 1_790_568_000_000_000
A, B, C = 8613800000001, 8613800000002, 8613800000003
KEY = bytes(range(32))


def record(caller, callee, at, **more):
    return CallRecord(f"{caller}-{callee}-{at}", "test", at, caller, callee, **more)


@pytest.fixture
def veiled(tmp_path):
    return Lake(tmp_path / "lake", 480, Pseudonyms(KEY))


def stored(lake):
    return sorted(lake.read(0, 99_999).column("callee").to_pylist())


def test_called_numbers_are_kept_under_pseudonyms_and_still_found(veiled):
    one, back = record(A, B, NOON), record(B, A, NOON + SECOND)
    veiled.append("one", [one, back, record(C, 0, NOON)])
    assert all(callee <= 0 for callee in stored(veiled))
    assert 0 in stored(veiled)
    assert calls_between(veiled, [(A, B)], NOON, NOON + DAY) == {(A, B): [one, back]}
    assert recorded(veiled, [A, B, C], NOON, NOON + DAY) == {A, B}
    last, first = calls_of(veiled, B, 5)
    assert first == one
    assert (last.id, last.callee < 0) == (back.id, True)  # the other side was not asked for
    assert calls_of(veiled, B, 1) == [last]


def test_calls_from_before_the_pack_asked_for_pseudonyms_are_found_too(tmp_path):
    Lake(tmp_path / "lake", 480).append("one", [record(A, B, NOON)])
    veiled = Lake(tmp_path / "lake", 480, Pseudonyms(KEY))
    veiled.append("two", [record(A, B, NOON + SECOND)])
    assert [one.callee for one in calls_between(veiled, [(A, B)], NOON, NOON + DAY)[A, B]] == [B, B]
    assert len([callee for callee in stored(veiled) if callee < 0]) == 1
    later = Lake(tmp_path / "lake", 480, Pseudonyms(KEY), write_pseudonyms=False)
    later.append("three", [record(A, B, NOON + 2 * SECOND)])
    assert stored(later)[1:] == [B, B]


def test_another_key_is_refused(tmp_path, veiled):
    veiled.append("one", [record(A, B, NOON)])
    with pytest.raises(LakeError, match=r"the called numbers in .* are kept under another key"):
        Lake(veiled.folder, 480, Pseudonyms(bytes(32)))


def test_pseudonyms_are_negative_distinct_and_stay_as_they_are(tmp_path):
    key = load_pseudonyms(tmp_path / "key", os.urandom)
    numbers = range(8613800000000, 8613800000000 + 20_000)
    names = key.all_of(numbers)
    assert len(set(names)) == 20_000
    assert max(names) < 0
    assert key.all_of(names) == names
    assert load_pseudonyms(tmp_path / "key", os.urandom).all_of(numbers) == names


def test_a_forgotten_number_is_gone_on_both_sides_and_the_calls_stay(tmp_path, veiled):
    for lake in (Lake(tmp_path / "plain", 480), veiled):
        lake.append("one", [record(A, B, NOON), record(B, A, NOON + DAY), record(A, C, NOON)])
        before = {part: part.read_bytes() for day in lake.days() for part in lake.parts(day)}
        assert forget_number(lake, B) == 2
        assert calls_of(lake, B, 9) == []
        assert len(calls_of(lake, A, 9)) == 3
        assert [one.callee for one in calls_of(lake, C, 9)] == [C]
        assert any(part.read_bytes() != data for part, data in before.items())
        assert forget_number(lake, B) == 0


def test_days_past_the_packs_time_go(tmp_path):
    pack = load_pack(builtin_pack_text("cn").replace("cdr_days = { value = 180", "cdr_days = { value = 2"), "test")
    lake = Lake(tmp_path / "lake", pack.utc_offset_minutes)
    lake.append("one", [record(A, B, NOON + days * DAY) for days in range(5)])
    assert retire(lake, pack, NOON + 4 * DAY) == 2
    assert retire(lake, pack, NOON + 4 * DAY) == 0
    assert lake.days() == [lake.day_of(NOON) + day for day in (2, 3, 4)]


def test_a_part_that_is_held_is_not_merged(tmp_path):
    lake = Lake(tmp_path / "lake", 480)
    lake.hold("import-x-")
    lake.append("import-x-1", [record(A, B, NOON)])
    lake.append("a", [record(A, C, NOON)])
    lake.append("b", [record(B, C, NOON)])
    day = lake.day_of(NOON)
    assert lake.merge(day)
    assert [part.stem for part in lake.parts(day)] == ["merged-1", "import-x-1"]
    assert not lake.merge(day)
    assert lake.drop(lambda name: name == "import-x-1") == 1
    lake.release("import-x-")
    assert lake.count(day) == 2
