"""Partials beside the lake: a folder a day and kind, made once and made anew when the day's calls change.

``partials/days/2026-11-24/`` holds what is counted from that day's calls alone, ``partials/spans/2026-11-24/`` its
distinct counts, which look back over the pairs of the days before. In each ``made.json`` tells from what it was made:
for a day the digest of the rules and of the lake's parts, for spans those of all days that they look back on. A late
part changes the digest of its day: that day's partial is made anew, and the spans of the days that look back on it;
no other day's calls are read again. A folder is made beside its place and renamed into it.

While calls are counted their parts are held by links of our own, so that a merge of the lake takes none away.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import ibis.expr.types as ir
import msgspec
import pyarrow.parquet as pq

from clearbell.discovery.engines import PART, Engine
from clearbell.discovery.features import LOOKBACK
from clearbell.discovery.partials.day import day_partials
from clearbell.discovery.partials.rules import Rules
from clearbell.discovery.partials.spans import name_spans, number_partials
from clearbell.discovery.partials.window import Partials
from clearbell.records.lake import Lake

_MADE = "made.json"
Report = Callable[[int, int], None]
"""Told days done and days in all."""
_FEW = LOOKBACK // 4
"""Days of which each looks its earlier days up for itself."""
_EPOCH = datetime.date(1970, 1, 1)
Got = TypeVar("Got")


class NoCallsError(Exception):
    """The lake holds no calls of those days. 呼叫记录库中没有这些天的记录。"""


class Made(msgspec.Struct, frozen=True):
    """What :meth:`PartialStore.bring_up` did, as days."""

    counted: tuple[int, ...]
    """Days whose calls were read."""
    spanned: tuple[int, ...]
    """Days whose distinct counts were made."""


class PartialStore:
    """The partials of one lake. One writer at a time."""

    def __init__(self, lake: Lake, rules: Rules) -> None:
        self.lake = lake
        self.rules = rules
        self.folder = lake.folder / "partials"

    def bring_up(self, engine: Engine, first: int, last: int, report: Report) -> Made:
        """Make what is missing or outdated, so that the windows that end on the days ``first`` to ``last`` can be merged.

        What a window's first days look back on lies before it, so it takes two look-backs of days where the lake has them.
        """
        self._prune()
        days = [day for day in self.lake.days() if self.lake.parts(day)]
        read = [day for day in days if first - 2 * (LOOKBACK - 1) <= day <= last]
        counts = {day: self._digest_of_day(day) for day in read}
        counted = [day for day in read if self._made("days", day) != counts[day]]
        merged = [day for day in read if day > first - LOOKBACK]
        spans, spanned = self._outdated_spans(read, merged, counts)
        done, total = 0, len(counted) + len(spanned)
        report(done, total)
        for batch in self._batches(counted, engine.batch_bytes):
            counts.update(self._count(engine, batch))
            done += len(batch)
            report(done, total)
        # Parts that came while others were counted are in what was counted, and in the digests of it.
        spans, spanned = self._outdated_spans(read, merged, counts)
        total = done + len(spanned)
        for batch in _runs(spanned):
            self._span(engine, batch, read, spans)
            done += len(batch)
            report(done, total)
        return Made(tuple(counted), tuple(spanned))

    def partials(self, engine: Engine, first: int, last: int) -> Partials:
        """The stored partials of the windows that end on the days ``first`` to ``last``.

        Raises :class:`NoCallsError` when there is none.
        """
        days = [day for day in self.lake.days() if first - LOOKBACK < day <= last]

        def table(group: str, name: str) -> ir.Table:
            return engine.read(self._files(group, name, days))

        return Partials(
            **{name: table("days", name) for name in ("callers", "holders", "trunks", "names")},
            **{name: table("spans", name) for name in ("caller_days", "callees", "number_spans", "name_spans")},
        )

    def _outdated_spans(
        self, read: Sequence[int], merged: Sequence[int], counts: Mapping[int, str]
    ) -> tuple[dict[int, str], list[int]]:
        """What the spans of each day are to be made from, and the days whose spans are made from something else."""
        spans = {day: _digest([(one, counts[one]) for one in read if day - LOOKBACK < one <= day]) for day in merged}
        return spans, [day for day in merged if self._made("spans", day) != spans[day]]

    def _count(self, engine: Engine, days: Sequence[int]) -> dict[int, str]:
        """Make the partials of those days; returns the digests of what they were made from."""
        links = self.folder / ".counting"
        try:
            parts = {day: self._linked(day, links / str(day)) for day in days}
            digests = {day: self._digest_of(_told(parts[day])) for day in days}
            calls = engine.read([part for day in days for part in parts[day]])
            self._make(engine, "days", days, digests, lambda: day_partials(calls, self.rules, engine.hold))
        finally:
            shutil.rmtree(links, ignore_errors=True)
        return digests

    def _linked(self, day: int, into: Path) -> list[Path]:
        """The parts of a day as they are at one moment, under names that nobody else removes."""

        def link(parts: Sequence[Path]) -> list[Path]:
            shutil.rmtree(into, ignore_errors=True)
            into.mkdir(parents=True)
            return [_link(part, into / part.name) for part in parts]

        return self._steady(day, link)

    def _steady(self, day: int, look: Callable[[Sequence[Path]], Got]) -> Got:
        """What ``look`` gets of the day's parts, again when a merge took one away while it looked."""
        parts = self.lake.parts(day)
        while True:
            try:
                return look(parts)
            except FileNotFoundError:
                before, parts = parts, self.lake.parts(day)
                if parts == before:
                    raise

    def _span(self, engine: Engine, days: Sequence[int], known: Sequence[int], digests: Mapping[int, str]) -> None:
        first, last = days[0], days[-1]
        back = [day for day in known if first - LOOKBACK < day <= last]

        def table(name: str) -> ir.Table:
            return engine.read(self._files("days", name, back))

        def tables() -> dict[str, ir.Table]:
            names = name_spans(table("reach"), first, last)
            numbers = number_partials(table("links"), table("callees"), first, last, engine.hold)
            return {**numbers, "name_spans": names}

        self._make(engine, "spans", days, digests, tables)

    def _batches(self, days: Sequence[int], size: int) -> Iterator[Sequence[int]]:
        """As many days at once as hold no more bytes than that; at least one."""
        batch: list[int] = []
        room = size
        for day in days:
            needs = sum(size for _, size, _ in self._steady(day, _told))
            if batch and needs > room:
                yield batch
                batch, room = [], size
            batch.append(day)
            room -= needs
        if batch:
            yield batch

    def _make(
        self,
        engine: Engine,
        group: str,
        days: Sequence[int],
        digests: Mapping[int, str],
        tables: Callable[[], Mapping[str, ir.Table]],
    ) -> None:
        work = self.folder / ".making"
        shutil.rmtree(work, ignore_errors=True)
        try:
            made = tables()
            for name, table in made.items():
                engine.write(table, work / name)
        finally:
            engine.release()
        for day in days:
            new = work / "whole"
            for name, table in made.items():
                into = new / name
                written = work / name / f"{PART}={day}"
                if written.exists():
                    into.parent.mkdir(parents=True, exist_ok=True)
                    written.rename(into)
                else:
                    into.mkdir(parents=True)
                    pq.write_table(table.schema().to_pyarrow().empty_table(), into / "empty.parquet")
            (new / _MADE).write_bytes(msgspec.json.encode(digests[day]))
            place = self._place(group, day)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(place, ignore_errors=True)
            new.rename(place)
        shutil.rmtree(work)

    def _files(self, group: str, name: str, days: Sequence[int]) -> list[Path]:
        files = [file for day in days for file in sorted((self._place(group, day) / name).glob("*.parquet"))]
        if not files:
            raise NoCallsError
        return files

    def _place(self, group: str, day: int) -> Path:
        return self.folder / group / str(_EPOCH + datetime.timedelta(day))

    def _made(self, group: str, day: int) -> str:
        made = self._place(group, day) / _MADE
        return msgspec.json.decode(made.read_bytes(), type=str) if made.exists() else ""

    def _digest_of_day(self, day: int) -> str:
        return self._digest_of(self._steady(day, _told))

    def _digest_of(self, told: Sequence[tuple[str, int, int]]) -> str:
        return _digest([self.rules.digest, told])

    def _prune(self) -> None:
        """Remove the partials of days that the lake no longer keeps."""
        kept = {str(_EPOCH + datetime.timedelta(day)) for day in self.lake.days()}
        for folder in self.folder.glob("*/*"):
            if folder.parent.name in ("days", "spans") and folder.name not in kept:
                shutil.rmtree(folder)


def _told(parts: Sequence[Path]) -> list[tuple[str, int, int]]:
    """Name, bytes and time of change of each part."""
    return [(part.name, (stat := part.stat()).st_size, stat.st_mtime_ns) for part in parts]


def _link(part: Path, into: Path) -> Path:
    try:
        os.link(part, into)
    except FileNotFoundError:
        raise
    except OSError:
        # Some mounted folders have no links.
        shutil.copy2(part, into)
    return into


def _digest(told: object) -> str:
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:16]


def _runs(days: Sequence[int]) -> Iterator[Sequence[int]]:
    """Stretches without a gap, to be spanned at once; a few days are quicker one by one."""
    begin = 0
    for at in range(1, len(days) + 1):
        if at == len(days) or days[at] != days[at - 1] + 1:
            run = days[begin:at]
            yield from [run] if len(run) > _FEW else [[day] for day in run]
            begin = at
