"""A Spark cluster finds row for row what DuckDB finds."""

from __future__ import annotations

import os
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clearbell.discovery.engines import engine
from clearbell.discovery.features import FEATURES, KEY_COLUMNS, Merge
from clearbell.discovery.features_table import write_features
from clearbell.discovery.partials.store import PartialStore
from clearbell.records.lake import SCHEMA, Lake
from discovery.lakes import OFFSET, RULES, at

pytestmark = pytest.mark.process

DAYS = (20_490, 20_491, 20_520)
CALLS = int(os.environ.get("CLEARBELL_SPARK_CALLS", "15000"))
"""A day; with 340000 it is a million calls, and some minutes."""
_SETTINGS = (
    "?spark.executor.memory=1g&spark.driver.host=127.0.0.1&spark.sql.shuffle.partitions=4&spark.ui.enabled=false"
)


def calls_of_a_day(day: int, count: int, seed: int) -> pa.Table:
    """Calls among subscribers who mostly ring few others, and of call centres that ring many."""
    random = np.random.default_rng([seed, day])
    people = 8_613_000_000_000 + np.random.default_rng(seed).choice(900_000_000, count // 4, replace=False)
    caller = people[(random.random(count) ** 2 * len(people)).astype(int)]
    callee = people[(random.random(count) * len(people)).astype(int)]
    # Some call their own circle, both ways and again the next day; some dial one number after the other.
    circle = random.random(count) < 0.3
    callee[circle] = people[np.searchsorted(np.sort(people), caller[circle]) // 5 * 5 % len(people)]
    centre = np.arange(count) < count // 10
    line = random.integers(0, 60, count)
    caller[centre] = 862_155_550_000 + line[centre]
    walking = centre & (line < 10)
    callee[walking] = 8_613_912_340_000 + np.arange(walking.sum())
    caller[random.random(count) < 0.01] = 0
    answered = random.random(count) < np.where(centre, 0.3, 0.6)
    holder = np.where(centre, np.char.add("holder-", (line % 9).astype(str)), "")
    ended = random.choice(["answered", "unanswered", "busy", "refused", "failed"], count, p=[0.0, 0.6, 0.2, 0.1, 0.1])
    columns = {
        "id": np.arange(count).astype(str),
        "source": np.full(count, "generated"),
        "start": at(day, 0) + (random.integers(0, 86_400_000, count) * 1000),
        "caller": caller,
        "callee": callee,
        "holder": holder,
        "trunk": np.array(["t1", "t2", "t3", "abroad", ""])[random.integers(0, 5, count)],
        "ring": random.integers(0, 30_000_000, count),
        "duration": np.where(answered, random.exponential(60e6, count).astype(np.int64), 0),
        "disposition": np.where(answered, "answered", ended),
        "hangup": np.array(["caller", "callee", "network"])[random.integers(0, 3, count)],
        "cause": np.array([16, 17, 21, 603, 607])[random.choice(5, count, p=[0.9, 0.05, 0.02, 0.02, 0.01])],
        "attestation": np.array(["none", "a", "b", "c", "failed"])[random.integers(0, 5, count)],
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()}).cast(SCHEMA)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    made = Lake(tmp_path_factory.mktemp("lake"), OFFSET)
    for day in DAYS:
        made.append_table("generated", day, calls_of_a_day(day, CALLS, 7))
    return made


@pytest.fixture(scope="module")
def by_duckdb(lake):
    return _features(lake, "duckdb")[0]


def _features(lake, url):
    out = lake.folder / "features.parquet"
    with engine(url, lake.folder) as chosen:
        _, made = write_features(PartialStore(lake, RULES), chosen, DAYS[-1:], out, lambda *_: None)
    return pq.read_table(out).sort_by([(name, "ascending") for name in KEY_COLUMNS]), made


def _codes(lake):
    """Names of holders and trunks with their codes, by which days of different engines are merged."""
    files = (lake.folder / "partials" / "days").glob("*/names/*.parquet")
    rows = [row for file in files for row in pq.read_table(file).to_pylist()]
    return {(row["kind"], row["name"], row["unit"]) for row in rows}


def _assert_equal(one, other):
    assert one.num_rows == other.num_rows > CALLS // 10
    for name in KEY_COLUMNS:
        assert one.column(name).equals(other.column(name)), name
    for feature in FEATURES:
        left, right = one.column(feature.name), other.column(feature.name)
        if feature.merge is Merge.WEIGHTED:
            assert left.is_null().equals(right.is_null()), feature.name
            np.testing.assert_allclose(left.drop_null().to_numpy(), right.drop_null().to_numpy(), rtol=1e-9, atol=1e-9)
        else:
            assert left.equals(right), feature.name


@pytest.mark.timeout(900)
def test_spark_connect_merges_what_duckdb_counted(lake, by_duckdb, spark):
    _, connect = spark
    with connect() as url:
        found, made = _features(lake, url)
    assert not made.counted
    _assert_equal(by_duckdb, found)


@pytest.mark.timeout(900)
def test_a_cluster_of_two_workers_finds_what_duckdb_finds_of_a_million_calls(lake, by_duckdb, spark):
    master, _ = spark
    codes = _codes(lake)
    shutil.rmtree(lake.folder / "partials")
    found, made = _features(lake, master + _SETTINGS)
    assert _codes(lake) == codes
    assert len(set(codes)) == 9 + 4
    assert made.counted == DAYS
    _assert_equal(by_duckdb, found)
