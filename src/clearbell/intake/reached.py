"""How far a run is: kept in the store with each chunk, so that it goes on there; of two processes at one file, one stops."""

from __future__ import annotations

import codecs
import hashlib
from pathlib import Path

import msgspec
from sqlalchemy import insert, select, update

from clearbell.intake.lines import blocks
from clearbell.intake.model import BadFileError, BusyRunError, IntakeResult
from clearbell.intake.tables import intake_run
from clearbell.ledger import Act, Store


class Place(msgspec.Struct, frozen=True):
    """How far a run is; what the next chunk must find unchanged."""

    position: int = 0
    lines: int = 0
    rows: int = 0
    stored: int = 0
    duplicates: int = 0
    quarantined: int = 0
    finished: bool = False


class Begun(msgspec.Struct, frozen=True):
    """A run that was begun now or before."""

    run: str
    place: Place
    known: bool
    """An earlier process began it."""


def check_encoding(encoding: str) -> None:
    """Raise :class:`BadFileError` when there is no such encoding."""
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise BadFileError(f"没有名为 {encoding} 的编码", f"there is no encoding named {encoding}") from None


def name_of(loader: str, encoding: str, digest: str) -> str:
    """Id of the run of a file (by its SHA-256) with a loader, read in an encoding."""
    return hashlib.sha256(f"{loader}\n{encoding}\n{digest}".encode()).hexdigest()[:16]


def begin(store: Store, loader: str, encoding: str, path: Path, actor: str, start: Place, header: str) -> Begun:
    """Begin the run of a file, or find how far an earlier process came with the same content."""
    digest = _digest(path)
    run = name_of(loader, encoding, digest)
    columns = [intake_run.c[name] for name in Place.__struct_fields__]
    with store.act(actor) as act:
        row = act.conn.execute(select(*columns).where(intake_run.c.run == run)).first()
        if row is not None:
            return Begun(run, Place(*row), known=True)
        act.conn.execute(
            insert(intake_run).values(
                run=run,
                loader=loader,
                file=path.name,
                digest=digest,
                actor=actor,
                started_at=act.at,
                moved_at=act.at,
                header=header,
                **msgspec.structs.asdict(start),
            )
        )
    return Begun(run, start, known=False)


def move(act: Act, run: str, before: Place, after: Place) -> None:
    """Move a run on in the act's transaction; raises :class:`BusyRunError` when another process moved it."""
    moved = act.conn.execute(
        update(intake_run)
        .where(
            intake_run.c.run == run,
            intake_run.c.position == before.position,
            intake_run.c.finished.is_(False),
        )
        .values(moved_at=act.at, **msgspec.structs.asdict(after))
    ).rowcount
    if not moved:
        raise BusyRunError(
            f"另一进程正在导入同一文件(编号 {run});等它结束后再运行一次",
            f"another process is taking in the same file (run {run}); run this again when it has ended",
        )


def result(run: str, place: Place, *, resumed_at: int = 0, already: bool = False) -> IntakeResult:
    """What became of the file."""
    return IntakeResult(run, place.rows, place.stored, place.duplicates, place.quarantined, resumed_at, already)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    for block in blocks(path):
        digest.update(block)
    return digest.hexdigest()
