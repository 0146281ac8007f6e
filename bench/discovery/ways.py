"""The ways of finding the features, each to be measured in a process of its own."""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import NamedTuple

import duckdb

from bench.discovery.by_hand import features_by_hand
from bench.discovery.plain_pandas import features_in_pandas
from clearbell.discovery.engines import engine
from clearbell.discovery.features_table import write_features
from clearbell.discovery.partials.rules import rules_of
from clearbell.discovery.partials.store import PartialStore
from clearbell.policy.pack import builtin_pack
from clearbell.records.lake import Lake

TOUCHED = [
    "start",
    "caller",
    "callee",
    "holder",
    "trunk",
    "ring",
    "duration",
    "disposition",
    "hangup",
    "cause",
    "attestation",
]
"""Columns of the lake that the features are made from."""


class Cost(NamedTuple):
    """Of one way."""

    processor: float
    """Seconds, which tell more than the clock where other programs run too."""
    clock: float
    peak: int
    """Most memory of the process, MB, the interpreter and its libraries included."""


def work(way: str, place: Path, memory: str) -> Cost:
    """Write the features of the last day in one way to ``WAY.parquet``."""
    lake = Lake(place / "lake", 480)
    rules = rules_of(builtin_pack("cn"))
    last = lake.days()[-1]
    files = lake.files(0, last)
    out = place / f"{way}.parquet"
    duckdb.execute("SET enable_progress_bar = false")
    began, used = time.perf_counter(), time.process_time()
    if way == "scan":
        told = ", ".join(f"max({name})" for name in TOUCHED)
        duckdb.sql(
            f"SELECT {told} FROM read_parquet({[str(file) for file in files]}, hive_partitioning = false)"
        ).fetchall()
    elif way == "sql":
        features_by_hand(files, rules, last, out, memory, place / "spilled-by-hand")
    elif way == "pandas":
        features_in_pandas(files, rules, last, out)
    else:
        with engine(f"duckdb?memory_limit={memory}", place) as chosen:
            write_features(PartialStore(lake, rules), chosen, [last], out, lambda *_: None)
    cost = time.process_time() - used, time.perf_counter() - began
    return Cost(*cost, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
