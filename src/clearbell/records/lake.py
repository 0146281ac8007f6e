"""The call lake: Parquet files in one folder a local day. Readers see a part whole or not at all.

``calls/day=2026-11-24/NAME.parquet``, and ``lake.json`` with what cannot change later: the offset that cuts the days.
A part is written beside its place and renamed into it; the same name again replaces it, so a writer that died begins its
last part anew. ``parts.json`` names the parts that count, so when small ones are merged no reader counts a call twice.
"""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from clearbell.calls import DAY, MINUTE
from clearbell.records.model import CallRecord

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
"""Columns of a part; times are µs UTC, lengths µs."""
ROW_GROUP = 100_000
MERGE_AT = 60
"""Parts of a day that are merged into one."""
_EPOCH = datetime.date(1970, 1, 1)
_LIST = "parts.json"


class _Kept(msgspec.Struct):
    utc_offset_minutes: int


class LakeError(Exception):
    """The lake cannot be used so. 呼叫记录库不能这样使用。"""

    def __init__(self, zh: str, en: str) -> None:
        self.zh = zh
        self.en = en
        super().__init__(en)


class Lake:
    """Finished calls by day. One writer at a time; any number of readers."""

    def __init__(self, folder: Path, utc_offset_minutes: int) -> None:
        """``utc_offset_minutes`` cuts the days. Raises :class:`LakeError` when the lake was begun with another."""
        self.folder = folder
        self.utc_offset_minutes = utc_offset_minutes
        kept = folder / "lake.json"
        if kept.exists():
            was = msgspec.json.decode(kept.read_bytes(), type=_Kept).utc_offset_minutes
            if was != utc_offset_minutes:
                raise LakeError(
                    f"{folder} 中的呼叫记录按 UTC{was:+d} 分分日存放,规则包现为 UTC{utc_offset_minutes:+d} 分;请换一个文件夹",
                    f"the calls in {folder} are kept by days of UTC{was:+d} min, the pack now says "
                    f"{utc_offset_minutes:+d}; use another folder",
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
        listed = folder / _LIST
        names = msgspec.json.decode(listed.read_bytes(), type=list[str]) if listed.exists() else []
        return [folder / name for name in names]

    def read(
        self, first: int, last: int, columns: Sequence[str] | None = None, where: pc.Expression | None = None
    ) -> pa.Table:
        """The calls of the days ``first`` to ``last`` for which ``where`` holds."""
        while True:
            parts = [str(part) for part in self.files(first, last)]
            wanted = list(columns) if columns is not None else SCHEMA.names
            if not parts:
                return SCHEMA.empty_table().select(wanted)
            try:
                return ds.dataset(parts, schema=SCHEMA).to_table(columns=wanted, filter=where)
            except FileNotFoundError:
                continue

    def append(self, name: str, records: Iterable[CallRecord]) -> int:
        """Write records as the parts ``name``, one a day; returns how many there were."""
        by_day: dict[int, list[CallRecord]] = {}
        for record in records:
            by_day.setdefault(self.day_of(record.start), []).append(record)
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
        """Make one part of a day's parts, in the order of called numbers. Returns whether there was anything to do."""
        parts = self.parts(day)
        if len(parts) < 2:
            return False
        table = pa.concat_tables([pq.read_table(part, schema=SCHEMA) for part in parts])
        table = table.sort_by([("callee", "ascending"), ("start", "ascending")])
        serial = max((int(part.stem[7:]) for part in parts if part.name.startswith("merged-")), default=0) + 1
        into = self._folder(day) / f"merged-{serial}.parquet"
        _write(into, table)
        self._list(day, [into.name])
        for part in self._folder(day).glob("*.parquet"):
            if part != into:
                part.unlink()
        return True

    def remove_before(self, day: int) -> int:
        """Delete the days before ``day``: the pack's retention. Returns how many went."""
        old = [one for one in self.days() if one < day]
        for one in old:
            shutil.rmtree(self._folder(one))
        return len(old)

    def _put(self, name: str, day: int, table: pa.Table) -> None:
        part = self._folder(day) / f"{name}.parquet"
        _write(part, table)
        known = [one.name for one in self.parts(day)]
        if part.name not in known:
            self._list(day, [*known, part.name])

    def _begin(self) -> None:
        kept = self.folder / "lake.json"
        if not kept.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(msgspec.json.encode(_Kept(self.utc_offset_minutes)))

    def _folder(self, day: int) -> Path:
        return self.folder / "calls" / f"day={_EPOCH + datetime.timedelta(day)}"

    def _list(self, day: int, names: list[str]) -> None:
        listed = self._folder(day) / _LIST
        new = listed.with_suffix(".new")
        new.write_bytes(msgspec.json.encode(names))
        new.rename(listed)


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    pq.write_table(table, new, compression="zstd", row_group_size=ROW_GROUP)
    new.rename(path)


def _table(records: Sequence[CallRecord]) -> pa.Table:
    columns = zip(*(msgspec.structs.astuple(one) for one in records), strict=True)
    return pa.Table.from_arrays(
        [
            pa.array([one.value for one in column] if field.name == "disposition" else column, field.type)
            for column, field in zip(columns, SCHEMA, strict=True)
        ],
        schema=SCHEMA,
    )
