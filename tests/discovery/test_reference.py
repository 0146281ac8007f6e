"""What DuckDB finds is what plain Python counts, on random small lakes."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from clearbell.discovery.features import WINDOWS
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord, Disposition
from discovery.lakes import OFFSET, RULES, TODAY, at, differences, table
from discovery.reference import features

NUMBERS = (
    8613812340001, 8613812340002, 8613812340005, 8613912345678, 861065551234, 862165551234, 8675565551234, 867556555123,
    8695588, 12025550123, -77,
)  # fmt: skip
HOLDERS = ("", "", "Alpha", "Beta")
TRUNKS = ("", "t1", "t2", "abroad")
DAYS = (0, 0, 0, 1, 1, 2, 5, 6, 7, 28, 29, 30, 31, 45, 58, 59)


@st.composite
def calls(draw):
    disposition = draw(st.sampled_from((*Disposition, Disposition.ANSWERED, Disposition.ANSWERED)))
    seconds = st.sampled_from((0, 1, 2, 3, 5, 6, 9, 10, 29, 30, 31, 700, 4000))
    answered = disposition is Disposition.ANSWERED
    return CallRecord(
        id="c",
        source="test",
        start=at(TODAY - draw(st.sampled_from(DAYS)), draw(st.sampled_from((0, 3, 7.99, 8, 12, 12.001, 12.002, 20.99, 21, 23.9))))
        + draw(st.integers(0, 90)) * 500_000,
        caller=draw(st.sampled_from((0, *NUMBERS[:-1]))),
        callee=draw(st.sampled_from(NUMBERS)),
        holder=draw(st.sampled_from(HOLDERS)),
        trunk=draw(st.sampled_from(TRUNKS)),
        ring=draw(seconds) * 1_000_000,
        duration=draw(seconds) * 1_000_000 if answered else 0,
        disposition=disposition,
        hangup=draw(st.sampled_from(("caller", "callee", "network", "unknown"))),
        cause=draw(st.sampled_from((0, 16, 17, 21, 603, 607))),
        attestation=draw(st.sampled_from(("none", "a", "b", "c", "failed"))),
    )  # fmt: skip


# Each example plans some twenty queries, so there are few, each with many calls, and a failing one is not made smaller.
@given(records=st.lists(calls(), min_size=100, max_size=250))
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.reuse, Phase.generate))
def test_an_engine_finds_what_plain_python_counts(records):
    records = [*records, CallRecord("last", "test", at(TODAY, 13), NUMBERS[0], NUMBERS[1])]
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake", OFFSET)
        lake.append("one", records[: len(records) // 2])
        lake.append("two", records[len(records) // 2 :])
        found, _ = table(lake, Path(folder) / "features.parquet", days=(TODAY - 1, TODAY))
    for day in (TODAY - 1, TODAY):
        for window in WINDOWS:
            expected = features(records, RULES, day, window)
            keys = {(kind, unit) for kind, unit, ending, length in found if (ending, length) == (day, window)}
            assert keys == set(expected)
            for (kind, unit), row in expected.items():
                assert not differences(found[kind, unit, day, window], row), (kind, unit, day, window)
