"""Views kept in a file, so that a node starts without reading the whole ledger and processes share their pages.

One file holds one state of the views, up to one place in the ledger. It is a cache and nothing more: without it, or
with one that is damaged, of another version or of another ledger, the views are built from the ledger.
"""

from __future__ import annotations

import functools
import mmap
import os
import sys
import time
import zlib
from pathlib import Path

import msgspec
import structlog

from clearbell.ledger import Store
from clearbell.screening.views import Views

log = structlog.get_logger()

FOLDER = "views"
SUFFIX = ".views"
_MAGIC = b"CLEARBELL-VIEWS-3\n"
_LENGTH_BYTES = 8
_HEAD_AT = len(_MAGIC) + _LENGTH_BYTES
_ALIGN = 64
_PIECE = 1 << 22
BREATH_SECONDS = 0.00005
"""Of a thread beside those that answer calls."""


class _Head(msgspec.Struct, frozen=True):
    order: str
    """Byte order of the columns."""
    entry: bytes
    """Hash of the last ledger entry in it: another ledger has another."""
    check: int
    """CRC-32 of all that follows the head."""
    parts: dict[str, tuple[int, int]]
    """Where each part begins after the head, and its length, in bytes."""


_DECODE_HEAD = msgspec.msgpack.Decoder(_Head).decode


class _UnfitError(Exception):
    """A file that cannot be used; says why."""


def save_views(views: Views, store: Store, folder: Path) -> Path:
    """Fold the views and write them into ``folder``, in place of what was there. Raises ``OSError``.

    The file is there whole or not at all, and only its owner may read it: it holds subscribers' numbers.
    """
    saved = views.saved()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pieces: list[bytes | memoryview] = []
    parts: dict[str, tuple[int, int]] = {}
    at = 0
    for name, column in [("rest", [saved.rest]), *saved.columns.items()]:
        length = sum(map(len, column))
        parts[name] = (at, length)
        padding = -length % _ALIGN
        pieces += [*column, bytes(padding)]
        at += length + padding
    check = 0
    for piece in pieces:
        check = zlib.crc32(piece, check)
    head = msgspec.msgpack.encode(_Head(sys.byteorder, store.hash_at(views.seq), check, parts))
    padded = head + bytes(-(_HEAD_AT + len(head)) % _ALIGN)
    path = folder / f"{views.seq:015d}{SUFFIX}"
    unfinished = path.with_suffix(".unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for piece in (_MAGIC, len(head).to_bytes(_LENGTH_BYTES), padded, *pieces):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    for older in folder.iterdir():
        # Whoever has it mapped keeps it until he lets go.
        if older != path and older.suffix in (SUFFIX, ".unfinished"):
            older.unlink(missing_ok=True)
    return path


def read_views(store: Store, folder: Path) -> Views | None:
    """The newest views kept in ``folder`` that fit the ledger, their columns mapped into memory; None: there are none."""
    for path in sorted(folder.glob(f"*{SUFFIX}"), reverse=True):
        try:
            return _read(path, store)
        except (_UnfitError, OSError, ValueError, KeyError) as error:
            log.warning("views-file-passed-over", file=path.name, error=str(error))
    return None


def breathe() -> None:
    """Rest for a moment: only a thread that sleeps surely lets another have the interpreter."""
    time.sleep(BREATH_SECONDS)


def _read(path: Path, store: Store) -> Views:
    with path.open("rb") as file:
        if not path.stat().st_size:
            raise _UnfitError("the file is empty")
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    whole = memoryview(mapped)
    if whole[: len(_MAGIC)] != _MAGIC:
        raise _UnfitError("not a file of views of this version")
    end = _HEAD_AT + int.from_bytes(whole[len(_MAGIC) : _HEAD_AT])
    head = _DECODE_HEAD(whole[_HEAD_AT:end])
    body = whole[end + -end % _ALIGN :]
    check = 0
    for at in range(0, len(body), _PIECE):
        check = zlib.crc32(body[at : at + _PIECE], check)
        breathe()
    if check != head.check:
        raise _UnfitError("the file is damaged")
    if head.order != sys.byteorder:
        raise _UnfitError(f"the file was written on a {head.order}-endian machine")
    columns = {name: body[at : at + size] for name, (at, size) in head.parts.items()}
    views = Views.restored(bytes(columns["rest"]), columns, breathe)
    if store.hash_at(views.seq) != head.entry:
        raise _UnfitError("the file belongs to another ledger")
    views.release = functools.partial(_release, mapped)
    return views


def _release(mapped: mmap.mmap) -> None:
    """Give its pages back piece by piece: unmapped at once, a large file stops every thread for long."""
    if not hasattr(mapped, "madvise"):
        return
    for at in range(0, len(mapped), _PIECE):
        mapped.madvise(mmap.MADV_DONTNEED, at, min(_PIECE, len(mapped) - at))
        breathe()
