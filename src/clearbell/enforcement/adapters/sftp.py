"""Files over SFTP: changes, and the whole list, as CSV; each is there whole or not at all.

``clearbell-000000000042-changes.csv`` holds what is to be put and removed, in order; of two files the one with the
greater number came later. ``clearbell-000000000043-list.csv`` holds everything that is in force. Who has carried a file
out puts a file of its name with ``.ack`` at the end beside it: its first line is the file's SHA-256, and each further
line ``RESTRICTION,reason`` names one that could not be carried out. Then both are removed.
"""

from __future__ import annotations

import asyncio
import csv
import hashlib
import io
import posixpath
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import asyncssh
from sqlalchemy import Row

from clearbell.enforcement.adapters.protocol import Delivery, Whole
from clearbell.enforcement.adapters.webhook import iso
from clearbell.enforcement.errors import UnreachableError
from clearbell.enforcement.model import Entry, How, Operation
from clearbell.enforcement.progress import Delivered
from clearbell.enforcement.settings import SftpSettings
from clearbell.numbering import format_e164

T = TypeVar("T")

HEADER = (
    "operation",
    "restriction",
    "serial",
    "on",
    "number",
    "name",
    "title",
    "numbers",
    "rung",
    "limit",
    "reason",
    "order",
    "start",
    "until",
)
_SECOND = 1_000_000
_ACK = ".ack"
_ACK_MOST = 4 * 1024 * 1024


def row_of(operation: str, entry: Entry, serial: int) -> tuple[str, ...]:
    """One line of a file. What is removed is named, and nothing more is said of it."""
    names = (operation, entry.restriction, str(serial))
    if operation == Operation.REMOVE.value:
        return (*names, entry.on, format_e164(entry.number), entry.name, *[""] * 8)
    ranges = " ".join(
        format_e164(first) if first == last else f"{format_e164(first)}-{format_e164(last)}"
        for first, last in entry.ranges
    )
    return (
        *names,
        entry.on,
        format_e164(entry.number),
        entry.name,
        entry.title,
        ranges,
        entry.rung,
        str(entry.limit) if entry.limit else "",
        entry.reason,
        entry.order,
        iso(entry.start),
        iso(entry.until),
    )


def csv_of(rows: Iterable[tuple[str, ...]]) -> bytes:
    """A file (UTF-8, comma, one header line)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows)
    return text.getvalue().encode()


def changes_file(serial: int) -> str:
    """Name of a file of changes; ``serial`` is that of its last line."""
    return f"clearbell-{serial:012d}-changes.csv"


def refused_in(ack: str, digest: str) -> dict[str, str] | None:
    """What an acknowledgement refuses, by restriction; None when it is not one of the file with that digest."""
    lines = ack.replace("\r", "").split("\n")
    if lines[0].strip().lower() != digest:
        return None
    found = {}
    for cells in csv.reader(line for line in lines[1:] if line.strip()):
        found[cells[0].strip()] = cells[1].strip() if len(cells) > 1 else ""
    return found


class SftpAdapter:
    """One server."""

    most = 1000
    tells_again = False
    together = True

    def __init__(self, settings: SftpSettings, password: str) -> None:
        self._settings = settings
        self._password = password
        self._looked = 0

    def load(self, wanted: Sequence[Entry]) -> None:
        """The other side keeps its own list."""

    def check(self, now: int) -> str:  # noqa: ARG002
        """The other side is believed to keep what it acknowledged."""
        return ""

    def tell(self, deliveries: Sequence[Delivery], now: int) -> list[Delivered]:  # noqa: ARG002
        """Write one file with all of them."""
        data = csv_of(row_of(one.operation.value, one.entry, one.serial) for one in deliveries)
        # The attempt is in the name: a file that was written and not kept is never changed under a reader.
        last = max(deliveries, key=lambda one: one.serial)
        name = changes_file(last.serial)
        if last.attempt > 1:
            name = name.replace("-changes", f"-changes-{last.attempt}")
        try:
            self._run(lambda sftp: self._write(sftp, name, data))
        except UnreachableError as error:
            return [Delivered(one.entry.restriction, one.operation, fault=str(error)) for one in deliveries]
        digest = hashlib.sha256(data).hexdigest()
        return [Delivered(one.entry.restriction, one.operation, None, name, digest) for one in deliveries]

    def tell_all(self, wanted: Sequence[Entry], now: int) -> Whole:
        """Write the whole list; the one before it goes."""
        name = f"clearbell-{now // _SECOND:012d}-list.csv"
        data = csv_of(row_of(Operation.PUT.value, entry, 0) for entry in wanted)

        async def replace(sftp: asyncssh.SFTPClient) -> None:
            old = [one for one in await self._names(sftp) if one.endswith("-list.csv") and one != name]
            await self._write(sftp, name, data)
            for one in old:
                await sftp.remove(self._path(one))

        self._run(replace)
        return Whole(len(wanted), 0)

    def look(self, waiting: Sequence[Row[Any]], now: int) -> list[Delivered]:
        """Read acknowledgements, every so many seconds while any is waited for."""
        if not waiting or now - self._looked < self._settings.poll_seconds * _SECOND:
            return []
        self._looked = now
        return self._run(lambda sftp: self._read(sftp, waiting))

    async def _read(self, sftp: asyncssh.SFTPClient, waiting: Sequence[Row[Any]]) -> list[Delivered]:
        files: dict[str, list[Row[Any]]] = {}
        for row in waiting:
            files.setdefault(row.message, []).append(row)
        found: list[Delivered] = []
        for name in await self._names(sftp):
            rows = files.get(name.removesuffix(_ACK)) if name.endswith(_ACK) else None
            if rows is None:
                continue
            size = (await sftp.stat(self._path(name))).size or 0
            text = ""
            if size <= _ACK_MOST:
                async with sftp.open(self._path(name), "rb") as file:
                    text = bytes(await file.read()).decode("utf-8", "replace")  # type: ignore[arg-type]
            refused = refused_in(text, rows[0].digest)
            found += [_outcome(row, refused) for row in rows]
            for one in (name, name.removesuffix(_ACK)) if refused is not None else ():
                if await sftp.exists(self._path(one)):
                    await sftp.remove(self._path(one))
        return found

    async def _names(self, sftp: asyncssh.SFTPClient) -> list[str]:
        names = [str(one) for one in await sftp.listdir(self._settings.folder)]
        return sorted(one for one in names if one.startswith("clearbell-"))

    async def _write(self, sftp: asyncssh.SFTPClient, name: str, data: bytes) -> None:
        part = self._path(f".{name}.part")
        async with sftp.open(part, "wb") as file:
            await file.write(data)
        await sftp.posix_rename(part, self._path(name))

    def _path(self, name: str) -> str:
        return posixpath.join(self._settings.folder, name)

    def _run(self, do: Callable[[asyncssh.SFTPClient], Awaitable[T]]) -> T:
        async def connected() -> T:
            one = self._settings
            async with asyncio.timeout(one.answer_seconds):
                options: dict[str, Any] = {
                    # The pinned key and no other, whatever stands in files of this machine.
                    "known_hosts": ([asyncssh.import_public_key(one.host_key)], [], []),
                    "config": None,
                    "agent_path": None,
                    "client_keys": [one.key_file] if one.key_file else None,
                    "password": self._password or None,
                }
                async with (
                    asyncssh.connect(one.host, one.port, username=one.username, **options) as link,
                    link.start_sftp_client() as sftp,
                ):
                    return await do(sftp)

        try:
            return asyncio.run(connected())
        except (OSError, asyncssh.Error, asyncssh.KeyImportError, TimeoutError) as error:
            raise UnreachableError(f"SFTP: {type(error).__name__}: {error}") from error

    def close(self) -> None:
        """Every run has a connection of its own."""


def _outcome(row: Row[Any], refused: dict[str, str] | None) -> Delivered:
    operation = Operation(row.operation)
    if refused is None:
        # Told once: it is waited on for a right one.
        fault = f"{row.message}{_ACK}: 首行不是文件的 SHA-256 / its first line is not the file's SHA-256"
        return Delivered(row.restriction, operation, fault=fault)
    if row.restriction in refused:
        return Delivered(row.restriction, operation, fault=f"{row.message}{_ACK}: {refused[row.restriction]}")
    return Delivered(row.restriction, operation, How.FILE, row.message)
