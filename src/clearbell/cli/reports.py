"""``clearbell reports``: complaints taken in, taken back, counted and looked at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cyclopts import App

from clearbell.cli import complaints, reports_desk
from clearbell.cli.context import actor, home_folder, language, open_store, refuse, say, words
from clearbell.cli.ranking import rank

if TYPE_CHECKING:
    from clearbell.intake import IntakeResult, Loader
    from clearbell.ledger import Store

app = App(name="reports", help="Reports of nuisance calls. 骚扰电话举报。")
app.command(rank)
for command in (
    reports_desk.match,
    reports_desk.aside,
    reports_desk.decide,
    reports_desk.attacked,
    reports_desk.verdict,
    reports_desk.units,
    reports_desk.bad_faith,
    complaints.app,
):
    app.command(command)

CHUNK = 50_000
"""Lines stored at once: so many numbers scatter over all pages of the database, and fewer, larger writes touch each
page fewer times. An interrupted import does at most this much again."""


@app.command(name="import")
def import_(
    file: Path,
    *,
    format: Literal["clearbell", "ftc"] = "clearbell",  # noqa: A002 the option's name
    encoding: str = "utf-8",
    pack: str = "cn",
    home: Path | None = None,
) -> None:
    """Take reports in from a CSV file, plain or gzip. Interrupted, run it again: it goes on from there.

    Parameters
    ----------
    file
        The file.
    format
        ``clearbell``: the fields of the 12321 form (reported_number, date, time, reporter, category, automatic, duration, description, forward …);
        ``ftc``: complaints of the US Federal Trade Commission, daily file or API collection.
    encoding
        Encoding of the file, such as ``gb18030``.
    pack
        Name or file of the rules: their half-lives decay the scores.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.records.opening import LAKE
    from clearbell.reports.form import FormLoader
    from clearbell.reports.ftc import FtcLoader
    from clearbell.reports.refusals import RefusedReportError
    from clearbell.reports.settings import reputation_settings

    rules = open_pack(pack)
    settings = reputation_settings(rules)
    records = (home_folder(home) / LAKE).is_dir()
    loader: Loader[Any] = (
        FtcLoader(settings) if format == "ftc" else FormLoader(rules.home, rules.categories, settings, records=records)
    )
    store = open_store(home)
    try:
        result = _take_in(store, loader, file, encoding)
    except RefusedReportError as error:
        refuse(error.zh, error.en)
    _summary(store, result)
    store.close()


def _take_in(store: Store, loader: Loader[Any], file: Path, encoding: str) -> IntakeResult:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from clearbell.intake import IntakeError, run_intake

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    try:
        with Progress(*columns, transient=True) as bar:
            task = bar.add_task(words("导入", "taking in"), total=None)
            return run_intake(
                store,
                loader,
                file,
                actor=actor(),
                chunk=CHUNK,
                encoding=encoding,
                progress=lambda p: bar.update(task, completed=p.done, total=p.total),
            )
    except IntakeError as error:
        refuse(f"{file}: {error.zh}", f"{file}: {error.en}")
    except KeyboardInterrupt:
        refuse("已中断;再次运行同一命令即从中断处继续", "interrupted; run the same command again to go on from here")


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
            f"查看隔离的行:clearbell intake bad {result.run} bad.csv",
            f"see the quarantined rows: clearbell intake bad {result.run} bad.csv",
        )


@app.command
def show(number: str, *, limit: int = 20, home: Path | None = None) -> None:
    """Show what is kept of a number: its scores now, and the latest reports about it.

    Parameters
    ----------
    number
        The number, in any form.
    limit
        How many reports are shown.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.fields import number as read_number
    from clearbell.cli.fields import shown
    from clearbell.cli.tables import show as show_table
    from clearbell.cli.tables import table
    from clearbell.numbering import format_e164
    from clearbell.reports import score_at
    from clearbell.reports.queries import reports_about, reputation_of, scale_of
    from clearbell.reports.wording import standing_words

    key = read_number(number)
    store = open_store(home)
    with store.read() as conn:
        known = reputation_of(conn, key)
        scale = scale_of(conn)
        reports = reports_about(conn, key, limit)
    if known is None or scale is None:
        say(f"{format_e164(key)} 没有举报", f"{format_e164(key)}: no reports")
        return
    score = score_at(known, scale, store.clock.now())
    say(
        f"{format_e164(key)}:{known.reports} 人次举报,{known.reporters} 名举报人;"
        f"近期热度 {score.heat:.2f},累积证据 {score.evidence:.2f}",
        f"{format_e164(key)}: {known.reports} complaints by {known.reporters} reporters; "
        f"heat {score.heat:.2f}, evidence {score.evidence:.2f}",
    )
    show_table(
        table(
            words("举报", "reports"),
            ["编号", "来电时间", "来源", "类别", "自动语音", "权重", "状态"]
            if language() == "zh"
            else ["report", "call at", "source", "category", "recorded voice", "weight", "what it counts for"],
            [
                (
                    one.reported.report,
                    shown(one.reported.at),
                    one.reported.source,
                    one.reported.category or "-",
                    words("是", "yes") if one.reported.automatic else "-",
                    f"{one.weighed.weight:.2f}",
                    standing_words(
                        one.weighed.standing,
                        one.weighed.why,
                        language(),
                        withdrawn=bool(one.withdrawn),
                        void=one.weighed.void,
                    ),
                )
                for one in reports
            ],
        )
    )


@app.command
def withdraw(report: str, *, pack: str = "cn", home: Path | None = None) -> None:
    """Take a report back: it stays on file and counts no more.

    Parameters
    ----------
    report
        Id of the report, as ``clearbell reports show`` lists it.
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.numbering import format_e164
    from clearbell.reports import do_withdraw_report
    from clearbell.reports.refusals import RefusedReportError
    from clearbell.reports.settings import reputation_settings

    settings = reputation_settings(open_pack(pack))
    try:
        with open_store(home).act(actor()) as act:
            taken = do_withdraw_report(act, report, settings)
    except RefusedReportError as error:
        refuse(error.zh, error.en)
    number = format_e164(taken.number)
    say(f"已撤回对 {number} 的举报 {report}", f"report {report} about {number} was taken back")


@app.command
def rebuild(*, pack: str = "cn", home: Path | None = None) -> None:
    """Recount every number's scores from its reports, with the half-lives that the pack has now.

    Parameters
    ----------
    pack
        Name or file of the rules.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.pack import open_pack
    from clearbell.reports import do_rebuild_reputation
    from clearbell.reports.settings import reputation_settings

    settings = reputation_settings(open_pack(pack))
    with open_store(home).act(actor()) as act:
        count = do_rebuild_reputation(act, settings)
    say(f"已重新计算 {count} 个号码的信誉分", f"the scores of {count} numbers were counted anew")
