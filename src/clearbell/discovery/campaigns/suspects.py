"""Who is suspected on a day, and what the calls of the window tell of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from clearbell.calls import HOUR, MINUTE
from clearbell.discovery.campaigns.model import Suspect
from clearbell.discovery.detectors.model import Hit, Level, Subject
from clearbell.records.lake import Lake

WINDOW = 7
"""Days of calls that suspects are compared by."""
_RANGE = 10_000


def suspects_of(hits: Iterable[Hit], lake: Lake, day: int) -> list[Suspect]:
    """Numbers that critical findings of a day name: by themselves, in a group, or as a holder's; with their calls.

    A finding about a trunk or a callee names no caller.
    """
    groups: dict[int, list[str]] = {}
    holders: set[str] = set()
    for hit in hits:
        if hit.level is not Level.CRITICAL:
            continue
        if hit.subject is Subject.CALLER:
            groups.setdefault(int(hit.unit), [])
        elif hit.subject is Subject.GROUP:
            for number in hit.members:
                groups.setdefault(number, []).append(f"{hit.detector}/{hit.unit}")
        elif hit.subject is Subject.HOLDER:
            holders.add(hit.unit)
    named = pc.field("caller").isin(pa.array(sorted(groups), pa.int64()))
    held = pc.field("holder").isin(pa.array(sorted(holders), pa.string()))
    columns = ["caller", "callee", "holder", "trunk", "start"]
    calls = lake.read(day - WINDOW + 1, day, columns, (named | held) & (pc.field("caller") > 0))
    made: dict[int, list[tuple[int, str, str, int]]] = {}
    for caller, *rest in zip(*(calls.column(name).to_pylist() for name in columns), strict=True):
        made.setdefault(caller, []).append((rest[0], rest[1], rest[2], rest[3]))
    offset = lake.utc_offset_minutes * MINUTE
    return [_suspect(number, groups.get(number, []), ours, offset) for number, ours in sorted(made.items())]


def _suspect(number: int, groups: Sequence[str], calls: Sequence[tuple[int, str, str, int]], offset: int) -> Suspect:
    holder = ""
    ranges: dict[int, int] = {}
    trunks: dict[str, int] = {}
    hours = [0] * 24
    for callee, recorded, trunk, start in calls:
        holder = holder or recorded
        ranges[callee // _RANGE] = ranges.get(callee // _RANGE, 0) + 1
        trunks[trunk] = trunks.get(trunk, 0) + 1
        hours[(start + offset) // HOUR % 24] += 1
    main = max(sorted(trunks), key=lambda name: trunks[name])
    callees = frozenset(callee for callee, *_ in calls)
    return Suspect(number, holder, main, tuple(sorted(groups)), callees, ranges, tuple(hours))
