"""``clearbell records``: the records of finished calls."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cyclopts import App

from clearbell.cli.context import actor, home_folder, language, open_store, refuse, say, words
from clearbell.records.readers.kinds import Format

if TYPE_CHECKING:
    from clearbell.intake import IntakeResult
    from clearbell.ledger import Store
    from clearbell.policy.model import Pack
    from clearbell.records.lake import Lake

app = App(name="records", help="Records of finished calls. 话单。")


def open_lake(home: Path | None, lake: str, pack: Pack) -> Lake:
    """The lake of the data folder, or the one named: a folder or a URL."""
    import os

    from clearbell.records.lake import LakeError
    from clearbell.records.opening import open_lake as opened
    from clearbell.records.places import PlaceError

    try:
        return opened(home_folder(home), pack, os.urandom, lake)
    except (LakeError, PlaceError) as error:
        refuse(error.zh, error.en)
    except ValueError as error:
        refuse(f"被叫号码的密钥不能使用:{error}", f"the key of called numbers cannot be used: {error}")


@app.command(name="import")
def import_(
    file: Path,
    *,
    format: Format,  # noqa: A002 the option's name
    source: str = "",
    zone: str = "",
    mapping: Path | None = None,
    encoding: str = "utf-8",
    chunk: int = 0,
    pack: str = "cn",
    lake: str = "",
    home: Path | None = None,
) -> None:
    """Take the call records of a switch in from a file, plain or gzip. Interrupted, run it again: it goes on from there.

    Parameters
    ----------
    file
        The file.
    format
        Which switch wrote it, and how; docs/records.md has an example of each.
    source
        Name of the switch, which its records carry; (source, id, start) names a record. Default: the format.
    zone
        Zone of the times where the file does not tell it: Asia/Shanghai, UTC, +08:00.
    mapping
        With ``mapped``: the TOML file that tells what the columns are.
    encoding
        Encoding of the file, such as ``gb18030``.
    chunk
        Lines that are put into the lake at once (default: by the format). More need more memory.
    pack
        Name or file of the rules: country, time zone of the days, whether called numbers are kept under pseudonyms.
    lake
        Folder or URL (``s3://bucket/lake``) of the lake (default: ``lake`` in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.intake import DamagedFileError, IntakeError
    from clearbell.records.importing import import_records
    from clearbell.records.readers.kinds import reader_of

    if not file.is_file():
        refuse(f"{file}: 没有这个文件", f"{file}: there is no such file")
    rules = open_pack(pack)
    store = open_store(home)
    try:
        reader = reader_of(format, source or format, rules.home, zone, mapping)
        into = open_lake(home, lake, rules)
        with _bar() as update:
            result = import_records(
                store,
                into,
                reader,
                file,
                actor=actor(),
                chunk=chunk or None,
                encoding=encoding,
                progress=lambda p: update(p.done, p.total),
            )
    except DamagedFileError as error:
        _summary(store, error.result)
        refuse(f"{file}: {error.zh}", f"{file}: {error.en}")
    except IntakeError as error:
        refuse(f"{file}: {error.zh}", f"{file}: {error.en}")
    except KeyboardInterrupt:
        refuse("已中断;再次运行同一命令即从中断处继续", "interrupted; run the same command again to go on from here")
    _summary(store, result)
    store.close()


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """Bytes of the file that are read, and the time that is left."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(words("导入", "taking in"), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _summary(store: Store, result: IntakeResult) -> None:
    from clearbell.cli.tables import show, table
    from clearbell.intake.queries import reasons

    with store.read() as conn:
        found = reasons(conn, result.run)
    if result.already:
        say("此文件此前已全部导入,本次未作更改", "this file had been taken in before; nothing was changed")
    elif result.resumed_at:
        say(f"从第 {result.resumed_at + 1} 行继续", f"went on from row {result.resumed_at + 1}")
    lines: list[tuple[str, int]] = [
        (words("行", "rows"), result.rows),
        (words("存入", "stored"), result.stored),
        (words("重复", "duplicates"), result.duplicates),
        (words("隔离", "quarantined"), result.quarantined),
    ]
    lines += [(f"  {words(zh, en)}", count) for _, zh, en, count in found]
    show(
        table(
            words(f"导入 {result.run}", f"run {result.run}"),
            [words("结果", "what became of them"), words("行数", "rows")],
            lines,
            numeric=(1,),
        )
    )
    if result.quarantined:
        say(
            f"查看隔离的行:clearbell intake bad {result.run} bad.csv;修改后导入:加 --rows 写出原样的行,改好后导入该文件",
            f"see the quarantined rows: clearbell intake bad {result.run} bad.csv; to repair them, write them out as they "
            "stood with --rows and import that file",
        )


@app.command
def days(*, pack: str = "cn", lake: str = "", home: Path | None = None) -> None:
    """List the days of the lake with their calls and parts.

    Parameters
    ----------
    pack
        Name or file of the rules.
    lake
        Folder or URL of the lake (default: ``lake`` in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table

    found = open_lake(home, lake, open_pack(pack))
    show(
        table(
            words("话单", "Call records"),
            ["日期", "呼叫", "分片"] if language() == "zh" else ["day", "calls", "parts"],
            [(_date(day), found.count(day), len(found.parts(day))) for day in found.days()],
            numeric=(1, 2),
        )
    )


@app.command
def count(*, pack: str = "cn", lake: str = "", home: Path | None = None) -> None:
    """Count the calls of the lake by source and disposition.

    Parameters
    ----------
    pack
        Name or file of the rules.
    lake
        Folder or URL of the lake (default: ``lake`` in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from collections import Counter

    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table

    found = open_lake(home, lake, open_pack(pack))
    counts: Counter[tuple[str, str]] = Counter()
    for day in found.days():
        part = found.read(day, day, ["source", "disposition"]).unify_dictionaries()
        grouped = part.group_by(["source", "disposition"]).aggregate([([], "count_all")])
        for source, went, calls in zip(
            *(grouped.column(name).to_pylist() for name in ("source", "disposition", "count_all")), strict=True
        ):
            counts[source, went] += calls
    show(
        table(
            words("话单", "Call records"),
            ["来源", "结果", "呼叫"] if language() == "zh" else ["source", "disposition", "calls"],
            [(source, went, calls) for (source, went), calls in sorted(counts.items())],
            numeric=(2,),
        )
    )


@app.command(name="show")
def show_(
    number: str, *, limit: int = 50, unmasked: bool = False, pack: str = "cn", lake: str = "", home: Path | None = None
) -> None:
    """Show the last calls from and to a number.

    Parameters
    ----------
    number
        The number, in any form.
    limit
        Calls to show.
    unmasked
        Show the other numbers whole.
    pack
        Name or file of the rules.
    lake
        Folder or URL of the lake (default: ``lake`` in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.pack import open_pack
    from clearbell.cli.tables import show, table
    from clearbell.numbering import mask
    from clearbell.records.between import calls_of

    rules = open_pack(pack)
    key = read_number(number)
    found = calls_of(open_lake(home, lake, rules), key, limit)

    def told(other: int) -> str:
        if other < 0:
            return words("(化名)", "(pseudonym)")
        return str(other) if unmasked or other == key else mask(other)

    show(
        table(
            words("话单", "Call records"),
            ["开始", "主叫", "被叫", "结果", "振铃秒", "通话秒", "挂机方", "原因", "来源", "中继"]
            if language() == "zh"
            else [
                "start",
                "caller",
                "callee",
                "disposition",
                "ring s",
                "talk s",
                "hung up",
                "cause",
                "source",
                "trunk",
            ],
            [
                (
                    _local(one.start, rules.utc_offset_minutes),
                    told(one.caller),
                    told(one.callee),
                    one.disposition.value,
                    f"{one.ring / 1e6:.0f}",
                    f"{one.duration / 1e6:.0f}",
                    one.hangup,
                    one.cause or "",
                    one.source,
                    one.trunk,
                )
                for one in found
            ],
            numeric=(4, 5, 7),
        )
    )


@app.command
def compact(*, parts: int = 2, pack: str = "cn", lake: str = "", home: Path | None = None) -> None:
    """Make one part of the parts of each day that has at least so many.

    Parameters
    ----------
    parts
        Parts from which a day is compacted.
    pack
        Name or file of the rules.
    lake
        Folder or URL of the lake (default: ``lake`` in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack

    found = open_lake(home, lake, open_pack(pack))
    merged = sum(found.merge(day) for day in found.days() if len(found.parts(day)) >= parts)
    say(f"已合并 {merged} 天", f"{merged} days compacted")


@app.command
def retire(*, pack: str = "cn", lake: str = "", home: Path | None = None) -> None:
    """Remove the days that are past the pack's time (retention.cdr_days).

    Parameters
    ----------
    pack
        Name or file of the rules.
    lake
        Folder or URL of the lake (default: ``lake`` in the data folder).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import time

    from clearbell.cli.pack import open_pack
    from clearbell.records.retention import retire as do

    rules = open_pack(pack)
    gone = do(open_lake(home, lake, rules), rules, time.time_ns() // 1000)
    kept = rules.retention.cdr_days.value
    say(f"保存期 {kept} 天;已删除 {gone} 天", f"kept for {kept} days; {gone} days removed")


def _date(day: int) -> str:
    import datetime

    return str(datetime.date(1970, 1, 1) + datetime.timedelta(day))


def _local(at: int, offset_minutes: int) -> str:
    import datetime

    zone = datetime.timezone(datetime.timedelta(minutes=offset_minutes))
    return f"{datetime.datetime.fromtimestamp(at // 1_000_000, zone):%Y-%m-%d %H:%M:%S}"
