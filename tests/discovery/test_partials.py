"""Partials beside the lake: a new or late part makes little anew."""

from __future__ import annotations

import datetime
import shutil
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearbell.discovery.engines import engine
from clearbell.discovery.features import FEATURES, KEY_COLUMNS, LOOKBACK, UnitKind, feature_names
from clearbell.discovery.features_table import SCHEMA
from clearbell.discovery.partials.rules import rules_of
from clearbell.discovery.partials.store import NoCallsError, PartialStore
from clearbell.policy.pack import builtin_pack
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord, Disposition
from discovery.lakes import OFFSET, RULES, TODAY, at, table

ONE, TWO, THREE = 8613812340001, 8613912345678, 861065551234


def call(day, hour=12.0, caller=ONE, callee=TWO, **more):
    return CallRecord("c", "test", at(day, hour), caller, callee, trunk="t1", **more)


@pytest.fixture
def lake(tmp_path):
    made = Lake(tmp_path / "lake", OFFSET)
    made.append("first", [call(day) for day in range(TODAY - 4, TODAY + 1)])
    return made


def test_what_is_up_to_date_is_not_made_again(lake, tmp_path):
    _, made = table(lake, tmp_path / "f.parquet")
    assert made.counted == made.spanned == tuple(range(TODAY - 4, TODAY + 1))
    _, made = table(lake, tmp_path / "f.parquet")
    assert not made.counted
    assert not made.spanned


def test_a_new_day_is_counted_alone(lake, tmp_path):
    table(lake, tmp_path / "f.parquet")
    lake.append("next", [call(TODAY + 1)])
    found, made = table(lake, tmp_path / "f.parquet", days=[TODAY + 1])
    assert made.counted == made.spanned == (TODAY + 1,)
    assert found["caller", str(ONE), TODAY + 1, 7]["attempts"] == 6


def test_a_late_part_makes_only_its_day_anew_and_what_looks_back_on_it(lake, tmp_path):
    table(lake, tmp_path / "f.parquet")
    lake.append("late", [call(TODAY - 1, caller=TWO, callee=ONE)])
    found, made = table(lake, tmp_path / "f.parquet")
    assert made.counted == (TODAY - 1,)
    assert made.spanned == (TODAY - 1, TODAY)
    assert found["caller", str(ONE), TODAY, 7]["mutual_callees"] == 1
    assert found["caller", str(ONE), TODAY, 1]["mutual_callees"] == 0


def test_other_limits_of_the_pack_count_every_day_anew(lake, tmp_path):
    table(lake, tmp_path / "f.parquet")
    _, made = table(lake, tmp_path / "f.parquet", rules=rules_of(builtin_pack("cn"), ["another"]))
    assert len(made.counted) == 5


def test_a_day_that_the_lake_forgets_is_forgotten(lake, tmp_path):
    table(lake, tmp_path / "f.parquet")
    lake.remove_before(TODAY)
    found, _ = table(lake, tmp_path / "f.parquet")
    assert found["caller", str(ONE), TODAY, 30]["attempts"] == 1
    assert len(list((lake.folder / "partials" / "days").iterdir())) == 1


def test_a_day_without_calls_before_it_is_told(lake, tmp_path):
    with pytest.raises(NoCallsError):
        table(lake, tmp_path / "f.parquet", days=[TODAY + 400])
    assert not (tmp_path / "f.parquet").exists()


def test_a_hand_counted_caller(tmp_path):
    lake = Lake(tmp_path / "lake", OFFSET)
    talk = {"disposition": Disposition.ANSWERED, "ring": 4_000_000}
    lake.append(
        "calls",
        [
            call(TODAY - 1, 10.0, callee=TWO, duration=60_000_000, hangup="caller", **talk),
            call(TODAY, 10.0, callee=TWO, duration=3_000_000, hangup="callee", **talk),
            call(TODAY, 10.5, callee=TWO, ring=2_000_000, disposition=Disposition.UNANSWERED, hangup="caller"),
            call(TODAY, 11.0, callee=TWO + 1, duration=1_000_000, hangup="caller", **talk),
            call(TODAY, 22.0, callee=THREE, cause=607, disposition=Disposition.REFUSED, hangup="network"),
        ],
    )
    found, _ = table(lake, tmp_path / "f.parquet", windows=(1, 7))
    day, week = (found["caller", str(ONE), TODAY, window] for window in (1, 7))
    assert (day["attempts"], week["attempts"]) == (4, 5)
    assert (day["answered"], day["answer_share"]) == (2, 0.5)
    assert (day["callees"], week["callees"], week["callee_share"]) == (3, 3, 0.6)
    assert day["new_callee_share"] == 2 / 3
    # Hung up by the callee after three seconds, and refused by 607; the second call to the first callee is a repeat.
    assert (day["refused"], day["refusing_callees"], day["repeats_after_refusal"]) == (2, 2, 1)
    assert (day["one_ring_share"], day["silent_share"], day["short_share"]) == (0.25, 0.5, 1.0)
    assert (day["gaps"], day["gap_mean_s"]) == (3, 4 * 3600)
    assert (day["regular_gap_share"], day["sequential_share"]) == (0.5, 1 / 3)
    assert (day["out_of_hours_share"], day["hours_21_share"]) == (0.25, 0.25)
    assert (week["active_days"], week["age_days"], week["talk_median_s"]) == (2, 1, 6.0)


def test_every_kind_of_unit_has_its_features_and_every_feature_its_words():
    assert [*KEY_COLUMNS, *(feature.name for feature in FEATURES)] == SCHEMA.names
    assert len({feature.name for feature in FEATURES}) == len(FEATURES)
    assert all(feature.zh and feature.en and feature.kinds for feature in FEATURES)
    assert all(name.startswith("in_") for name in feature_names(UnitKind.CALLEE))


def test_a_merge_while_days_are_counted_takes_no_call_away(lake, tmp_path):
    lake.append("second", [call(day, 13.0) for day in range(TODAY - 4, TODAY + 1)])
    expected, _ = table(lake, tmp_path / "expected.parquet")
    shutil.rmtree(lake.folder / "partials")
    with engine("duckdb", tmp_path) as inner:
        merging = MergingBeforeItReads(inner, lake)
        PartialStore(lake, RULES).bring_up(merging, TODAY, TODAY, lambda *_: None)
    assert merging.merged
    found, _ = table(lake, tmp_path / "found.parquet")
    assert found == expected


class MergingBeforeItReads:
    """An engine whose reading comes late: the lake is merged after the parts were named."""

    batch_bytes = 1 << 60

    def __init__(self, inner, lake):
        self.inner, self.lake, self.merged = inner, lake, 0

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def read(self, files):
        self.merged += sum(self.lake.merge(day) for day in self.lake.days())
        return self.inner.read(files)


@pytest.mark.process
def test_another_process_merges_all_the_while(lake, tmp_path):
    expected, _ = table(lake, tmp_path / "expected.parquet")
    alone = sum(row["attempts"] or 0 for row in expected.values())
    merger = subprocess.Popen([sys.executable, "-c", MERGER, str(lake.folder), str(OFFSET), str(TODAY - 4)])
    try:
        for place in range(4):
            shutil.rmtree(lake.folder / "partials", ignore_errors=True)
            found, _ = table(lake, tmp_path / f"{place}.parquet")
            assert sum(row["attempts"] or 0 for row in found.values()) >= alone
    finally:
        merger.terminate()
        merger.wait(30)
    assert any("merged-" in part.name for part in lake.parts(TODAY))
    # What was stored while merges went on is brought up to date once they are over, and equals a new count.
    kept, _ = table(lake, tmp_path / "kept.parquet")
    shutil.rmtree(lake.folder / "partials")
    assert table(lake, tmp_path / "anew.parquet")[0] == kept


MERGER = """
import itertools, sys
from pathlib import Path
from clearbell.records.lake import Lake
from clearbell.records.model import CallRecord
lake, first = Lake(Path(sys.argv[1]), int(sys.argv[2])), int(sys.argv[3])
for serial in itertools.count():
    for day in range(first, first + 5):
        start = day * 86_400_000_000 + serial * 1_000_000
        lake.append(f"more-{serial}", [CallRecord("m", "test", start, 8613812340001, 8613912345678, trunk="t1")])
        lake.merge(day)
"""


def test_sums_stay_whole_numbers(lake, tmp_path):
    table(lake, tmp_path / "f.parquet")
    for group, name in (("days", "callers"), ("days", "trunks"), ("spans", "callees"), ("spans", "name_spans")):
        files = (lake.folder / "partials" / group).glob(f"*/{name}/*.parquet")
        types = {(field.name, field.type) for file in files for field in pq.read_schema(file)}
        assert types
        assert {name for name, kind in types if pa.types.is_floating(kind)} <= {"region_bits"}


def test_a_few_days_and_many_look_back_alike(lake, tmp_path):
    """A new day looks its pairs up, a run of days goes through them in order."""
    talk = {"hangup": "callee", "disposition": Disposition.ANSWERED}
    lake.append("old", [call(day, callee=TWO + day % 4, **talk) for day in range(TODAY - 40, TODAY - 4)])
    anew, made = table(lake, tmp_path / "anew.parquet")
    assert len(made.spanned) == LOOKBACK
    for day in (TODAY, TODAY - 10):
        shutil.rmtree(lake.folder / "partials" / "spans" / str(datetime.date(1970, 1, 1) + datetime.timedelta(day)))
        found, made = table(lake, tmp_path / "found.parquet")
        assert made.spanned == (day,)
        assert found == anew


def test_one_day_and_several_are_written_in_the_same_columns(lake, tmp_path):
    one, _ = table(lake, tmp_path / "one.parquet")
    both, _ = table(lake, tmp_path / "both.parquet", days=[TODAY - 1, TODAY])
    assert {key: row for key, row in both.items() if key[2] == TODAY} == one
    for name in ("one", "both"):
        written = pq.read_schema(tmp_path / f"{name}.parquet")
        assert list(zip(written.names, written.types, strict=True)) == list(
            zip(SCHEMA.names, SCHEMA.types, strict=True)
        )
        # The pages are those that the engine wrote: nothing was encoded twice.
        assert "DuckDB" in pq.read_metadata(tmp_path / f"{name}.parquet").created_by
