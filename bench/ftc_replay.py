"""What would have been done to the calls that people complained of, one day after another?

Takes a file of FTC complaints (either layout, plain or gzip) and lives through its days in their order: each
complaint of the day becomes the call it was about and is screened by the whole engine under the pack, with the labels
in force at the day's beginning and the live counters of the calls before it; then the day's complaints are filed, and
labels are published at its end. So no call is judged by its own complaint, nor by a later one. Days are those of the
file: where some are missing, nothing is filed.

    python -m bench.ftc_replay FILE [--every 10]

It shows coverage, not precision, as complaints only tell of unwanted calls. The counters see the complained-of calls
only, a small part of what a switch would see. The called number is made up within the complainer's area code, another
one for each complaint. Where the file gives the day alone, its calls are spread over 09:00 to 21:00 Eastern in the
file's order.
"""

from __future__ import annotations

import argparse
import datetime
import gc
import itertools
import tempfile
import zoneinfo
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from clearbell.calls import DAY, HOUR, Action, Call, Decision
from clearbell.intake.lines import LineFile
from clearbell.intake.rows import RowFile
from clearbell.labels import LabelSettings, publish_labels
from clearbell.ledger import Store
from clearbell.policy.pack import builtin_pack
from clearbell.reports import ReputationSettings, do_file_reports
from clearbell.reports.ftc import ZONE, FtcLoader
from clearbell.reports.model import Reported
from clearbell.screening.engine import Engine
from clearbell.screening.traffic import Traffic
from clearbell.screening.views import Views

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


def calls_of(day: datetime.date, complaints: list[Reported], serial: Iterator[int]) -> list[Call]:
    """The calls a day's complaints are about, in the order of time."""
    start = begins(day)
    dated_only = all(one.at == start for one in complaints)
    step = 12 * HOUR // len(complaints)
    calls = []
    for place, one in enumerate(complaints):
        n = next(serial)
        area = one.area if len(one.area) == 3 and one.area.isdigit() and one.area[0] > "1" else "202"
        # As in the file, the call may have been days before the complaint; it is screened on the complaint's day.
        at = start + 9 * HOUR + place * step if dated_only else one.received
        calls.append(Call(f"c{n}", at, one.number, 10_000_000_000 + int(area) * 10_000_000 + 2_000_000 + n % 7_999_999))
    return sorted(calls, key=lambda call: call.at)


def begins(day: datetime.date) -> int:
    """When the day begins, µs UTC."""
    midnight = datetime.datetime.combine(day, datetime.time(), zoneinfo.ZoneInfo(ZONE))
    return int(midnight.timestamp()) * 1_000_000


def replay(path: Path, settings: LabelSettings) -> Iterator[tuple[datetime.date, list[Decision]]]:
    """Yield for each day the decisions about its calls."""
    days = complaints_by_day(path)
    gc.freeze()
    gc.set_threshold(50_000, 50, 1_000)
    clock = _SetClock()
    pack = builtin_pack("cn")
    views = Views()
    serial = itertools.count()
    ids = itertools.count()
    engine = Engine(pack, views, Traffic(pack), lambda: f"d{next(ids)}")
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/replay.db", clock=clock)
        store.create()
        for day, complaints in days.items():
            clock.at = max(clock.at, begins(day))
            publish_labels(store, settings)
            while entries := store.entries(views.seq, Views.KINDS):
                for entry in entries:
                    views.apply(entry)
            yield day, [engine.screen(call) for call in calls_of(day, complaints, serial)]
            clock.at += DAY - 1
            with store.act("bench:replay") as act:
                do_file_reports(act, complaints)
        store.close()


def main() -> None:
    """Print a table of days, and one of reasons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--every", type=int, default=10, help="print every n-th day")
    parser.add_argument("--reporters", type=int, default=3, help="distinct reporters a label needs")
    parser.add_argument("--score", type=float, default=2.5, help="evidence a label needs")
    parser.add_argument("--since", type=datetime.date.fromisoformat, help="first day of the overall share")
    given = parser.parse_args()
    print(f"{'day':<12}{'calls':>11}{'refused':>10}{'labelled':>10}{'share':>8}")
    total: Counter[Action] = Counter()
    symbols: Counter[tuple[Action, str]] = Counter()

    def line(name: str, actions: Counter[Action]) -> None:
        refused, labelled, every = actions[Action.REJECT], actions[Action.LABEL], max(1, actions.total())
        share = (refused + labelled) / every
        print(f"{name:<12}{actions.total():>11,}{refused:>10,}{labelled:>10,}{share:>8.1%}")

    for place, (day, decisions) in enumerate(replay(given.file, LabelSettings(given.reporters, given.score))):
        actions = Counter(decision.action for decision in decisions)
        if given.since is None or day >= given.since:
            total += actions
            for decision in decisions:
                symbols.update((decision.action, charge.symbol) for charge in decision.charges)
        if place % given.every == 0:
            line(str(day), actions)
    line("all", total)
    print(f"\n{'action':<10}{'symbol':<24}{'calls':>11}")
    for (action, symbol), count in symbols.most_common():
        print(f"{action.value:<10}{symbol:<24}{count:>11,}")


if __name__ == "__main__":
    main()
