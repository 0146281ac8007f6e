"""What do features cost: in SQL by hand, as the Ibis set from nothing, and on a new day with daily partials?

One run, one synthetic lake, DuckDB:

- *SQL by hand* finds a core of the features for one kind of unit and one window: of every calling number over all days
  the counts, talk, gaps, sequential steps, distinct callees, both-way callees, refusals and hours; 25 columns.
- *the whole set* finds every feature of four kinds of units over three windows, from the calls, storing partials.
- *a new day* does the same when the partials of the days before it are there; *a late part* when a day before gets one.

    python -m bench.features --scale 0.15 [--days 30] [--seed 1]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from clearbell.discovery.engines import engine
from clearbell.discovery.features_table import write_features
from clearbell.discovery.partials.rules import rules_of
from clearbell.discovery.partials.store import PartialStore
from clearbell.policy.pack import builtin_pack
from clearbell.records.lake import Lake
from clearbell.simulation.records.writing import write_records

_CORE = """
WITH calls AS (
  SELECT *, (start + 28800000000) // 86400000000 AS day, ((start + 28800000000) // 3600000000) % 24 AS hour,
    disposition = 'answered' AS ok
  FROM read_parquet({files}, hive_partitioning = false) WHERE caller > 0
), stepped AS (
  SELECT *, start // 1000 - lag(start // 1000) OVER w AS gap, callee - lag(callee) OVER w AS step
  FROM calls WINDOW w AS (PARTITION BY caller, day ORDER BY start, callee)
), sums AS (
  SELECT caller, count(*) AS attempts, count(*) FILTER (ok) AS answered, sum(duration) FILTER (ok) AS talk,
    count(*) FILTER (ok AND duration <= 10000000) AS short,
    count(*) FILTER (ok AND duration < 2000000 AND hangup = 'caller') AS silent,
    count(*) FILTER (ok AND hangup = 'callee') AS callee_hangups, sum(ring) AS ring, count(*) FILTER (ring > 0) AS rang,
    count(*) FILTER (NOT ok AND hangup = 'caller' AND ring BETWEEN 1 AND 4000000) AS one_ring,
    count(gap) AS gaps, sum(gap) AS gap_ms, sum(gap * gap) AS gap_squares,
    count(*) FILTER (step BETWEEN 1 AND 10) AS sequential, count(DISTINCT callee) AS callees,
    count(*) FILTER (cause IN (21, 603, 607)) AS refused, count(DISTINCT day) AS days,
    count(*) FILTER (hour < 8 OR hour >= 21) AS out_of_hours, min(day) AS first_day,
    count(*) FILTER (hour < 6) AS night, count(*) FILTER (hour BETWEEN 6 AND 11) AS morning,
    count(*) FILTER (hour BETWEEN 12 AND 17) AS afternoon, count(*) FILTER (disposition = 'failed') AS failed,
    count(*) FILTER (caller // 10000 = callee // 10000) AS neighbour
  FROM stepped GROUP BY caller
), pairs AS (SELECT DISTINCT caller, callee FROM calls),
mutual AS (
  SELECT a.caller, count(*) AS mutual FROM pairs a JOIN pairs b ON a.caller = b.callee AND a.callee = b.caller
  GROUP BY a.caller
)
SELECT sums.*, coalesce(mutual, 0) AS mutual FROM sums LEFT JOIN mutual USING (caller)
"""


def _timed(name: str, work: Callable[[], object]) -> float:
    """Seconds of processor time, which tells more than the clock where other programs run too."""
    began, used = time.perf_counter(), time.process_time()
    told = work()
    took, busy = time.perf_counter() - began, time.process_time() - used
    print(f"{name:<40} {busy:8.2f} s of processor {took:8.2f} s   {told}", flush=True)
    return busy


def main() -> None:
    """Make the lake, time the four, print the ratios."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--scale", type=float, default=0.15)
    asked.add_argument("--days", type=int, default=30)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for progress in write_records(options.seed, options.scale, place / "lake", options.days):
            calls = progress.calls
        print(f"{calls:,} calls in {options.days} days")
        _compare(place, Lake(place / "lake", 480))


def _compare(place: Path, lake: Lake) -> None:
    days = lake.days()
    files = [str(part) for day in days for part in lake.parts(day)]
    rules = rules_of(builtin_pack("cn"))
    out = place / "features.parquet"

    def by_hand() -> str:
        target = place / "core.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"COPY ({_CORE.format(files=files)}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        return f"{pq.ParquetFile(target).metadata.num_rows:,} rows"

    def whole() -> str:
        with engine("duckdb", place) as chosen:
            rows, made = write_features(PartialStore(lake, rules), chosen, days[-1:], out, lambda *_: None)
        return f"{rows:,} rows, {len(made.counted)} days counted, {len(made.spanned)} spanned"

    scan = _timed(
        "scan and one count", lambda: duckdb.sql(f"SELECT sum(duration) FROM read_parquet({files})").fetchall()
    )
    core = _timed("SQL by hand: callers, one window", by_hand)
    full = _timed("the whole set: all units, three windows", whole)
    for group in ("days", "spans"):
        newest = max((lake.folder / "partials" / group).iterdir())
        shutil.rmtree(newest)
    new = _timed("a new day, partials before it", whole)
    late = next(iter(lake.parts(days[-3])))
    lake.append_table("late", days[-3], pq.read_table(late).slice(0, 1000))
    later = _timed("a late part two days ago", whole)
    merge = _timed("nothing new: windows merged alone", whole)
    print(f"a new day / the whole set   {new / full:.3f}")
    print(f"a new day / SQL by hand     {new / core:.3f}")
    print(f"a late part / the whole set {later / full:.3f}")
    print(f"merging alone / whole set   {merge / full:.3f}")
    print(f"the whole set / SQL by hand {full / core:.2f} (more of everything: see above)")
    print(f"the whole set / a scan      {full / scan:.1f}")


if __name__ == "__main__":
    main()
