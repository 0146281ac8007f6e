"""What do features cost, beside SQL by hand, a plain pandas script and a scan, and on a new day? All in one run.

Each is worked out in a process of its own from one synthetic lake: the same rows, and whether they are the same is looked at.

    python -m bench.discovery --millions 3 10 [--pandas-up-to 3] [--memory-limit 1GB] [--seed 1]
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from bench.discovery.ways import Cost, work
from clearbell.discovery.features import FEATURES
from clearbell.simulation.records.writing import write_records

_SCALE = 0.044
"""Of the simulated city, for a million calls in 30 days."""


def _measured(way: str, place: Path, memory: str) -> Cost:
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        cost = pool.submit(work, way, place, memory).result()
    print(f"  {way:<14} {cost.processor:8.2f} s of processor {cost.clock:8.2f} s {cost.peak:6} MB", flush=True)
    return cost


def _differing(one: Path, other: Path) -> int:
    """Rows that are not in both, or not alike."""
    unlike = [
        f"a.{feature.name} IS DISTINCT FROM b.{feature.name}" if feature.integer
        else f"(a.{feature.name} IS NULL) <> (b.{feature.name} IS NULL) OR abs(a.{feature.name} - b.{feature.name}) > 1e-9"
        for feature in FEATURES
    ]  # fmt: skip
    found = duckdb.sql(
        f"SELECT count(*) FROM '{one}' a FULL JOIN '{other}' b USING (unit_kind, unit, \"window\") WHERE {' OR '.join(unlike)}"
    ).fetchall()
    return int(found[0][0])


def _compare(millions: float, options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for progress in write_records(options.seed, millions * _SCALE, place / "lake", 30):
            calls = progress.calls
        print(f"{calls:,} calls in 30 days, memory limit of DuckDB {options.memory_limit}")
        scan = _measured("scan", place, options.memory_limit)
        sql = _measured("sql", place, options.memory_limit)
        full = _measured("full", place, options.memory_limit)
        print(f"  {pq.read_metadata(place / 'full.parquet').num_rows:,} rows; ", end="")
        print(f"{_differing(place / 'full.parquet', place / 'sql.parquet')} differ from SQL by hand")
        (place / "full.parquet").rename(place / "kept.parquet")
        for group in ("days", "spans"):
            shutil.rmtree(max((place / "lake" / "partials" / group).iterdir()))
        new = _measured("new day", place, options.memory_limit)
        print(
            f"  {_differing(place / 'kept.parquet', place / 'new day.parquet')} rows of the new day differ from the full run"
        )
        merge = _measured("nothing new", place, options.memory_limit)
        ratios = {
            "full / SQL by hand": full.processor / sql.processor,
            "new day / full": new.processor / full.processor,
            "merging alone / full": merge.processor / full.processor,
            "full / scan of the columns touched": full.processor / scan.processor,
        }
        if millions <= options.pandas_up_to:
            pandas = _measured("pandas", place, options.memory_limit)
            print(f"  {_differing(place / 'kept.parquet', place / 'pandas.parquet')} rows of pandas differ")
            ratios["pandas / full, processor"] = pandas.processor / full.processor
            ratios["pandas / full, clock"] = pandas.clock / full.clock
        for name, ratio in ratios.items():
            print(f"  {name:<36} {ratio:.3f}")


def main() -> None:
    """Make each lake, measure every way, print the ratios."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--millions", type=float, nargs="+", default=[3, 10])
    asked.add_argument("--pandas-up-to", type=float, default=3)
    asked.add_argument("--memory-limit", default="4GB")
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    duckdb.execute("SET enable_progress_bar = false")
    for millions in options.millions:
        _compare(millions, options)


if __name__ == "__main__":
    main()
