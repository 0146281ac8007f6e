"""A TOML file that tells what the columns of some CSV file are: ``clearbell records import --format mapped --mapping``.

See docs/records.md for every key. All problems of a file are told at once.
"""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path

import msgspec

from clearbell.calls import SECOND, HangUp
from clearbell.intake import IntakeError
from clearbell.records.model import Disposition
from clearbell.records.readers.fields import ZoneError, zone_of

Column = str | int
"""A column by its name in the header, or by its place from 1 in a file without one."""
UNITS = {"s": SECOND, "ms": 1000, "us": 1}
_ATTESTATIONS = ("none", "a", "b", "c", "failed")


class MappingError(IntakeError):
    """The mapping file cannot be used. 映射文件不能使用。"""


class Columns(msgspec.Struct, forbid_unknown_fields=True):
    """Which column tells what."""

    caller: Column
    callee: Column
    start: Column
    id: Column | None = None
    answer: Column | None = None
    end: Column | None = None
    ring: Column | None = None
    duration: Column | None = None
    disposition: Column | None = None
    cause: Column | None = None
    hangup: Column | None = None
    trunk: Column | None = None
    attestation: Column | None = None


class Times(msgspec.Struct, forbid_unknown_fields=True):
    """How times are written."""

    format: str
    """``epoch``, ``iso``, or a form of strptime such as ``%Y/%m/%d %H:%M:%S``."""
    unit: str = "s"
    """Of an epoch: ``s``, ``ms`` or ``us``."""
    zone: str = ""
    """Where the times do not tell it."""


class Lengths(msgspec.Struct, forbid_unknown_fields=True):
    """How lengths (ring and talk time) are written."""

    unit: str = "s"


class Shape(msgspec.Struct, forbid_unknown_fields=True):
    """How the file is written."""

    header: bool = True
    delimiter: str = ","


class Mapping(msgspec.Struct, forbid_unknown_fields=True):
    """A mapping file."""

    columns: Columns
    time: Times
    length: Lengths = msgspec.field(default_factory=Lengths)
    file: Shape = msgspec.field(default_factory=Shape)
    disposition: dict[str, Disposition] = {}
    """Words of the file; case does not matter."""
    hangup: dict[str, HangUp] = {}
    attestation: dict[str, str] = {}

    def zone(self) -> datetime.tzinfo | None:
        """Zone of the times; None where they are epochs or tell it themselves."""
        return zone_of(self.time.zone) if self.time.zone else None


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises :class:`MappingError` with everything that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
        found = msgspec.convert(tomllib.loads(text), Mapping)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MappingError(
            f"映射文件 {path.name} 无法读取:{reason}", f"the mapping file {path.name} cannot be read: {reason}"
        ) from error
    problems = list(_problems(found))
    if problems:
        zh = ";".join(zh for zh, _ in problems)
        en = "; ".join(en for _, en in problems)
        raise MappingError(f"映射文件 {path.name} 有误:{zh}", f"the mapping file {path.name} is wrong: {en}")
    return found


def _problems(found: Mapping) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    columns, time = found.columns, found.time
    for table, unit in (("time", time.unit), ("length", found.length.unit)):
        if unit not in UNITS:
            said.append((f"{table}.unit 应为 s、ms 或 us", f"`{table}.unit` should be s, ms or us"))
    if len(found.file.delimiter) != 1 or found.file.delimiter in '"\r\n':
        said.append(("file.delimiter 应为一个字符", "`file.delimiter` should be one character"))
    if time.zone:
        try:
            zone_of(time.zone)
        except ZoneError as error:
            said.append((f"time.zone:{error.zh}", f"`time.zone`: {error.en}"))
    elif time.format not in ("epoch", "iso") and "%z" not in time.format:
        said.append(
            (
                "缺少 time.zone:这种时间不带时区,应写明写文件的机器所在时区,如 Asia/Shanghai",
                "`time.zone` is missing: such times do not tell their zone; name that of the machine that wrote the file",
            )
        )
    if time.format not in ("epoch", "iso"):
        said.extend(_format_problems(time.format))
    given = [name for name in columns.__struct_fields__ if getattr(columns, name) is not None]
    for name in given:
        column = getattr(columns, name)
        if found.file.header and not isinstance(column, str):
            said.append((f"columns.{name} 应为表头中的列名", f"`columns.{name}` should be a name of the header"))
        elif not found.file.header and not (isinstance(column, int) and column >= 1):
            said.append(
                (f"没有表头时 columns.{name} 应为列的序号(从 1 起)",
                 f"without a header `columns.{name}` should be the place of the column, from 1")
            )  # fmt: skip
    if columns.disposition is None and columns.answer is None and columns.cause is None and columns.duration is None:
        said.append(
            ("须有 disposition、answer、cause 或 duration 列之一,才知道是否接通",
             "one of the columns `disposition`, `answer`, `cause` and `duration` is needed to know what was answered")
        )  # fmt: skip
    said.extend(
        (f"缺少 [{name}]:此列的词语各是什么意思", f"the table [{name}] is missing: what each word of that column means")
        for name in ("disposition", "hangup")
        if getattr(columns, name) is not None and not getattr(found, name)
    )
    for word, letter in found.attestation.items():
        if letter not in _ATTESTATIONS:
            said.append((f"attestation.{word} 应为 {'、'.join(_ATTESTATIONS)} 之一",
                         f"`attestation.{word}` should be one of {', '.join(_ATTESTATIONS)}"))  # fmt: skip
    return said


def _format_problems(form: str) -> list[tuple[str, str]]:
    moment = datetime.datetime(2026, 9, 1, 13, 5, 9, tzinfo=datetime.UTC)
    try:
        back = datetime.datetime.strptime(moment.strftime(form), form)  # noqa: DTZ007 the zone is no matter here
        if back.replace(tzinfo=datetime.UTC) == moment:
            return []
    except ValueError:
        pass
    return [
        (
            "time.format 应能写出年月日时分秒,如 %Y-%m-%d %H:%M:%S",
            "`time.format` should tell year to second, such as %Y-%m-%d %H:%M:%S",
        )
    ]
