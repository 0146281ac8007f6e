"""``clearbell serve``: answer switches."""

from __future__ import annotations

import functools
import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from clearbell.cli.context import home_folder, language, open_store, refuse, say
from clearbell.ledger import Store

SWITCH_SECONDS = 0.0005
"""How long a thread that is busy keeps the interpreter while another waits for it."""

COLLECTIONS = (5_000, 20, 100)
"""Objects that may come before cycles are looked for among them: half a millisecond each time. The pages leave such cycles, calls none."""


def serve(*, home: Path | None = None, config: Path | None = None) -> None:
    """Answer switches over SIP and HTTP until interrupted.

    Parameters
    ----------
    home
        Data folder (default: $CLEARBELL_HOME or ./var).
    config
        Configuration file (default: clearbell.toml in the data folder, else built-in values for loopback).
    """
    folder = home_folder(home)
    if config is None and (folder / "clearbell.toml").exists():
        config = folder / "clearbell.toml"
    serve_store(lambda: open_store(home), folder, config)


def serve_store(opened: Callable[[], Store], folder: Path, config: Path | None) -> None:
    """Serve a store, which is opened once the configuration was read, until interrupted."""
    from clearbell.cli.logs import configure_logs
    from clearbell.cli.pack import open_pack
    from clearbell.cli.progress import loading
    from clearbell.records.lake import LakeError
    from clearbell.records.places import PlaceError
    from clearbell.serving.config import ConfigError, NodeConfig, read_config
    from clearbell.serving.node import Node
    from clearbell.serving.ruling import PackRuling
    from clearbell.serving.server import Server

    configure_logs()
    stop, again = threading.Event(), threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def begin_again() -> None:
        again.set()
        stop.set()

    word = ""
    file = config
    while True:
        # The choice of a pack in the first run is written there.
        if file is None and (folder / "clearbell.toml").exists():
            file = folder / "clearbell.toml"
        try:
            settings = read_config(file) if file else NodeConfig()
        except ConfigError as error:
            refuse(error.zh, error.en)
        pack = open_pack(settings.pack)
        store = opened()
        with loading() as progress:
            node = Node(store, pack, folder, randomness=os.urandom, progress=progress)
        ruling = PackRuling(folder, file or folder / "clearbell.toml", settings.pack, begin_again)
        try:
            server = Server(
                node,
                settings,
                functools.partial(_sender, folder, file, settings.pack),
                functools.partial(_demo, folder, settings.pack),
                ruling,
                word,
                configure_logs,
            )
        except (ConfigError, LakeError, PlaceError) as error:
            refuse(error.zh, error.en)
        except OSError as error:
            refuse(f"端口无法打开:{error}", f"a port cannot be opened: {error}")
        # The views stay for good and what calls leave behind is freed by reference counts; looking for cycles among
        # all of it every few hundred calls costs a fifth of the time of a judgement.
        gc.freeze()
        gc.set_threshold(*COLLECTIONS)
        # A thread that answers a call waits this long, not ten times as long, for one that is busy beside it.
        sys.setswitchinterval(SWITCH_SECONDS)
        server.start()
        if not word:
            for line in server.addresses(language()):
                say(line, line)
        stop.wait()
        word = server.word
        server.stop()
        if not again.is_set():
            return
        store.close()
        again.clear()
        stop.clear()


def _sender(home: Path, config: Path | None, pack: str, number: int) -> subprocess.Popen[bytes]:
    """The sender of a mass notice: a process of its own, so that no call waits for it."""
    words = ["notices", "mass", "send", str(number), "--pack", pack, "--home", str(home)]
    if config is not None:
        words += ["--config", str(config)]
    return subprocess.Popen([sys.executable, "-m", "clearbell", *words], stdout=subprocess.DEVNULL)  # noqa: S603 ourselves


def _demo(home: Path, pack: str, language_: str) -> subprocess.Popen[bytes]:
    """The maker of the demo: a process of its own, so that no call waits for it."""
    words = ["demo", "make", "--pack", pack, "--lang", language_, "--home", str(home)]
    return subprocess.Popen([sys.executable, "-m", "clearbell", *words], stdout=subprocess.DEVNULL)  # noqa: S603 ourselves
