"""How much of tomorrow's complaints does a list of today cover?

Lives through a file of FTC complaints (either layout, plain or gzip) day by day. On the days asked for, before any
complaint of the day is looked at, lists of 1,000, 10,000 and 100,000 entries are made from the past alone; then the
share of the day's complaints whose number is listed is taken. Side by side:

* counts over 30 days, and counts that decay with time constants of 8 and 32 days (the usual ways);
* the learned ranking, by numbers alone;
* the learned ranking by numbers and ranges.

The rule for ranges: an entry for a range counts as many entries as the range has numbers that were complained of before
(anywhere earlier in the file), and covers all numbers of the range. A range has 100 or 1,000 numbers and must have
spread: 5 numbers ever and 2 lately (see ``clearbell.reports.ranking``). So a whole area code can never be listed, and a
range is worth listing only where numbers not seen before keep turning up.

    python -m bench.ftc_coverage FILE [--from 2020-09-01] [--until 2020-09-30] [--every 3] [--draw curve.svg]

Days with fewer complaints than ``--least`` are filed and not measured: on such days the collector had failed. Learning
is done anew when ``--learn-every`` days have passed.
"""

from __future__ import annotations

import argparse
import datetime
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench.drawing import Curve, curves_svg
from bench.ftc_replay import complaints_by_day
from clearbell.reports.ranking.choosing import Listing, choose
from clearbell.reports.ranking.learning import Ranker
from clearbell.reports.ranking.units import Ints, Units

SIZES = (1_000, 10_000, 100_000)
WAYS = ("count 30 d", "decay 8 d", "decay 32 d", "learned, numbers", "learned, with ranges")
_EPOCH = datetime.date(1970, 1, 1)


class Counts:
    """The usual ways: one figure for each number ever seen."""

    def __init__(self, every: Ints) -> None:
        self._every = every
        self._decayed = {8: np.zeros(len(every)), 32: np.zeros(len(every))}
        self._window: deque[tuple[int, Ints]] = deque()
        self._count = np.zeros(len(every))
        self._day = 0

    def at(self, day: int) -> None:
        for constant, sums in self._decayed.items():
            sums *= np.exp((self._day - day) / constant)
        self._day = day
        while self._window and self._window[0][0] < day - 30:
            np.subtract.at(self._count, self._window.popleft()[1], 1)

    def add(self, numbers: Ints) -> None:
        places = np.searchsorted(self._every, numbers)
        self._window.append((self._day, places))
        for sums in (self._count, *self._decayed.values()):
            np.add.at(sums, places, 1)

    def lists(self, size: int) -> Iterator[Listing]:
        for sums in (self._count, self._decayed[8], self._decayed[32]):
            best = np.argsort(-sums, kind="stable")[:size]
            yield Listing(self._every[best[sums[best] > 0]], {}, size)


def measure(
    days: dict[datetime.date, Ints],
    wanted: set[datetime.date],
    *,
    least: int = 500,
    learn_every: int = 1,
    sizes: tuple[int, ...] = SIZES,
    threads: int = 0,
) -> Iterator[tuple[datetime.date, int, dict[tuple[str, int], float], Units]]:
    """Yield each measured day, its complaints, the share covered by way and list size, and what is remembered."""
    counts = Counts(np.unique(np.concatenate(list(days.values()))))
    units, ranker = Units(), Ranker(threads=threads)
    learned: datetime.date | None = None
    for date, numbers in days.items():
        day = (date - _EPOCH).days
        counts.at(day)
        units.at(day)
        if len(numbers) >= least:
            if date in wanted and ranker.ready:
                if learned is None or (date - learned).days >= learn_every:
                    ranker.learn()
                    learned = date
                expected = ranker.expect(units)
                shares = {}
                for size in sizes:
                    lists = [
                        *counts.lists(size),
                        choose(units, expected, size, with_ranges=False),
                        choose(units, expected, size),
                    ]
                    for way, listing in zip(WAYS, lists, strict=True):
                        shares[way, size] = float(listing.covers(numbers).mean())
                yield date, len(numbers), shares, units
            ranker.remember(units, numbers)
        counts.add(numbers)
        units.add(numbers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--from", dest="first", type=datetime.date.fromisoformat, help="first day (default: all)")
    parser.add_argument("--until", type=datetime.date.fromisoformat, help="last day")
    parser.add_argument("--every", type=int, default=3, help="measure every n-th day of the calendar")
    parser.add_argument("--least", type=int, default=500, help="complaints a measured day has at least")
    parser.add_argument("--learn-every", type=int, default=1, help="days between two learnings")
    parser.add_argument("--draw", type=Path, help="SVG file for the curve")
    given = parser.parse_args()
    began = time.perf_counter()
    days = {
        day: np.array([one.number for one in complaints], np.int64)
        for day, complaints in complaints_by_day(given.file).items()
    }
    first = given.first or min(days)
    last = given.until or max(days)
    wanted = {first + datetime.timedelta(n) for n in range(0, (last - first).days + 1, given.every)}
    print(f"{sum(map(len, days.values())):,} complaints read in {time.perf_counter() - began:.0f} s")
    print("share of the day's complaints covered by lists of " + ", ".join(f"{size:,}" for size in SIZES))
    found: list[tuple[int, dict[tuple[str, int], float]]] = []
    units = Units()
    for date, count, shares, remembered in measure(days, wanted, least=given.least, learn_every=given.learn_every):
        units = remembered
        found.append((count, shares))
        line = " ".join(f"{shares[way, size]:>6.1%}" for way in WAYS[-2:] for size in SIZES)
        print(f"{date}  {count:>7,}  {line}", flush=True)
    if not found:
        raise SystemExit("no day to measure: there are too few days before those asked for")
    print(f"\nmean of {len(found)} days{'':<10}" + "".join(f"{size:>10,}" for size in SIZES))
    means = {key: sum(shares[key] for _, shares in found) / len(found) for key in found[0][1]}
    for way in WAYS:
        print(f"{way:<24}" + "".join(f"{means[way, size]:>10.1%}" for size in SIZES))
    best = {size: max(means[way, size] for way in WAYS[:3]) for size in SIZES}
    print(f"{'ratio to best count':<24}" + "".join(f"{means[WAYS[-1], size] / best[size]:>10.2f}" for size in SIZES))
    total = sum(count for count, _ in found)
    print("weighted by complaints:")
    for way in WAYS:
        shared = [sum(count * shares[way, size] for count, shares in found) / total for size in SIZES]
        print(f"{way:<24}" + "".join(f"{share:>10.1%}" for share in shared))
    known = len(units.levels[0])
    print(
        f"\n{known:,} numbers remembered, {units.nbytes() / max(1, known):.0f} bytes of columns a number, ranges included"
    )
    print(f"{time.perf_counter() - began:.0f} s in all")
    if given.draw:
        curves = [Curve(way, [(size, 100 * means[way, size]) for size in SIZES]) for way in WAYS]
        given.draw.write_text(curves_svg("Share of the next day's complaints covered, %", "entries listed", curves))
        print(f"drawn: {given.draw}")


if __name__ == "__main__":
    main()
