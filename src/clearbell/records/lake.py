"""The call lake: Parquet files in one folder a local day. Readers see a part whole or not at all.

``calls/day=2026-11-24/NAME.parquet``, and ``lake.json`` with what cannot change later: the offset that cuts the days.
A part is written beside its place and renamed into it; the same name again replaces it, so a writer that died begins its
last part anew. ``parts.json`` names the parts that count, so when small ones are merged no reader counts a call twice.

The folder is local, or object storage by URL (:func:`clearbell.records.places.place`). Writers of a local lake take
turns; object storage has no locks, so a lake there has one writer.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from clearbell.calls import DAY, MINUTE
from clearbell.records.locking import turn
from clearbell.records.model import CallRecord
from clearbell.records.places import (
    ROW_GROUP,
    file_system,
    get_table,
    is_local,
    place,
    plain,
    put_bytes,
    put_table,
    remove,
    remove_folder,
)
from clearbell.records.pseudonyms import Pseudonyms

_WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("source", _WORDS),
        ("start", pa.int64()),
        ("caller", pa.int64()),
        ("callee", pa.int64()),
        ("holder", _WORDS),
        ("trunk", _WORDS),
        ("ring", pa.int64()),
        ("duration", pa.int64()),
        ("disposition", _WORDS),
        ("hangup", _WORDS),
        ("cause", pa.int16()),
        ("attestation", _WORDS),
    ]
)
"""Columns of a part; times are µs UTC, lengths µs. A negative callee is a pseudonym."""
MERGE_AT = 60
"""Parts of a day that are merged into one."""
_EPOCH = datetime.date(1970, 1, 1)
_LIST = "parts.json"
_HELD = "held.json"
_DISPOSITION = CallRecord.__struct_fields__.index("disposition")

__all__ = ["MERGE_AT", "ROW_GROUP", "SCHEMA", "Lake", "LakeError"]


class _Kept(msgspec.Struct, omit_defaults=True):
    utc_offset_minutes: int
    pseudonyms: str = ""
    """Tells the key that called numbers are kept under; empty: none was."""


class LakeError(Exception):
    """The lake cannot be used so. 呼叫记录库不能这样使用。"""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


class Lake:
    """Finished calls by day. Any number of readers."""

    def __init__(
        self,
        folder: Path | str,
        utc_offset_minutes: int,
        pseudonyms: Pseudonyms | None = None,
        *,
        write_pseudonyms: bool = True,
    ) -> None:
        """``utc_offset_minutes`` cuts the days. With ``pseudonyms``, called numbers are written under them, or, where
        that was so once and ``write_pseudonyms`` is false, found under them.

        Raises :class:`LakeError` when the lake was begun with another offset or another key, and
        :class:`~clearbell.records.places.PlaceError` when the URL's storage cannot be used.
        """
        self.folder = place(folder)
        self.utc_offset_minutes = utc_offset_minutes
        self.pseudonyms = pseudonyms
        self._writes_pseudonyms = pseudonyms is not None and write_pseudonyms
        kept = self._kept()
        if kept is None:
            return
        was = kept.utc_offset_minutes
        if was != utc_offset_minutes:
            raise LakeError(
                f"{folder} 中的呼叫记录按 UTC{was:+d} 分分日存放,规则包现为 UTC{utc_offset_minutes:+d} 分;请换一个文件夹",
                f"the calls in {folder} are kept by days of UTC{was:+d} min, the pack now says "
                f"{utc_offset_minutes:+d}; use another folder",
            )
        if pseudonyms is not None and kept.pseudonyms not in ("", pseudonyms.check):
            raise LakeError(
                f"{folder} 中的被叫号码用另一个密钥化名;请从备份恢复该密钥文件,或换一个文件夹",
                f"the called numbers in {folder} are kept under another key; restore that key from the backup, "
                "or use another folder",
            )

    def day_of(self, at: int) -> int:
        """Local day (since 1970) of a time in µs UTC."""
        return (at + self.utc_offset_minutes * MINUTE) // DAY

    def days(self) -> list[int]:
        """The days that have calls, oldest first."""
        folder = self.folder / "calls"
        if not folder.is_dir():
            return []
        return sorted((datetime.date.fromisoformat(one.name[4:]) - _EPOCH).days for one in folder.glob("day=*"))

    def files(self, first: int, last: int) -> list[Path]:
        """The parts of the days ``first`` to ``last``."""
        return [part for day in self.days() if first <= day <= last for part in self.parts(day)]

    def parts(self, day: int) -> list[Path]:
        """The parts of one day. A merge may take them away before they are opened: see :meth:`read`."""
        folder = self._folder(day)
        try:
            names = msgspec.json.decode((folder / _LIST).read_bytes(), type=list[str])
        except FileNotFoundError:
            return []
        return [folder / name for name in names]

    def read(
        self, first: int, last: int, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pa.Table:
        """The calls of the days ``first`` to ``last`` for which ``where`` holds."""
        while True:
            parts = [plain(part) for part in self.files(first, last)]
            wanted = list(columns) if columns is not None else SCHEMA.names
            if not parts:
                return SCHEMA.empty_table().select(wanted)
            try:
                found = ds.dataset(parts, schema=SCHEMA, format="parquet", filesystem=file_system(self.folder))
                return found.to_table(columns=wanted, filter=where)
            except FileNotFoundError:
                continue

    def count(self, day: int) -> int:
        """How many calls a day has."""
        while True:
            parts = [plain(part) for part in self.parts(day)]
            if not parts:
                return 0
            try:
                found = ds.dataset(parts, schema=SCHEMA, format="parquet", filesystem=file_system(self.folder))
                return int(found.count_rows())
            except FileNotFoundError:
                continue

    def append(self, name: str, records: Iterable[CallRecord]) -> int:
        """Write records as the parts ``name``, one a day; returns how many there were."""
        by_day: dict[int, list[CallRecord]] = {}
        offset = self.utc_offset_minutes * MINUTE
        for record in records:
            by_day.setdefault((record.start + offset) // DAY, []).append(record)
        if by_day:
            self._begin()
        for day, ones in by_day.items():
            self._put(name, day, _table(ones))
        return sum(map(len, by_day.values()))

    def append_table(self, name: str, day: int, table: pa.Table) -> None:
        """Write calls of one local day, in the columns of :data:`SCHEMA`, as the part ``name``."""
        self._begin()
        self._put(name, day, table)

    def merge(self, day: int) -> bool:
        """Make one part of a day's parts, in the order of called numbers. Returns whether there was anything to do.

        Parts whose writer still holds them (:meth:`hold`) stay as they are.
        """
        with self._turn():
            held = tuple(self._held())
            listed = self.parts(day)
            parts = [part for part in listed if not part.name.startswith(held)] if held else listed
            if len(parts) < 2:
                return False
            table = pa.concat_tables([get_table(part, SCHEMA) for part in parts])
            table = table.sort_by([("callee", "ascending"), ("start", "ascending")])
            serial = max((int(part.stem[7:]) for part in parts if part.name.startswith("merged-")), default=0) + 1
            into = self._folder(day) / f"merged-{serial}.parquet"
            put_table(into, table)
            self._list(day, [into.name, *(part.name for part in listed if part not in parts)])
            self._sweep(day)
        return True

    def hold(self, prefix: str) -> None:
        """Keep parts whose name begins so from being merged: their writer may yet replace them."""
        self._begin()
        with self._turn():
            put_bytes(self.folder / _HELD, msgspec.json.encode(sorted({*self._held(), prefix})))

    def release(self, prefix: str) -> None:
        """Take a :meth:`hold` back."""
        with self._turn():
            if prefix in self._held():
                put_bytes(self.folder / _HELD, msgspec.json.encode(sorted({*self._held()} - {prefix})))

    def drop(self, unwanted: Callable[[str], bool]) -> int:
        """Take away the parts whose names (without suffix) are unwanted; returns how many."""
        dropped = 0
        with self._turn() if self.folder.exists() else contextlib.nullcontext():
            for day in self.days():
                parts = self.parts(day)
                kept = [part for part in parts if not unwanted(part.stem)]
                if len(kept) < len(parts):
                    dropped += len(parts) - len(kept)
                    self._list(day, [part.name for part in kept])
                    self._sweep(day)
        return dropped

    def rewrite(self, day: int, change: Callable[[pa.Table], pa.Table | None]) -> int:
        """Write those parts of a day anew that ``change`` gives another table for; returns how many."""
        changed = 0
        with self._turn():
            for part in self.parts(day):
                new = change(get_table(part, SCHEMA))
                if new is not None:
                    put_table(part, new)
                    changed += 1
        return changed

    def remove_before(self, day: int) -> int:
        """Delete the days before ``day``: the pack's retention. Returns how many went."""
        old = [one for one in self.days() if one < day]
        if old:
            with self._turn():
                for one in old:
                    remove_folder(self._folder(one))
        return len(old)

    def _put(self, name: str, day: int, table: pa.Table) -> None:
        part = self._folder(day) / f"{name}.parquet"
        table = self._under_pseudonyms(table)
        # Written in the turn too: a merge sweeps away what is not listed.
        with self._turn():
            put_table(part, table)
            known = [one.name for one in self.parts(day)]
            if part.name not in known:
                self._list(day, [*known, part.name])

    def _under_pseudonyms(self, table: pa.Table) -> pa.Table:
        if self.pseudonyms is None or not self._writes_pseudonyms:
            return table
        callee = table.column("callee").combine_chunks().dictionary_encode()
        if isinstance(callee, pa.ChunkedArray):
            callee = callee.combine_chunks()
        names = pa.array(self.pseudonyms.all_of(callee.dictionary.to_pylist()), pa.int64())
        return table.set_column(table.schema.get_field_index("callee"), "callee", names.take(callee.indices))

    def _kept(self) -> _Kept | None:
        try:
            return msgspec.json.decode((self.folder / "lake.json").read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None

    def _begin(self) -> None:
        kept = self._kept()
        check = self.pseudonyms.check if self.pseudonyms is not None and self._writes_pseudonyms else ""
        if kept is None or (check and not kept.pseudonyms):
            self.folder.mkdir(parents=True, exist_ok=True)
            put_bytes(self.folder / "lake.json", msgspec.json.encode(_Kept(self.utc_offset_minutes, check)))

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if is_local(self.folder):
            with turn(self.folder / "lake.lock"):
                yield
        else:
            yield

    def _held(self) -> list[str]:
        try:
            return msgspec.json.decode((self.folder / _HELD).read_bytes(), type=list[str])
        except FileNotFoundError:
            return []

    def _folder(self, day: int) -> Path:
        return self.folder / "calls" / f"day={_EPOCH + datetime.timedelta(day)}"

    def _list(self, day: int, names: list[str]) -> None:
        put_bytes(self._folder(day) / _LIST, msgspec.json.encode(names))

    def _sweep(self, day: int) -> None:
        """Remove the files of parts that are listed no more."""
        listed = {part.name for part in self.parts(day)}
        for part in list(self._folder(day).glob("*.parquet")):
            if part.name not in listed:
                remove(part)


def _table(records: Sequence[CallRecord]) -> pa.Table:
    columns = list(zip(*map(msgspec.structs.astuple, records), strict=True))
    columns[_DISPOSITION] = tuple([one.value for one in columns[_DISPOSITION]])
    return pa.Table.from_arrays(
        [_column(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA
    )


def _column(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    # Arrow makes a dictionary of an array of strings far faster than of Python's own.
    return pa.array(values, pa.string()).dictionary_encode() if kind == _WORDS else pa.array(values, kind)
