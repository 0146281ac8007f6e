"""Lakes with calls in them, for the tests of features."""

from __future__ import annotations

import math

import pyarrow.parquet as pq

from clearbell.discovery.engines import engine
from clearbell.discovery.features import FEATURES, WINDOWS
from clearbell.discovery.features_table import write_features
from clearbell.discovery.partials.rules import rules_of
from clearbell.discovery.partials.store import PartialStore
from clearbell.policy.pack import builtin_pack
from clearbell.records.lake import Lake

OFFSET = 480
RULES = rules_of(builtin_pack("cn"), ["abroad"])
TODAY = 20_500


def at(day: int, hour: float = 12.0) -> int:
    """That local hour of that day, µs UTC."""
    return day * 86_400_000_000 + round(hour * 3_600_000_000) - OFFSET * 60_000_000


def table(lake: Lake, out, days=(TODAY,), url="duckdb", windows=WINDOWS, rules=RULES):
    """(kind, unit, day, window) → feature → value, as an engine finds them; and what was made for it."""
    with engine(url, out.parent) as chosen:
        _, made = write_features(PartialStore(lake, rules), chosen, days, out, lambda *_: None, windows)
    rows = pq.read_table(out).to_pylist()
    return {(r["unit_kind"], r["unit"], r["day"], r["window"]): r for r in rows}, made


def differences(found, expected, tolerance=1e-9):
    """Where two rows differ."""
    return {
        feature.name: (found[feature.name], expected[feature.name])
        for feature in FEATURES
        if not _same(found[feature.name], expected[feature.name], tolerance)
    }


def _same(one, other, tolerance):
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
