"""How well do the detectors find nuisance callers, and do they leave lawful ones alone?

Makes the calls of a synthetic country (``clearbell simulate records``), computes the features of every day, asks all
detectors, and holds what they find against the truth. Detectors never see the truth; they may be tuned on seeds 1 to 5.

    python -m bench.detection --seed N --scale S [--days 30] [--keep FOLDER]

A nuisance caller is found on the day on which a critical finding is about it: its holder; at least half of the numbers
that it has used so far, by themselves or as members of a group; for forgers, who show others' numbers, the trunk.
A lawful caller is harmed when a critical finding is about any of its numbers, its holder, or a group that one of its
numbers is in. Trunks are counted apart: a finding about a trunk names no caller.
"""

from __future__ import annotations

import argparse
import dataclasses
import shutil
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from clearbell.discovery.detectors.asking import Asking
from clearbell.discovery.detectors.model import Hit, Level, Looked, Subject
from clearbell.discovery.detectors.standing import Registered, Standing
from clearbell.discovery.engines import engine
from clearbell.discovery.features_table import write_features
from clearbell.discovery.partials.rules import rules_of
from clearbell.discovery.partials.store import PartialStore
from clearbell.policy.model import Pack
from clearbell.policy.pack import builtin_pack
from clearbell.records.lake import Lake
from clearbell.simulation.records.writing import CONSENTS, REFUSALS, RESOURCES, TRUNKS, TRUTH, write_records

WITHIN = 7
"""Days from its first call within which a nuisance caller is to be found."""
FORGERS = ("spoofer-neighbour", "spoofer-home")


@dataclasses.dataclass
class Caller:
    """One true caller, with all its numbers."""

    name: str
    kind: str
    nuisance: bool
    first: int
    until: int
    holder: str
    trunk: str
    numbers: set[int]
    seen: set[int] = dataclasses.field(default_factory=set)
    """Numbers used so far."""
    caught: set[int] = dataclasses.field(default_factory=set)
    """Numbers found so far."""
    found: int = 0
    """Day; 0 for never."""
    by: Counter[str] = dataclasses.field(default_factory=Counter)
    as_holder: bool = False


def standing_of(folder: Path) -> Standing:
    """What the registry and consent book of the synthetic country know."""
    resources = pq.read_table(folder / RESOURCES)
    ranges = [
        Registered(row["number"], row["number"], row["holder"], row["purpose"], row["inbound_only"])
        for row in resources.to_pylist()
    ]
    consents: dict[str, set[int]] = defaultdict(set)
    table = pq.read_table(folder / CONSENTS)
    for holder, callee in zip(table.column("holder").to_pylist(), table.column("callee").to_pylist(), strict=True):
        consents[holder].add(callee)
    refusals: dict[str, dict[int, int]] = defaultdict(dict)
    for row in pq.read_table(folder / REFUSALS).to_pylist():
        if row["holder"]:
            refusals[row["holder"]].setdefault(row["callee"], row["at"])
    return Standing(ranges, lambda holder, callees: len(consents[holder].intersection(callees)), refusals)


def callers_of(folder: Path) -> list[Caller]:
    """Everyone, by the truth."""
    known: dict[str, Caller] = {}
    for row in pq.read_table(folder / TRUTH).to_pylist():
        one = known.get(row["caller"])
        if one is None:
            one = known[row["caller"]] = Caller(
                row["caller"], row["kind"], row["nuisance"], row["from_day"], row["until_day"], row["holder"], row["trunk"], set()
            )  # fmt: skip
        if row["number"]:
            one.numbers.add(row["number"])
    return list(known.values())


def features_of(folder: Path, lake: Lake, pack: Pack, days: list[int]) -> Path:
    """The feature table of all days, made when it is not there."""
    out = folder / "features.parquet"
    if out.exists():
        return out
    trunks = pq.read_table(folder / TRUNKS).to_pylist()
    rules = rules_of(pack, [row["trunk"] for row in trunks if row["foreign"]])
    windows = sorted({rule.window for rule in pack.detectors.values()})
    with engine("duckdb", folder / "scratch") as chosen:
        write_features(PartialStore(lake, rules), chosen, days, out, lambda *_: None, windows)
    return out


class Tally:
    """Holds findings against the truth, day by day."""

    def __init__(self, callers: list[Caller]) -> None:
        self.callers = callers
        self.of_number = {number: one for one in callers for number in one.numbers}
        self.of_holder = {one.holder: one for one in callers if one.holder}
        self.harmed: dict[str, Counter[str]] = {level.value: Counter() for level in Level}
        self.harmed_callers: dict[str, set[str]] = {level.value: set() for level in Level}
        self.trunks: set[str] = set()

    def day(self, day: int, used: Iterable[int], looked: dict[str, Looked]) -> None:
        for number in used:
            one = self.of_number.get(number)
            if one is not None:
                one.seen.add(number)
        for found in looked.values():
            for hit in found.hits:
                self._hit(day, hit)
        for one in self.callers:
            if one.nuisance and not one.found and one.seen and len(one.caught & one.seen) * 2 >= len(one.seen):
                one.found = day

    def _hit(self, day: int, hit: Hit) -> None:
        critical = hit.level is Level.CRITICAL
        if hit.subject is Subject.CALLEE:
            return
        if hit.subject is Subject.TRUNK:
            if critical:
                self.trunks.add(hit.unit)
                for one in self.callers:
                    if one.kind in FORGERS and one.trunk == hit.unit and one.first <= day < one.until and not one.found:
                        one.found = day
                        one.by[hit.detector] += 1
            return
        if hit.subject is Subject.HOLDER:
            one = self.of_holder.get(hit.unit)
            if one is None:
                return
            if not one.nuisance:
                self._harm(hit, one.name, one.kind)
            elif critical:
                one.as_holder = True
                one.by[hit.detector] += 1
                one.found = one.found or day
            return
        numbers = hit.members if hit.subject is Subject.GROUP else (int(hit.unit),)
        for number in numbers:
            one = self.of_number.get(number)
            if one is None or not one.nuisance:
                self._harm(hit, one.name if one else str(number), one.kind if one else "passer-by")
            elif critical:
                one.caught.add(number)
                one.by[hit.detector] += 1

    def _harm(self, hit: Hit, name: str, kind: str) -> None:
        if name not in self.harmed_callers[hit.level.value]:
            self.harmed[hit.level.value][f"{kind} by {hit.detector}"] += 1
        self.harmed_callers[hit.level.value].add(name)


def measure(folder: Path, pack: Pack, days: int = 30) -> Tally:
    """Ask the detectors about every day of the lake in ``folder``."""
    lake = Lake(folder, pack.utc_offset_minutes)
    chosen = lake.days()[:days]
    features = features_of(folder, lake, pack, chosen)
    standing = standing_of(folder)
    tally = Tally(callers_of(folder))
    for day, rows in _by_day(features, chosen):
        looked = Asking(rows, lake, day, standing, pack.detectors).all(lambda *_: None)
        used = pc.unique(lake.read(day, day, ["caller"]).column("caller")).to_pylist()
        tally.day(day, used, looked)
    return tally


def _by_day(features: Path, days: list[int]) -> Iterator[tuple[int, pa.Table]]:
    for day in days:
        yield day, pq.read_table(features, filters=[("day", "=", day)])


def show(tally: Tally, last: int) -> None:
    """Print the table."""
    lawful = [one for one in tally.callers if not one.nuisance and one.seen]
    print(f"{'lawful callers':28} {len(lawful):8}")
    for level in (Level.CRITICAL, Level.WARNING):
        harmed = tally.harmed_callers[level.value]
        share = 1 - len(harmed) / max(1, len(lawful))
        print(f"  not flagged {level.value:15} {share:8.4%}  ({len(harmed)} flagged)")
        for what, count in tally.harmed[level.value].most_common(12):
            print(f"      {count:5} {what}")
    print(f"\n{'kind':24}{'callers':>8}{'day 7':>8}{'ever':>8}{'holder':>8}{'days':>8}  found by")
    # Those who began so late that seven days are not over are left out.
    pests = [
        one
        for one in tally.callers
        if one.nuisance and one.first + WITHIN - 1 <= last and (one.seen or one.kind in FORGERS)
    ]
    groups: dict[str, list[Caller]] = defaultdict(list)
    for one in pests:
        groups[one.kind].append(one)
    for kind, ones in sorted(groups.items()):
        _line(kind, ones)
    if pests:
        _line("all nuisance", pests)
    rotators = [one for one in pests if one.kind == "rotator"]
    print(f"\nrotating holders found as holders {sum(one.as_holder for one in rotators) / max(1, len(rotators)):.1%}")
    innocent = tally.trunks - {one.trunk for one in pests if one.kind in FORGERS}
    print(f"trunks found {len(tally.trunks)}, of these without a forger {len(innocent)}")


def _line(kind: str, ones: list[Caller]) -> None:
    soon = [one for one in ones if one.found and one.found < one.first + WITHIN]
    ever = [one for one in ones if one.found]
    waits = [one.found - one.first + 1 for one in ever]
    by: Counter[str] = Counter()
    for one in ones:
        by.update(dict.fromkeys(one.by, 1))
    told = ", ".join(f"{name} {count}" for name, count in by.most_common(4)) if kind != "all nuisance" else ""
    print(
        f"{kind:24}{len(ones):8}{len(soon) / len(ones):8.0%}{len(ever) / len(ones):8.0%}"
        f"{sum(one.as_holder for one in ones) / len(ones):8.0%}{statistics.median(waits) if waits else float('nan'):8.1f}  {told}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--keep", type=Path, help="folder for calls and features, used again when it is there")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="detection-"))
    began = time.monotonic()
    try:
        if not (folder / TRUTH).exists():
            for _ in write_records(given.seed, given.scale, folder, given.days):
                pass
        tally = measure(folder, builtin_pack("cn"), given.days)
        last = Lake(folder, builtin_pack("cn").utc_offset_minutes).days()[-1]
        show(tally, last)
        print(f"\n{time.monotonic() - began:.0f} s")
    finally:
        if given.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
