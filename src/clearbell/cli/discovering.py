"""``clearbell discover run``: a day of features, detectors, findings and campaigns, and the page about it."""

from __future__ import annotations

from pathlib import Path

from clearbell.cli.context import actor, language, open_store, refuse, say, words


def run(
    *,
    day: str = "",
    report: Path | None = None,
    cases: bool = True,
    engine: str = "duckdb",
    lake: str = "",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Ask every detector about a day, keep its findings, follow the campaigns. It punishes nobody.

    Parameters
    ----------
    day
        Local day, ``2026-11-24``, or several, ``2026-11-01..2026-11-24``, one after the other (default: the newest).
    report
        HTML page to write about the last of the days, in Chinese and English, with nothing outside of it.
    engine
        ``duckdb``, ``spark://host:port`` or ``sc://host:port``, as of ``clearbell discover features``.
    lake
        Folder of the call lake (default: ``lake`` in the data folder).
    cases
        Let critical findings open cases (``--no-cases``: not).
    pack
        Name of a built-in pack, or a pack file.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import os
    import tempfile

    from clearbell.cli.discover import ending_days, foreign_trunks_of
    from clearbell.cli.pack import open_pack
    from clearbell.cli.progress import progress_bar
    from clearbell.cli.records import open_lake
    from clearbell.discovery.engines import EngineError
    from clearbell.discovery.engines import engine as open_engine

    try:
        from clearbell.discovery.features_table import write_features
        from clearbell.discovery.partials.rules import rules_of
        from clearbell.discovery.partials.store import NoCallsError, PartialStore
    except ImportError:
        refuse(
            "没有安装计算引擎;请运行:pip install 'clearbell[discovery]'",
            "the engine is not installed; run: pip install 'clearbell[discovery]'",
        )
    import pyarrow.parquet as pq

    from clearbell.discovery.casing import do_open_cases
    from clearbell.discovery.reporting.page import gather, page
    from clearbell.discovery.running import date_of, discover_day, windows_of
    from clearbell.policy.deadlines import due_after
    from clearbell.policy.workdays import builtin_workdays

    rules = open_pack(pack)
    workdays = builtin_workdays(rules.id)

    def due(at: int, name: str) -> int:
        return due_after(at, name, rules, workdays)

    calls = open_lake(home, lake, rules)
    days = ending_days(day, calls.days(), calls.folder)
    store = open_store(home)
    partials = PartialStore(calls, rules_of(rules, foreign_trunks_of(home)))
    steps = {
        "partials": words("统计每日呼叫", "counting days"),
        "features": words("合并窗口", "merging windows"),
        "detectors": words("检测", "asking detectors"),
        "campaigns": words("关联团伙", "linking campaigns"),
        "findings": words("记录发现", "keeping findings"),
    }
    try:
        with (
            tempfile.TemporaryDirectory(prefix="clearbell-discover-") as scratch,
            open_engine(engine, Path(scratch)) as chosen,
            progress_bar() as bar,
        ):
            task = bar.add_task("", total=None)

            def told(step: str, done: int, total: int) -> None:
                bar.update(task, description=steps[step], completed=done, total=total)

            for one in days:
                out = Path(scratch) / "features.parquet"
                write_features(partials, chosen, [one], out, told, windows_of(rules))
                outcome = discover_day(store, calls, rules, pq.read_table(out), one, actor(), told)
                change = outcome.change
                with store.act(actor()) as act:
                    opened = do_open_cases(act, one, rules, due, os.urandom) if cases else 0
                say(
                    f"{date_of(one)}:新发现 {change.new},升级 {change.raised},持续 {change.lasting},消失 {change.passed};"
                    f"团伙 {outcome.campaigns} 个;新立案 {opened} 件",
                    f"{date_of(one)}: {change.new} new, {change.raised} raised, {change.lasting} lasting, "
                    f"{change.passed} passed; {outcome.campaigns} campaigns; {opened} new cases",
                )
    except EngineError as error:
        refuse(error.zh, error.en)
    except NoCallsError:
        refuse(f"{calls.folder} 在这些天没有呼叫记录", f"{calls.folder} has no calls of these days")
    if report is not None:
        with store.read() as conn:
            text = page(gather(conn, days[-1]), rules, language())
        try:
            report.write_text(text, encoding="utf-8")
        except OSError as error:
            refuse(f"{report}: 无法写入:{error.strerror}", f"{report}: cannot be written: {error.strerror}")
        say(f"报告写入 {report}", f"report written to {report}")
