"""A damaged segment is told from one that simply ends."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearbell.records.checking import Damage, SegmentCheck
from clearbell.records.segments import HEAD, MAGIC, SegmentWriter, segments

SMALL = 70_000
RECORDS = [bytes([n]) * (n * 20) for n in range(1, 40)]


@pytest.fixture
def folder(tmp_path):
    """Three segments: two that nobody writes, and the one that is written."""
    for _ in range(3):
        writer = SegmentWriter(tmp_path, SMALL)
        for record in RECORDS:
            writer.write(record)
        if len(segments(tmp_path)) < 3:
            writer.close()
    yield tmp_path
    writer.close()


def found(folder, check=None, steps=10):
    check = check or SegmentCheck(folder)
    return [one for _ in range(steps) for one in check.step(1 << 20)], check.damaged


def change(path, at, data):
    raw = bytearray(path.read_bytes())
    raw[at : at + len(data)] = data
    path.write_bytes(raw)


def place_of(number):
    """Where a record begins."""
    return len(MAGIC) + sum(HEAD.size + len(record) for record in RECORDS[:number])


def test_sound_segments_and_those_of_killed_writers_are_in_order(folder):
    one, two, _ = segments(folder)
    # A killed writer leaves the whole size, zeros behind its last record, and perhaps a record whose length is missing.
    whole = one.stat().st_size
    os.truncate(one, SMALL)
    os.truncate(two, SMALL)
    change(two, whole + HEAD.size, b"not finis")
    assert found(folder) == ([], ())


@pytest.mark.parametrize(
    ("what", "begin", "data"),
    [
        ("a bit of a record", 12, b"\xff"),
        ("a length", 12, b"\xff\xff\xff\xff"),
        ("a block of zeros", 12, b"\0" * 900),
        ("the begin of the file", None, b"\0" * len(MAGIC)),
    ],
)
def test_damage_is_told_once_with_what_it_hides(folder, what, begin, data):
    path = segments(folder)[0]
    at = place_of(begin) if begin is not None else 0
    change(path, at + (HEAD.size if what == "a bit of a record" else 0), data)
    damage = Damage(path.name, at, path.stat().st_size - at)
    check = SegmentCheck(folder)
    assert found(folder, check) == ([damage], (damage,))
    # Restored, it is no alarm any more; gone with its age, neither.
    path.write_bytes(segments(folder)[1].read_bytes())
    assert found(folder, check) == ([], ())
    change(path, place_of(3), b"\xff" * 8)
    assert len(found(folder, check)[0]) == 1
    path.unlink()
    assert found(folder, check) == ([], ())


def test_a_file_cut_within_a_record_is_damaged(folder):
    path = segments(folder)[1]
    os.truncate(path, place_of(30) + HEAD.size + 5)
    assert found(folder)[1] == (Damage(path.name, place_of(30), HEAD.size + 5),)


def test_the_segment_that_is_written_is_left_alone(folder):
    change(segments(folder)[-1], place_of(5), b"\xff" * 8)
    assert found(folder) == ([], ())


def test_it_reads_a_little_at_a_time(folder):
    change(segments(folder)[1], place_of(38), b"\xff" * 8)
    check = SegmentCheck(folder)
    steps = next(step for step in range(1, 1000) if check.step(1000))
    assert steps > place_of(38) // 2000
    # The newest first; then the other, and the first again.
    assert check.damaged[0].segment == segments(folder)[1].name


def test_a_segment_of_a_node_that_took_no_call_is_in_order(tmp_path):
    for _ in range(2):
        SegmentWriter(tmp_path, SMALL).close()
    assert found(tmp_path) == ([], ())


def test_no_segments_are_no_damage(tmp_path):
    assert found(tmp_path) == ([], ())


@given(at=st.integers(0, place_of(39) - 1), bit=st.integers(0, 7))
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bit_that_turned_is_found(tmp_path_factory, at, bit):
    folder = tmp_path_factory.mktemp("segments")
    writers = [SegmentWriter(folder, SMALL) for _ in range(2)]
    for record in RECORDS:
        writers[0].write(record)
    writers[0].close()
    path = segments(folder)[0]
    raw = bytearray(path.read_bytes())
    raw[at] ^= 1 << bit
    path.write_bytes(raw)
    assert found(folder)[1]
    writers[1].close()
