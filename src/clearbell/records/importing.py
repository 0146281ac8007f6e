"""Records of a file into the lake: chunk by chunk, what is there already stays out, what is wrong goes to quarantine.

A record is named by (source, id, start). A chunk's records become parts named after the run and the place in the file
that the chunk begins at; the order that makes this safe against crashes is told in :mod:`clearbell.intake.elsewhere`.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.compute as pc

from clearbell.intake import IntakeError, IntakeResult, Portion, run_elsewhere
from clearbell.intake.lines import LineFile
from clearbell.intake.model import Progress
from clearbell.intake.reached import Place
from clearbell.intake.rows import Batch
from clearbell.ledger import Store
from clearbell.records.lake import MERGE_AT, Lake
from clearbell.records.locking import turn_if_free
from clearbell.records.model import CallRecord
from clearbell.records.naming import SAME_ID, same_id
from clearbell.records.places import is_local
from clearbell.records.readers.model import Assembled, Opened, Reader
from clearbell.records.tail import SOURCE

_DAYS_KNOWN = 4
"""Days whose records are remembered at once, to know a record that is there already."""
_LAST = 10**15 - 1


class BusyLakeError(IntakeError):
    """Another import into the same lake is running. 另一导入正在写入同一呼叫记录库。"""


class ReservedSourceError(IntakeError):
    """The source is Clearbell's own. 来源名称为清铃自身保留。"""


def import_records(
    store: Store,
    lake: Lake,
    reader: Reader,
    path: Path,
    *,
    actor: str,
    chunk: int | None = None,
    encoding: str = "utf-8",
    progress: Callable[[Progress], None] | None = None,
) -> IntakeResult:
    """Take the records of a file into the lake; interrupted, it goes on where it was.

    ``rows == stored + duplicates + quarantined`` for the result, where a row counts as stored when the record it is
    part of is: with formats of several rows a call these are more than records.

    Raises :class:`~clearbell.intake.IntakeError` for a file that cannot be read at all, and :class:`BusyLakeError`.
    """
    if reader.source == SOURCE:
        raise ReservedSourceError(
            f"来源名称 {SOURCE} 为清铃自身的呼叫保留;请用 --source 指定交换机的名称",
            f"the source {SOURCE} is kept for Clearbell's own calls; name the switch with --source",
        )
    with _alone(lake), _uncollected():
        return run_elsewhere(
            store,
            _LakeTaker(lake, reader),
            path,
            actor=actor,
            chunk=chunk or reader.chunk,
            encoding=encoding,
            progress=progress,
        )


@contextlib.contextmanager
def _alone(lake: Lake) -> Iterator[None]:
    """Two imports at once would not see each other's records."""
    if not is_local(lake.folder):
        yield
        return
    lake.folder.mkdir(parents=True, exist_ok=True)
    with turn_if_free(lake.folder / "import.lock") as free:
        if not free:
            raise BusyLakeError(
                "另一导入正在写入同一呼叫记录库;等它结束后再运行一次",
                "another import into the same lake is running; run this again when it has ended",
            )
        yield


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without the search for cycles: a chunk is a million lists and texts that hold none, and it costs a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _LakeTaker:
    def __init__(self, lake: Lake, reader: Reader) -> None:
        self.name = reader.name
        self._lake = lake
        self._reader = reader
        self._known: dict[int, set[str]] = {}
        self._touched: set[int] = set()
        self._opened: Opened
        self._prefix = ""
        self._place = Place()
        self._number = 0
        self._batches: Iterator[Batch] | None = None

    def longest_line(self) -> int:
        return self._reader.longest_line

    def open(self, file: LineFile, encoding: str) -> tuple[Place, str]:
        self._opened = self._reader.open(file, encoding)
        return self._opened.start, self._opened.header

    def resume(self, run: str, place: Place, *, known: bool) -> None:
        self._prefix = f"import-{run}-"
        self._place = place
        start = self._opened.start
        if known:
            self._lake.drop(self._is_later)
        if known and self._opened.assembler.waits:
            # Rows that wait for others are found again by reading on from the beginning; what they settle is known.
            self._opened.rows.seek(start.position, start.lines)
            line = start.lines
            while line < place.lines:
                batch = next(self._opened.rows.batches(min(place.lines - line, self._reader.chunk)))
                _, self._number = self._opened.assembler.take(batch, self._number)
                line = batch.line
        else:
            self._number = place.rows
        self._opened.rows.seek(place.position, place.lines)
        self._lake.hold(self._prefix)

    def take(self, count: int) -> Portion | None:
        if self._batches is None:
            self._batches = self._opened.rows.batches(count)
        batch = next(self._batches, None)
        if batch is None:
            return None
        assembled, self._number = self._opened.assembler.take(batch, self._number)
        return self._put(assembled, self._place.position, batch.position, batch.line)

    def end(self) -> Portion:
        return self._put(self._opened.assembler.end(), _LAST, self._place.position, self._place.lines)

    def settle(self) -> None:
        self._lake.release(self._prefix)
        for day in self._touched:
            if len(self._lake.parts(day)) >= MERGE_AT:
                self._lake.merge(day)

    def _is_later(self, part: str) -> bool:
        """Whether the part was put by this run after the place that the store knows."""
        return part.startswith(self._prefix) and int(part[len(self._prefix) :]) >= self._place.position

    def _put(self, assembled: Assembled, begins: int, position: int, lines: int) -> Portion:
        # Never within a chunk: what is new in it is not in the lake yet.
        while len(self._known) > _DAYS_KNOWN:
            del self._known[next(iter(self._known))]
        new: list[CallRecord] = []
        there: list[int] = []
        stored = duplicates = 0
        weights = assembled.weights or [1] * len(assembled.records)
        day_of, known = self._lake.day_of, self._known
        for at, (record, weight) in enumerate(zip(assembled.records, weights, strict=True)):
            day = day_of(record.start)
            keys = known.get(day)
            if keys is None:
                keys = self._recall(day)
            key = f"{record.start} {record.id}"
            if key in keys:
                there.append(at)
                duplicates += weight
            else:
                keys.add(key)
                new.append(record)
                stored += weight
        bad = assembled.bad
        if there:
            others = same_id([assembled.records[at] for at in there], new, self._lake, self._reader.source)
            for other in others:
                bad.extend((number, line, [SAME_ID], raw) for number, line, raw in assembled.rows_of(there[other]))
            duplicates -= sum(weights[there[other]] for other in others)
        self._lake.append(f"{self._prefix}{begins:015d}", new)
        self._place = Place(position, lines)
        return Portion(position, lines, stored, duplicates, tuple(sorted(bad, key=lambda one: one[0])))

    def _recall(self, day: int) -> set[str]:
        """What the lake has of a day from this source."""
        table = self._lake.read(day, day, ["start", "id"], pc.field("source") == self._reader.source)
        keys = {f"{start} {id_}" for start, id_ in zip(*(c.to_pylist() for c in table.columns), strict=True)}
        self._known[day] = keys
        self._touched.add(day)
        return keys
