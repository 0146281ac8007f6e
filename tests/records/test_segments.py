"""Records on disk are whole or absent, whatever happens to their writer."""

import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clearbell.records.segments import (
    MAGIC,
    SegmentWriter,
    read_folder,
    read_segment,
    read_segment_from,
    read_some,
    segments,
    segments_from,
)

SMALL = 70_000


@given(st.lists(st.binary(min_size=1, max_size=3000), max_size=80))
@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_records_come_back_in_order_across_segments(tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("segments")
    writer = SegmentWriter(folder, SMALL)
    for record in records:
        writer.write(record)
    assert list(read_folder(folder)) == records
    writer.close()
    assert list(read_folder(folder)) == records
    assert all(path.stat().st_size <= SMALL for path in segments(folder))


def test_a_reopened_folder_goes_on_in_a_new_segment(tmp_path):
    for record in (b"one", b"two"):
        writer = SegmentWriter(tmp_path, SMALL)
        writer.write(record)
        writer.close()
    assert len(segments(tmp_path)) == 2
    assert list(read_folder(tmp_path)) == [b"one", b"two"]


@pytest.mark.parametrize("record", [b"", b"x" * SMALL])
def test_a_record_that_cannot_fit_is_refused(tmp_path, record):
    writer = SegmentWriter(tmp_path, SMALL)
    with pytest.raises(ValueError, match="does not fit"):
        writer.write(record)


@given(cut=st.integers(len(MAGIC), 400), flip=st.integers(0, 400))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_hides_the_rest_but_never_invents_a_record(tmp_path_factory, cut, flip):
    folder = tmp_path_factory.mktemp("segments")
    records = [bytes([n]) * (n + 1) for n in range(1, 20)]
    writer = SegmentWriter(folder, SMALL)
    for record in records:
        writer.write(record)
    writer.close()
    raw = bytearray(writer.path.read_bytes()[:cut])
    if flip < len(raw):
        raw[flip] ^= 0x10
    writer.path.write_bytes(raw)
    read = list(read_segment(writer.path))
    assert read == records[: len(read)]


@given(
    sizes=st.lists(st.integers(1, 3000), max_size=60),
    most=st.integers(1, 9),
    damage=st.none() | st.integers(len(MAGIC), 60_000),
    block=st.sampled_from((3008, 1 << 20)),
)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reading_some_at_a_time_comes_to_the_same_as_one_by_one(
    tmp_path_factory, monkeypatch, sizes, most, damage, block
):
    monkeypatch.setattr("clearbell.records.segments._BLOCK", block)
    writer = SegmentWriter(tmp_path_factory.mktemp("segments"), SMALL)
    for serial, size in enumerate(sizes[:20]):
        writer.write(bytes([serial + 1]) * size)
    raw = bytearray(writer.path.read_bytes())
    if damage is not None:
        raw[damage] ^= 0x10
    writer.path.write_bytes(raw)
    one_by_one = list(read_segment_from(writer.path, 0))
    places, found, at = [], [], 0
    while True:
        some, after = read_some(writer.path, at, most)
        if not some:
            break
        assert len(some) <= most
        found += some
        places.append(after)
        at = after
    assert found == [record for _, record in one_by_one]
    assert set(places) <= {after for after, _ in one_by_one}
    for until, (_, last) in zip([after for after, _ in one_by_one], one_by_one, strict=True):
        assert read_some(writer.path, 0, 100, until)[0][-1] == last


def test_the_segments_from_one_on_are_found_by_their_numbers(tmp_path):
    for _ in range(4):
        SegmentWriter(tmp_path, SMALL).close()
    names = [path.name for path in segments(tmp_path)]
    assert [path.name for path in segments_from(tmp_path, "")] == names
    assert [path.name for path in segments_from(tmp_path, names[1])] == names[1:]
    (tmp_path / names[0]).unlink()
    assert [path.name for path in segments_from(tmp_path, names[0])] == names[1:], "it was removed with its age"


@pytest.mark.process
def test_a_killed_writer_loses_no_record_it_had_written(tmp_path):
    script = """
import sys, pathlib
from clearbell.records.segments import SegmentWriter
writer = SegmentWriter(pathlib.Path(sys.argv[1]), 70_000)
n = 0
while True:
    writer.write(b"record %d" % n)
    sys.stdout.write(f"{n}\\n")
    sys.stdout.flush()
    n += 1
"""
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "0\n"
    time.sleep(0.2)
    os.kill(process.pid, signal.SIGKILL)
    told = process.stdout.read().split("\n")
    process.wait()
    process.stdout.close()
    last = int([line for line in told if line][-1])
    records = list(read_folder(tmp_path))
    assert records == [b"record %d" % n for n in range(len(records))]
    assert len(records) >= last
