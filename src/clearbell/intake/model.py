"""Terms of intake: what a loader is, what became of a file, what was wrong with a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from clearbell.ledger import Act

T = TypeVar("T")


class BadCell(msgspec.Struct, frozen=True):
    """What was wrong in one row; ``column`` is empty when it is the row as a whole."""

    column: str
    code: str
    """Stable name of the reason, for counting."""
    zh: str
    en: str


class Stored(msgspec.Struct, frozen=True):
    """What :meth:`Loader.store` did with its items: stored + duplicates + refused are all of them."""

    stored: int
    duplicates: int = 0
    refused: Sequence[tuple[int, BadCell]] = ()
    """Place in the items and what was wrong, for items that the store's own state refuses."""


class Progress(msgspec.Struct, frozen=True):
    """How far an intake is; sent after each committed chunk."""

    done: int
    """Bytes of the file (compressed ones where it is) that were read."""
    total: int
    rows: int
    stored: int
    duplicates: int
    quarantined: int


class IntakeResult(msgspec.Struct, frozen=True):
    """What became of a file; ``rows == stored + duplicates + quarantined``, always."""

    run: str
    rows: int
    stored: int
    duplicates: int
    quarantined: int
    resumed_at: int = 0
    """Rows that an earlier, interrupted run of the same file had already taken in."""
    already: bool = False
    """The same file had been taken in whole before; nothing was done now."""


class Run(msgspec.Struct, frozen=True):
    """A run of the store, finished or interrupted."""

    run: str
    loader: str
    file: str
    """Name of the file, without its folder."""
    digest: str
    """SHA-256 of the file as it is on disk, hexadecimal."""
    actor: str
    started_at: int
    """µs UTC."""
    moved_at: int
    """When its last chunk was stored, µs UTC."""
    rows: int
    stored: int
    duplicates: int
    quarantined: int
    finished: bool


class QuarantinedRow(msgspec.Struct, frozen=True):
    """One thing wrong with one row. A row with several has several of these, ``item`` 0, 1, …"""

    run: str
    row: int
    """Number of the row in the file, from 1, header and blank lines not counted."""
    item: int
    line: int
    """Line of the file (from 1) that the row begins on."""
    column: str
    code: str
    zh: str
    en: str
    raw: str
    """The row as it stood; bytes that are no text are written ``\\xNN``. Records of calls are whole, others cut to 4,096
    characters."""


class Loader(Protocol[T]):
    """Reads one kind of file. A loader has no state of its own: a run may stop and go on in another process."""

    @property
    def name(self) -> str:
        """Kind of the run, ``consent.grants``. Different settings that read a file differently need different names."""
        ...

    @property
    def required(self) -> Sequence[str]:
        """Columns that must be in the header."""
        ...

    def bind(self, header: Sequence[str]) -> Callable[[Sequence[str]], T | list[BadCell]]:
        """Return the reader of one row (as many cells as the header has). Raises :class:`BadHeaderError`."""
        ...

    def store(self, act: Act, items: Sequence[T]) -> Stored:
        """Store a chunk in the act's transaction."""
        ...


class IntakeError(Exception):
    """A file cannot be taken in; ``zh`` and ``en`` say why and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


class BadFileError(IntakeError):
    """The file as a whole cannot be read. 文件无法读取。"""


class DamagedFileError(BadFileError):
    """The file broke off; all that was read of it is taken in. 文件在中途损坏,此前各行已处理。"""

    def __init__(self, result: IntakeResult, damage: BadFileError) -> None:
        self.result = result
        """What became of the rows before."""
        rows, stored, doubled, bad = result.rows, result.stored, result.duplicates, result.quarantined
        super().__init__(
            f"{damage.zh}。此前的 {rows} 行已处理:存入 {stored},重复 {doubled},隔离 {bad}(导入 {result.run});"
            "再导入完整的文件不会重复",
            f"{damage.en}. Of it {rows} rows were taken in: {stored} stored, {doubled} duplicates, {bad} quarantined "
            f"(run {result.run}); importing the whole file will not double them",
        )


class BadHeaderError(IntakeError):
    """The header lacks columns or has one twice. 表头缺少列或有重复列。"""


class BusyRunError(IntakeError):
    """Another process is taking in the same file. 另一进程正在导入同一文件。"""
