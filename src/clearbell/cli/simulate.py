"""``clearbell simulate``: synthetic calls whose truth is known."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Literal

from cyclopts import App

from clearbell.cli.context import open_store, refuse, say, words

app = App(name="simulate", help="Make synthetic calls with ground truth. 生成带真值的模拟呼叫。")

_CITY = datetime.timezone(datetime.timedelta(hours=8))


@app.command
def city(
    *,
    seed: int = 1,
    size: Literal["tiny", "town", "city", "country"] = "town",
    days: int | None = None,
    start: datetime.date | None = None,
    out: Path | None = None,
    form: Literal["parquet", "csv"] = "parquet",
    sip: str | None = None,
    http: str | None = None,
    speed: float = 0.0,
    limit: int | None = None,
    found: bool = False,
    home: Path | None = None,
) -> None:
    """Tell the story of a synthetic city: to files, or straight at a SIP or HTTP port.

    Parameters
    ----------
    seed
        The same seed tells the same story.
    size
        How large the city is.
    days
        How many days are told (default: the size's own).
    start
        Day on which the story begins (default: 2026-09-28 for files, today for a port or a registry).
    out
        Folder for calls and reports as files.
    form
        Form of the files.
    sip
        ADDRESS:PORT to send calls to. The server stamps them with its own time, so tell the story at a slow speed
        where hourly limits matter.
    http
        ADDRESS:PORT of an API to post the calls to, in batches.
    speed
        How many times faster than life calls are sent; 0: as fast as they are answered.
    limit
        Stop after so many calls.
    found
        First put the city's registry and consents into the store of the data folder.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    import msgspec

    from clearbell.cli.progress import progress_bar
    from clearbell.cli.scores import print_score
    from clearbell.serving.config import listen_address
    from clearbell.simulation import PRESETS, City
    from clearbell.simulation.city import START
    from clearbell.simulation.drive import drive_http, drive_sip
    from clearbell.simulation.files import write_files
    from clearbell.simulation.founding import found as found_city

    if sum(target is not None for target in (out, sip, http)) != 1 and not found:
        refuse("请写明 --out、--sip、--http 三者之一", "name one of: --out, --sip, --http")
    config = PRESETS[size]
    if days is not None:
        config = msgspec.structs.replace(config, days=days)
    if start is None and out is None:
        start = datetime.datetime.now(_CITY).date()
    midnight = START
    if start is not None:
        midnight = int(datetime.datetime.combine(start, datetime.time(), _CITY).timestamp()) * 1_000_000
    story = City(config, seed, midnight)
    if found:
        found_city(open_store(home), story.founding)
        say(
            f"已登记 {len(story.founding.holders)} 个使用主体、{len(story.founding.consents)} 份同意",
            f"registered {len(story.founding.holders)} holders and {len(story.founding.consents)} consents",
        )
    if out is not None:
        seen = 0
        with progress_bar() as bar:
            task = bar.add_task(words("生成", "writing"), total=None)
            for seen in write_files(story.events(), out, form):
                bar.update(task, completed=seen)
        say(f"{seen} 个事件写入 {out}", f"{seen} events written to {out}")
        return
    target = sip or http
    if target is None:
        return
    try:
        address = listen_address(target)
    except ValueError:
        refuse(f"「{target}」应为 地址:端口", f"`{target}` should be ADDRESS:PORT")
    drive = drive_sip if sip else drive_http
    try:
        result = drive(story.events(), address, limit, speed)
    except OSError as error:
        refuse(f"{target} 无法连接:{error}", f"{target} cannot be reached: {error}")
    print_score(result.score)
    say(
        f"{result.answered} 个应答,{result.lost} 个未应答,{result.seconds:.1f} 秒",
        f"{result.answered} answered, {result.lost} not answered, in {result.seconds:.1f} s",
    )


@app.command
def records(
    *,
    out: Path,
    seed: int = 1,
    scale: float = 0.1,
    days: int = 30,
    found: bool = False,
    home: Path | None = None,
) -> None:
    """Write finished calls of a synthetic country straight into a call lake, with the truth about every caller.

    Beside the lake stand truth, registered resources, consents, refusals and trunks as Parquet. Needs
    ``pip install 'clearbell[learn]'``.

    Parameters
    ----------
    out
        Folder of the lake; to be new or empty.
    seed
        The same seed makes the same calls.
    scale
        1: about 20 million calls in 30 days.
    days
        How many days.
    found
        Also put the country's registry, consents and refusals into the store of the data folder, which must be new.
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    if scale <= 0 or days < 1:
        refuse("--scale 须大于 0,--days 至少为 1", "--scale must be more than 0, --days at least 1")
    if out.exists() and any(out.iterdir()):
        refuse(f"{out} 不是空文件夹;请换一个", f"{out} is not empty; name another folder")
    from clearbell.cli.progress import progress_bar

    try:
        from clearbell.simulation.records.writing import Progress, write_records
    except ModuleNotFoundError as error:
        refuse(
            f"缺少 {error.name}:请运行 pip install 'clearbell[learn]'",
            f"{error.name} is missing: run pip install 'clearbell[learn]'",
        )
    done = Progress(0, 0)
    with progress_bar() as bar:
        task = bar.add_task(words("生成", "writing"), total=days)
        for done in write_records(seed, scale, out, days):
            bar.update(task, completed=done.day)
    say(f"{done.day} 天 {done.calls} 个呼叫写入 {out}", f"{done.calls} calls of {done.day} days written to {out}")
    if found:
        from clearbell.cli.context import home_folder, store_url
        from clearbell.ledger import Clock, Store
        from clearbell.simulation.records.founding import found_records

        def opened(clock: Clock) -> Store:
            home_folder(home).mkdir(parents=True, exist_ok=True)
            store = Store.open(store_url(home_folder(home)), clock=clock)
            store.create()
            return store

        told = 0
        with progress_bar() as bar:
            task = bar.add_task(words("登记", "registering"), total=None)
            for told in found_records(out, opened):
                bar.update(task, completed=told)
        say(f"{told} 项登记、同意与拒绝已记入", f"{told} registrations, consents and refusals were recorded")
