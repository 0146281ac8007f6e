"""``clearbell simulate``: synthetic calls whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cyclopts import App

from clearbell.cli.context import open_store, refuse, say, words

app = App(name="simulate", help="Make synthetic calls with ground truth. 生成带真值的模拟呼叫。")


@app.command
def city(
    *,
    seed: int = 1,
    size: Literal["tiny", "town", "city", "country"] = "town",
    days: int | None = None,
    out: Path | None = None,
    form: Literal["parquet", "csv"] = "parquet",
    sip: str | None = None,
    http: str | None = None,
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
    out
        Folder for calls and reports as files.
    form
        Form of the files.
    sip
        ADDRESS:PORT to send INVITEs to, as fast as they are answered.
    http
        ADDRESS:PORT of an API to post the calls to, in batches.
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
    from clearbell.simulation import PRESETS, Attempt, City
    from clearbell.simulation.drive import drive_http, drive_sip
    from clearbell.simulation.files import write_files
    from clearbell.simulation.founding import found as found_city

    if sum(target is not None for target in (out, sip, http)) != 1 and not found:
        refuse("请写明 --out、--sip、--http 三者之一", "name one of: --out, --sip, --http")
    config = PRESETS[size]
    if days is not None:
        config = msgspec.structs.replace(config, days=days)
    story = City(config, seed)
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
    attempts = (event for event in story.events() if isinstance(event, Attempt))
    try:
        result = drive_sip(attempts, address, limit) if sip else drive_http(attempts, address, limit)
    except OSError as error:
        refuse(f"{target} 无法连接:{error}", f"{target} cannot be reached: {error}")
    print_score(result.score)
    say(
        f"{result.answered} 个应答,{result.lost} 个未应答,{result.seconds:.1f} 秒",
        f"{result.answered} answered, {result.lost} not answered, in {result.seconds:.1f} s",
    )
