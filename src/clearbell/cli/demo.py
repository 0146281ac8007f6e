"""``clearbell demo``: a made-up city to look at, beside the data of a node and never in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from cyclopts import App

from clearbell.cli.context import home_folder, language, refuse, say, words

app = App(name="demo", help="Demo data beside the node's own. 演示数据。")


@app.command
def make(*, pack: str = "cn", lang: Literal["zh", "en"] | None = None, home: Path | None = None) -> None:
    """Make the demo data of a data folder, in a folder of its own; a node that runs there shows it at once.

    Parameters
    ----------
    pack
        Name of a pack that ships with Clearbell, or the path of a ``.toml`` file: the rules that it is made by.
    lang
        Language of what its made-up people say (default: the operator's).
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.cli.logs import configure_logs
    from clearbell.cli.pack import open_pack
    from clearbell.cli.progress import progress_bar
    from clearbell.serving.demo.keeping import DemoBusyError, make_in

    configure_logs()
    open_pack(pack)
    try:
        with progress_bar() as bar:
            task = bar.add_task(words("生成", "making"), total=1.0)
            made = make_in(
                home_folder(home), pack, lang or language(), os.urandom, lambda far: bar.update(task, completed=far)
            )
    except DemoBusyError:
        refuse(
            "已有演示数据,或正在生成;可先 clearbell demo remove",
            "there is demo data already, or it is being made; clearbell demo remove removes it",
        )
    say(
        f"演示数据:{made.calls} 个呼叫,{made.reports} 件举报,{made.cases} 个案件;在工作台「演示数据」页进入",
        f"demo data: {made.calls} calls, {made.reports} reports, {made.cases} cases; the desk's page “Demo data” leads in",
    )


@app.command
def remove(*, home: Path | None = None) -> None:
    """Remove the demo data; the node's own stays as it is.

    Parameters
    ----------
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    """
    from clearbell.serving.demo.keeping import DemoBusyError, remove_from

    try:
        there = remove_from(home_folder(home))
    except DemoBusyError:
        refuse(
            "节点正打开演示数据,或正在生成:请在其「演示数据」页删除,或先停下节点",
            "a node has the demo data open, or it is being made: remove it on the node's page “Demo data”, or stop the node first",
        )
    if there:
        say("演示数据已删除", "the demo data is removed")
    else:
        say("没有演示数据", "there is no demo data")
