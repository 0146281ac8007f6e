"""How much of a day's complaints would labels have covered that were published before that day?

Takes a file of FTC complaints (either layout, plain or gzip) and lives through its days in their order: the day's
complaints are first held against the labels in force at its beginning, then filed; labels are published at its end.
So every label is made of earlier days only. Days are those of the file: where some are missing, nothing is filed.

    python -m bench.ftc_replay FILE [--every 10]

A measure of coverage, not of precision: complaints only tell of unwanted calls.
"""

from __future__ import annotations

import argparse
import datetime
import tempfile
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from clearbell.calls import DAY
from clearbell.intake.lines import LineFile
from clearbell.intake.rows import RowFile
from clearbell.labels import LabelSettings, publish_labels
from clearbell.labels.model import FACTS, Labelled
from clearbell.ledger import Store
from clearbell.reports import ReputationSettings, do_file_reports
from clearbell.reports.ftc import ZONE, FtcLoader
from clearbell.reports.model import Reported

Days = dict[datetime.date, list[Reported]]


class _SetClock:
    def __init__(self) -> None:
        self.at = 0

    def now(self) -> int:
        return self.at


def complaints_by_day(path: Path) -> Days:
    """The file's readable complaints by the (Eastern) day they were made, in the order of days."""
    zone = zoneinfo.ZoneInfo(ZONE)
    days: Days = defaultdict(list)
    known: dict[int, datetime.date] = {}
    with closing(LineFile(path)) as file:
        rows = RowFile(file, "utf-8")
        header, _, _ = rows.header()
        read = FtcLoader(ReputationSettings()).bind(header)
        for batch in rows.batches(10_000):
            for row in batch.rows:
                if not isinstance(row, list) or len(row) != len(header):
                    continue
                one = read(row)
                if isinstance(one, Reported):
                    hour = one.received // 3_600_000_000
                    day = known.get(hour)
                    if day is None:
                        day = known[hour] = datetime.datetime.fromtimestamp(one.received / 1e6, zone).date()
                    days[day].append(one)
    return dict(sorted(days.items()))


def calls_of(complaints: list[Reported]) -> Iterator[tuple[int, int]]:
    """A day's complaints as calls: (number, at µs UTC), in the order of time."""
    yield from sorted(((one.number, one.at) for one in complaints), key=lambda call: call[1])


def begins(day: datetime.date) -> int:
    """When the day begins, µs UTC."""
    midnight = datetime.datetime.combine(day, datetime.time(), zoneinfo.ZoneInfo(ZONE))
    return int(midnight.timestamp()) * 1_000_000


def replay(path: Path, settings: LabelSettings) -> Iterator[tuple[datetime.date, int, int, int]]:
    """Yield for each day: its complaints, those whose number had a label in force, labels at its beginning."""
    days = complaints_by_day(path)
    clock = _SetClock()
    labels: dict[int, Labelled] = {}
    seen = 0
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/replay.db", clock=clock)
        store.create()
        for day, complaints in days.items():
            clock.at = max(clock.at, begins(day))
            publish_labels(store, settings)
            while entries := store.entries(seen, FACTS.keys()):
                for entry in entries:
                    labels.update((one.number, one) for one in entry.decode(FACTS))
                seen = entries[-1].seq
            in_force = {n for n, one in labels.items() if one.category and one.until > clock.at}
            covered = sum(number in in_force for number, _ in calls_of(complaints))
            yield day, len(complaints), covered, len(in_force)
            clock.at += DAY - 1
            with store.act("bench:replay") as act:
                do_file_reports(act, complaints)
        store.close()


def main() -> None:
    """Print a table of days."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--every", type=int, default=10, help="print every n-th day")
    parser.add_argument("--reporters", type=int, default=3, help="distinct reporters a label needs")
    parser.add_argument("--score", type=float, default=2.5, help="evidence a label needs")
    parser.add_argument("--since", type=datetime.date.fromisoformat, help="first day of the overall share")
    given = parser.parse_args()
    settings = LabelSettings(given.reporters, given.score)
    print(f"{'day':<12}{'complaints':>11}{'labelled':>10}{'share':>8}{'labels':>9}")
    total = hits = 0
    for place, (day, complaints, covered, labels) in enumerate(replay(given.file, settings)):
        if given.since is None or day >= given.since:
            total += complaints
            hits += covered
        if place % given.every == 0:
            print(f"{day!s:<12}{complaints:>11,}{covered:>10,}{covered / complaints:>8.1%}{labels:>9,}")
    print(f"{'all':<12}{total:>11,}{hits:>10,}{hits / max(total, 1):>8.1%}")


if __name__ == "__main__":
    main()
