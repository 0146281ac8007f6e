"""What do features cost, beside SQL by hand, a plain pandas script and a scan, and on a new day? All in one run.

Each is worked out in a process of its own from one synthetic lake: the same rows, and whether they are the same is looked at.

    python -m bench.discovery --millions 3 10 [--days 30] [--pandas-up-to 3] [--memory-limit 1GB] [--seed 1]
        [--ways scan full "new day"] [--lakes FOLDER] [--results FILE.jsonl [--picture FILE.svg]]

Seconds of processor are counted beside the clock, since they tell more where other programs run too.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from bench.discovery.ways import TOUCHED, Cost, work
from bench.drawing import Curve, curves_svg
from clearbell.discovery.features import FEATURES
from clearbell.simulation.records.writing import write_records

_SCALE = 0.044
"""Of the simulated city, for a million calls in 30 days."""
_WINDOW = 30
"""Days of the longest window."""
_WAYS = ("scan", "sql", "full", "new day", "nothing new", "pandas")


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


def _compare(millions: float, options: argparse.Namespace, place: Path) -> None:
    lake = place / "lake"
    if not lake.exists():
        for _ in write_records(options.seed, millions * _SCALE, lake, options.days):
            pass
    files = sorted(lake.glob("calls/*/*.parquet"))
    calls = sum(pq.read_metadata(file).num_rows for file in files)
    a_day = pq.read_table(files[-1], columns=TOUCHED)
    print(
        f"{calls:,} calls in {options.days} days, the columns touched {a_day.nbytes / len(a_day) * calls / 1e6:,.0f} MB in memory; "
        f"DuckDB may use {options.memory_limit}"
    )
    cost: dict[str, Cost] = {}
    for way in options.ways:
        if way == "full":
            shutil.rmtree(lake / "partials", ignore_errors=True)
        if way == "new day":
            for group in ("days", "spans"):
                shutil.rmtree(max((lake / "partials" / group).iterdir()))
        if way == "pandas" and millions > options.pandas_up_to:
            continue
        cost[way] = _measured(way, place, options.memory_limit)
        if options.results:
            with options.results.open("a") as kept:
                told = {
                    "calls": calls,
                    "days": options.days,
                    "way": way,
                    "limit": options.memory_limit,
                    **cost[way]._asdict(),
                }
                kept.write(json.dumps(told) + "\n")
        if way == "full":
            print(f"  {pq.read_metadata(place / 'full.parquet').num_rows:,} rows")
    for way in cost:
        if way not in ("scan", "full") and "full" in cost:
            print(
                f"  {_differing(place / 'full.parquet', place / f'{way}.parquet')} rows of {way} differ from the full run"
            )
    for name, one, other in _RATIOS:
        if one in cost and other in cost:
            left, right = cost[one], cost[other]
            print(
                f"  {name:<36} processor {left.processor / right.processor:.3f}, clock {left.clock / right.clock:.3f}"
            )


_RATIOS = (
    ("full / SQL by hand", "full", "sql"),
    ("new day / full", "new day", "full"),
    ("merging alone / full", "nothing new", "full"),
    ("full / scan of the columns touched", "full", "scan"),
    ("pandas / full", "pandas", "full"),
)


def _draw(results: Path, picture: Path) -> None:
    """Seconds of processor for a million calls by way over the size of the lake: the median of what was kept."""
    kept: dict[tuple[str, int], list[float]] = {}
    for line in results.read_text().splitlines():
        one = json.loads(line)
        if one.get("days", _WINDOW) != _WINDOW:
            continue
        kept.setdefault((one["way"], one["calls"]), []).append(one["processor"] / one["calls"] * 1e6)
    curves = [
        Curve(
            name, sorted((calls / 1e6, statistics.median(found)) for (way, calls), found in kept.items() if way == key)
        )
        for key, name in _NAMES.items()
        if any(way == key for way, _ in kept)
    ]
    picture.write_text(curves_svg("Seconds of processor for a million calls", "million calls in 30 days", curves))


_NAMES = {
    "scan": "scan",
    "nothing new": "windows merged alone",
    "new day": "a new day",
    "full": "from nothing",
    "sql": "SQL by hand",
    "pandas": "plain pandas",
}


def main() -> None:
    """Make each lake, measure every way, print the ratios."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--millions", type=float, nargs="*", default=[3, 10])
    asked.add_argument("--days", type=int, default=_WINDOW, help="of the lake: 59 hold all that a window looks back on")
    asked.add_argument("--ways", nargs="+", choices=_WAYS, default=_WAYS)
    asked.add_argument("--pandas-up-to", type=float, default=3)
    asked.add_argument("--memory-limit", default="4GB")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--lakes", type=Path, help="keep the lakes here, and use those that are here")
    asked.add_argument("--results", type=Path, help="add what is measured to this file, a JSON object a line")
    asked.add_argument("--picture", type=Path, help="draw the medians of the results, as SVG")
    options = asked.parse_args()
    duckdb.execute("SET enable_progress_bar = false")
    with tempfile.TemporaryDirectory() as scratch:
        for millions in options.millions:
            name = f"{millions:g}" if options.days == _WINDOW else f"{millions:g}-{options.days}-days"
            _compare(millions, options, (options.lakes or Path(scratch)) / name)
    if options.picture:
        _draw(options.results, options.picture)


if __name__ == "__main__":
    main()
