"""Taking a file in: chunk by chunk, each with its bad rows and the place reached in one transaction."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec
from sqlalchemy import insert, select, update

from clearbell.intake.lines import LineFile, blocks
from clearbell.intake.model import BadCell, BadFileError, BusyRunError, IntakeResult, Loader, Progress
from clearbell.intake.quarantine import put
from clearbell.intake.rows import Batch, RowFile, wrong_width
from clearbell.intake.tables import intake_run
from clearbell.ledger import Act, Store

T = TypeVar("T")


class _Place(msgspec.Struct, frozen=True):
    """How far a run is; what the next chunk must find unchanged."""

    position: int = 0
    lines: int = 0
    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    finished: bool = False


def run_intake(
    store: Store,
    loader: Loader[T],
    path: Path,
    *,
    actor: str,
    chunk: int = 5000,
    encoding: str = "utf-8",
    progress: Callable[[Progress], None] | None = None,
) -> IntakeResult:
    """Take the CSV file at ``path`` (plain or gzip) in with ``loader``.

    Every ``chunk`` of lines is stored with its quarantined rows and the place reached in one transaction, so a run
    that was killed at any time goes on, when started again with the same file, at the row it had come to; a file
    that was taken in whole adds nothing. A row that cannot be read or stored is quarantined, never fatal.

    Raises :class:`BadFileError` and :class:`BadHeaderError` for a file that cannot be read at all, and
    :class:`BusyRunError` when another process is at the same file.
    """
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise BadFileError(f"没有名为 {encoding} 的编码", f"there is no encoding named {encoding}") from None
    file = LineFile(path)
    try:
        rows = RowFile(file, encoding)
        header, position, line = rows.header()
        read = loader.bind(header)
        digest = _digest(path)
        run = hashlib.sha256(f"{loader.name}\n{encoding}\n{digest}".encode()).hexdigest()[:16]
        place, known = _begin(store, run, loader.name, path.name, digest, actor, _Place(position, line))
        if place.finished:
            return _result(run, place, already=True)
        resumed_at = place.rows
        if known:
            rows.seek(place.position, place.lines)
        taker = _Taker(store, loader, run, read, len(header), actor)
        total = path.stat().st_size
        for batch in rows.batches(chunk):
            place = taker.take(batch, place)
            if progress is not None:
                progress(
                    Progress(file.read_so_far(), total, place.rows, place.stored, place.duplicates, place.quarantined)
                )
        place = taker.finish(place)
        return _result(run, place, resumed_at=resumed_at)
    finally:
        file.close()


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for block in blocks(path):
        digest.update(block)
    return digest.hexdigest()


def _result(run: str, place: _Place, *, resumed_at: int = 0, already: bool = False) -> IntakeResult:
    return IntakeResult(run, place.rows, place.stored, place.duplicates, place.quarantined, resumed_at, already)


def _begin(
    store: Store, run: str, loader: str, file: str, digest: str, actor: str, start: _Place
) -> tuple[_Place, bool]:
    columns = [intake_run.c[name] for name in _Place.__struct_fields__]
    with store.act(actor) as act:
        row = act.conn.execute(select(*columns).where(intake_run.c.run == run)).first()
        if row is not None:
            return _Place(*row), True
        act.conn.execute(
            insert(intake_run).values(
                run=run,
                loader=loader,
                file=file,
                digest=digest,
                actor=actor,
                started_at=act.at,
                moved_at=act.at,
                **msgspec.structs.asdict(start),
            )
        )
    return start, False


class _Taker(Generic[T]):
    def __init__(
        self,
        store: Store,
        loader: Loader[T],
        run: str,
        read: Callable[[Sequence[str]], T | list[BadCell]],
        width: int,
        actor: str,
    ) -> None:
        self._store = store
        self._loader = loader
        self._run = run
        self._read = read
        self._width = width
        self._actor = actor

    def take(self, batch: Batch, place: _Place) -> _Place:
        """Store one batch in one transaction; returns the place after it."""
        items: list[T] = []
        where: list[tuple[int, int]] = []
        """Of each item its row number and its place in the batch."""
        bad: dict[int, tuple[int, list[BadCell]]] = {}
        number = place.rows
        read, width = self._read, self._width
        for at, row in enumerate(batch.rows):
            if not row:
                continue
            number += 1
            if isinstance(row, BadCell):
                bad[number] = (at, [row])
                continue
            if len(row) != width:
                bad[number] = (at, [wrong_width(len(row), width)])
                continue
            item = read(row)
            if isinstance(item, list):
                bad[number] = (at, item)
            else:
                items.append(item)
                where.append((number, at))
        with self._store.act(self._actor) as act:
            stored = duplicates = 0
            if items:
                done = self._loader.store(act, items)
                stored, duplicates = done.stored, done.duplicates
                for index, cell in done.refused:
                    row_number, at = where[index]
                    bad.setdefault(row_number, (at, []))[1].append(cell)
            assert stored + duplicates + len(bad) == number - place.rows, (  # noqa: S101
                f"BUG: {self._loader.name} lost rows between {place.rows} and {number}"
            )
            put(
                act.conn,
                self._run,
                [(n, batch.lines[at], cells, batch.raws[at]) for n, (at, cells) in sorted(bad.items())],
            )
            after = _Place(
                batch.position,
                batch.line,
                number,
                place.stored + stored,
                place.duplicates + duplicates,
                place.quarantined + len(bad),
            )
            self._move(act, place, after)
        return after

    def finish(self, place: _Place) -> _Place:
        """Mark the run as finished."""
        after = msgspec.structs.replace(place, finished=True)
        with self._store.act(self._actor) as act:
            self._move(act, place, after)
        return after

    def _move(self, act: Act, before: _Place, after: _Place) -> None:
        # What was there must be what this process left: of two at the same file, one stops.
        moved = act.conn.execute(
            update(intake_run)
            .where(
                intake_run.c.run == self._run,
                intake_run.c.position == before.position,
                intake_run.c.finished.is_(False),
            )
            .values(moved_at=act.at, **msgspec.structs.asdict(after))
        ).rowcount
        if not moved:
            raise BusyRunError(
                f"另一进程正在导入同一文件(编号 {self._run});等它结束后再运行一次",
                f"another process is taking in the same file (run {self._run}); run this again when it has ended",
            )
