"""Taking a file in: chunk by chunk, each with its bad rows and the place reached in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from clearbell.intake.lines import LineFile, check_sound
from clearbell.intake.model import BadCell, DamagedFileError, IntakeResult, Loader, Progress
from clearbell.intake.quarantine import cut_row, put
from clearbell.intake.reached import Place, begin, check_encoding, move, result
from clearbell.intake.rows import Batch, RowFile, wrong_width
from clearbell.ledger import Store

T = TypeVar("T")


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

    Raises :class:`BadFileError` and :class:`BadHeaderError` for a file that cannot be read at all,
    :class:`DamagedFileError` when what could be read of a broken one is taken in, and :class:`BusyRunError` when another
    process is at the same file.
    """
    check_encoding(encoding)
    if path.is_file():
        check_sound(path)
    file = LineFile(path)
    try:
        rows = RowFile(file, encoding)
        header, position, line = rows.header()
        read = loader.bind(header)
        rows.widths = frozenset({len(header)})
        begun = begin(store, loader.name, encoding, path, actor, Place(position, line), rows.header_line)
        run, place, known = begun.run, begun.place, begun.known
        if place.finished:
            return result(run, place, already=True)
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
        place = taker.finish(place, cut_row(file, encoding, place.rows, place.lines))
        done = result(run, place, resumed_at=resumed_at)
        if file.damage is not None:
            raise DamagedFileError(done, file.damage)
        return done
    finally:
        file.close()


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

    def take(self, batch: Batch, place: Place) -> Place:
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
            after = Place(
                batch.position,
                batch.line,
                number,
                place.stored + stored,
                place.duplicates + duplicates,
                place.quarantined + len(bad),
            )
            move(act, self._run, place, after)
        return after

    def finish(self, place: Place, cut: Sequence[tuple[int, int, list[BadCell], str]]) -> Place:
        """Mark the run as finished; ``cut``: the row that a damaged file broke off in."""
        after = msgspec.structs.replace(
            place, rows=place.rows + len(cut), quarantined=place.quarantined + len(cut), finished=True
        )
        with self._store.act(self._actor) as act:
            put(act.conn, self._run, cut)
            move(act, self._run, place, after)
        return after
