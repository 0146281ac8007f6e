"""``clearbell discover``: who calls as nuisances do, from the lake of finished calls."""

from __future__ import annotations

import datetime
from pathlib import Path

from cyclopts import App

from clearbell.cli.context import language, open_store, refuse, say, words
from clearbell.cli.discovering import run

app = App(name="discover", help="Find nuisance callers in the call records. 从呼叫记录中发现骚扰主叫。")
app.command(run, name="run", help="Ask every detector about a day. 逐日检测。")
app.default(run)
_EPOCH = datetime.date(1970, 1, 1)


@app.command
def features(
    out: Path,
    *,
    days: str = "",
    engine: str = "duckdb",
    windows: tuple[int, ...] = (),
    lake: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Write the features of numbers, holders and trunks over 1, 7 and 30 days to a Parquet file.

    Daily partials are kept beside the lake: only days that are new, or got late records, are read again.

    Parameters
    ----------
    out
        Parquet file to write. A row is a unit and a window; ``clearbell discover columns`` names the columns.
    days
        Last local days of the windows: ``2026-11-24``, or ``2026-11-01..2026-11-24`` (default: the newest day).
    engine
        ``duckdb``, ``spark://host:port`` (standalone master) or ``sc://host:port`` (Spark Connect). Settings follow as a
        query: ``duckdb?memory_limit=2GB``.
    windows
        Lengths of the windows in days, up to 30 (default: 1, 7 and 30).
    lake
        Folder of the call lake (default: ``lake`` in the data folder). Spark's workers must see it under the same path.
    pack
        Name of a built-in pack, or a pack file: its limits and hours are counted by.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import tempfile

    from clearbell.cli.pack import open_pack
    from clearbell.cli.progress import progress_bar
    from clearbell.cli.records import open_lake
    from clearbell.discovery.engines import EngineError
    from clearbell.discovery.engines import engine as open_engine
    from clearbell.discovery.features import LOOKBACK, WINDOWS

    try:
        from clearbell.discovery.features_table import write_features
        from clearbell.discovery.partials.rules import rules_of
        from clearbell.discovery.partials.store import NoCallsError, PartialStore
    except ImportError:
        refuse(
            "没有安装计算引擎;请运行:pip install 'clearbell[discovery]'",
            "the engine is not installed; run: pip install 'clearbell[discovery]'",
        )
    from clearbell.records.places import is_local

    if any(not 1 <= window <= LOOKBACK for window in windows):
        refuse(f"窗口须为 1 至 {LOOKBACK} 天", f"a window is 1 to {LOOKBACK} days")
    rules = open_pack(pack)
    calls = open_lake(home, lake, rules)
    if not is_local(calls.folder):
        refuse(
            f"{calls.folder} 在对象存储上;特征计算需要本机或共享挂载的文件夹",
            f"{calls.folder} is object storage; features need a folder of this machine, or a mounted one",
        )
    ending = ending_days(days, calls.days(), calls.folder)
    store = PartialStore(calls, rules_of(rules, foreign_trunks_of(home)))
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            tempfile.TemporaryDirectory(dir=out.parent, prefix=".discover-") as scratch,
            open_engine(engine, Path(scratch)) as chosen,
            progress_bar() as bar,
        ):
            task = bar.add_task("", total=None)
            steps = {
                "partials": words("统计每日呼叫", "counting days"),
                "features": words("合并窗口", "merging windows"),
            }

            def report(step: str, done: int, total: int) -> None:
                bar.update(task, description=steps[step], completed=done, total=total)

            rows, made = write_features(store, chosen, ending, out, report, windows or WINDOWS)
    except EngineError as error:
        refuse(error.zh, error.en)
    except NoCallsError:
        refuse(
            f"{calls.folder} 在这些天及其前 {LOOKBACK - 1} 天没有呼叫记录",
            f"{calls.folder} has no calls of these days and the {LOOKBACK - 1} before them",
        )
    say(
        f"{rows:,} 行写入 {out};新统计 {len(made.counted)} 天,更新去重计数 {len(made.spanned)} 天",
        f"{rows:,} rows written to {out}; {len(made.counted)} days counted, distinct counts of {len(made.spanned)} days made",
    )


@app.command
def columns() -> None:
    """Name the columns of the feature file: what they mean, their unit, and which units have them."""
    from clearbell.cli.tables import show, table
    from clearbell.discovery.features import FEATURES

    zh = language() == "zh"
    show(
        table(
            words("特征", "Features"),
            ["列", "含义", "单位", "对象"] if zh else ["column", "meaning", "unit", "of"],
            [
                (one.name, one.zh if zh else one.en, one.unit, " ".join(sorted(kind.value for kind in one.kinds)))
                for one in FEATURES
            ],
        )
    )


def ending_days(text: str, known: list[int], folder: Path) -> list[int]:
    """Days that an option names; the newest one where it names none."""
    if not known:
        refuse(f"{folder} 中没有呼叫记录", f"there are no calls in {folder}")
    if not text:
        return [known[-1]]
    first, _, last = text.partition("..")
    try:
        begin, end = (datetime.date.fromisoformat(one) for one in (first, last or first))
    except ValueError:
        begin, end = datetime.date.max, datetime.date.min
    if begin > end:
        refuse(
            f"日期「{text}」应如 2026-11-24 或 2026-11-01..2026-11-24",
            f"days `{text}` should be like 2026-11-24 or 2026-11-01..2026-11-24",
        )
    return [(begin - _EPOCH).days + more for more in range((end - begin).days + 1)]


def foreign_trunks_of(home: Path | None) -> list[str]:
    """Trunks that the registry knows to come from abroad."""
    from clearbell.registry.queries import foreign_trunks

    with open_store(home).read() as conn:
        return foreign_trunks(conn)
