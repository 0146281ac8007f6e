"""``clearbell run``: a small synthetic city, screened before your eyes."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from pathlib import Path

from rich.console import Console
from rich.live import Live
from rich.table import Table

from clearbell.cli.context import home_folder, language, refuse, say, store_url, words


class CityClock:
    """The city's time while its story is told, the machine's afterwards."""

    def __init__(self) -> None:
        self.told = 0
        """Time of the story, µs UTC; 0 once it is over."""

    def now(self) -> int:
        """Return the time, µs UTC."""
        return self.told or time.time_ns() // 1000


def run(
    *, once: bool = False, seed: int = 1, seconds: float = 45.0, home: Path | None = None, keep: bool = False
) -> None:
    """Make a store, fill it with a small synthetic city, open the doors, and screen a day of its calls.

    Afterwards the console page and the SIP port stay open until Ctrl-C.

    Parameters
    ----------
    once
        End when the day is over.
    seed
        Which city.
    seconds
        About how long the day takes to tell; 0: as fast as it goes.
    home
        Data folder (default: run in $CLEARBELL_HOME or ./var); its earlier contents are removed.
    keep
        Keep what is in the folder.
    """
    from clearbell.cli.logs import configure_logs
    from clearbell.cli.pack import open_pack
    from clearbell.cli.scores import print_score
    from clearbell.ledger import Store
    from clearbell.notices.settings import NoticesSettings
    from clearbell.serving.config import NodeConfig
    from clearbell.serving.node import Node
    from clearbell.serving.server import Server
    from clearbell.simulation import PRESETS, City
    from clearbell.simulation.founding import found

    configure_logs()
    folder = home_folder(home) / "run"
    if folder.exists() and not keep:
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    config = PRESETS["town"]
    clock = CityClock()
    day = 24 * 3600 * 1_000_000
    # The day that has just passed, so that it begins at some hour of the city's clock like any other.
    midnight = clock.now() // day * day - 8 * 3600 * 1_000_000
    city = City(config, seed, midnight - day)
    clock.told = city.start
    store = Store.open(store_url(folder), clock=clock)
    store.create()
    found(store, city.founding)
    node = Node(store, open_pack("cn"), folder, randomness=os.urandom)
    try:
        server = Server(node, NodeConfig(notices=NoticesSettings(outbox="folder")))
    except OSError as error:
        refuse(f"端口无法打开:{error}", f"a port cannot be opened: {error}")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    server.start()
    for line in server.addresses(language()):
        say(line, line)
    from clearbell.serving.telling import Telling

    telling = Telling(city, node, store, clock)
    console = Console()
    with Live(console=console, refresh_per_second=4, transient=not console.is_terminal) as live:
        for _ in telling.tell(seconds, stop):
            live.update(_counts(telling, node, clock))
    print_score(telling.score)
    clock.told = 0
    if not once and not stop.is_set():
        say("页面与 SIP 端口保持开放,按 Ctrl-C 结束。", "The console page and the SIP port stay open; Ctrl-C ends.")
        stop.wait()
    server.stop()
    store.close()


def _counts(telling: object, node: object, clock: CityClock) -> Table:
    import datetime

    from clearbell.calls import Action
    from clearbell.serving.node import Node
    from clearbell.serving.telling import Telling

    assert isinstance(telling, Telling)  # noqa: S101 the imports are late, so the annotations cannot say it
    assert isinstance(node, Node)  # noqa: S101
    at = datetime.datetime.fromtimestamp(clock.now() / 1e6, datetime.UTC) + datetime.timedelta(hours=8)
    table = Table(title=words(f"城市时间 {at:%H:%M}", f"City time {at:%H:%M}"), title_justify="left")
    for name in (words("呼叫", "calls"), *(action.value for action in Action), words("举报", "reports")):
        table.add_column(name, justify="right")
    counts = node.counts
    table.add_row(
        str(counts.calls),
        *(str(counts.by_action.get(action.value, 0)) for action in Action),
        str(telling.reports),
    )
    return table
