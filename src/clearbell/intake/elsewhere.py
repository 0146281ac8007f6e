"""Files taken in to a place outside the store: same chunks, quarantine and resume as in :mod:`clearbell.intake.run`.

The place and the store share no transaction. So a chunk is first put there under a name made of the run and the position
it begins at, and then the position after it is committed with the chunk's bad rows. What a crash between the two repeats
replaces itself under the same name; :meth:`Taker.resume` first takes away all that the store does not know of.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from clearbell.intake.lines import LineFile, check_sound
from clearbell.intake.model import BadCell, DamagedFileError, IntakeResult, Progress
from clearbell.intake.quarantine import cut_row, put
from clearbell.intake.reached import Place, begin, check_encoding, move, result
from clearbell.ledger import Store


class Portion(msgspec.Struct, frozen=True):
    """What became of some rows; ``rows == stored + duplicates + len(bad)``."""

    position: int
    """Place in the (uncompressed) file that was reached."""
    lines: int
    """Lines up to there."""
    stored: int = 0
    duplicates: int = 0
    bad: tuple[tuple[int, int, list[BadCell], str], ...] = ()
    """Row number, line, what is wrong, and the row as it stood."""

    @property
    def rows(self) -> int:
        """How many rows this tells of."""
        return self.stored + self.duplicates + len(self.bad)


class Taker(Protocol):
    """Takes the rows of one file somewhere. Called in this order: open, resume, take …, end."""

    @property
    def name(self) -> str:
        """Kind of the run. Different settings that read a file differently need different names."""
        ...

    def longest_line(self) -> int:
        """Longest line that is read, bytes."""
        ...

    def open(self, file: LineFile, encoding: str) -> tuple[Place, str]:
        """Find the first row: its place, and the header line (empty where there is none)."""
        ...

    def resume(self, run: str, place: Place, *, known: bool) -> None:
        """Be ready to go on at a place; take away what was put there later by a process that died."""
        ...

    def take(self, count: int) -> Portion | None:
        """Take about ``count`` lines and put them there; None at the end of the file."""
        ...

    def end(self) -> Portion:
        """The file has ended: put what was still waited for."""
        ...

    def settle(self) -> None:
        """The run is finished and committed."""
        ...


def run_elsewhere(
    store: Store,
    taker: Taker,
    path: Path,
    *,
    actor: str,
    chunk: int,
    encoding: str = "utf-8",
    progress: Callable[[Progress], None] | None = None,
) -> IntakeResult:
    """Take the file at ``path`` (plain or gzip) in with ``taker``; errors as of :func:`~clearbell.intake.run_intake`."""
    check_encoding(encoding)
    if path.is_file():
        check_sound(path)
    file = LineFile(path, taker.longest_line())
    try:
        start, header = taker.open(file, encoding)
        begun = begin(store, taker.name, encoding, path, actor, start, header)
        place = begun.place
        if place.finished:
            return result(begun.run, place, already=True)
        resumed_at = place.rows
        taker.resume(begun.run, place, known=begun.known)
        total = path.stat().st_size
        while (portion := taker.take(chunk)) is not None:
            place = _commit(store, actor, begun.run, place, portion)
            if progress is not None:
                progress(
                    Progress(file.read_so_far(), total, place.rows, place.stored, place.duplicates, place.quarantined)
                )
        last = taker.end()
        if file.damage is not None:
            cut = cut_row(file, encoding, place.rows + last.rows, last.lines)
            last = msgspec.structs.replace(last, bad=(*last.bad, *cut))
        place = _commit(store, actor, begun.run, place, last, finished=True)
        taker.settle()
        done = result(begun.run, place, resumed_at=resumed_at)
        if file.damage is not None:
            raise DamagedFileError(done, file.damage)
        return done
    finally:
        file.close()


def _commit(store: Store, actor: str, run: str, place: Place, portion: Portion, *, finished: bool = False) -> Place:
    after = Place(
        portion.position,
        portion.lines,
        place.rows + portion.rows,
        place.stored + portion.stored,
        place.duplicates + portion.duplicates,
        place.quarantined + len(portion.bad),
        finished,
    )
    with store.act(actor) as act:
        put(act.conn, run, portion.bad, most=None)
        move(act, run, place, after)
    return after
